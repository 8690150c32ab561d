"""Made-up names, words and values, with an unseen half for measuring.

Every pool is cut by a stable hash, so a held-out name never occurs in training, on any machine.

>>> import random
>>> in_split("Ada", "train") != in_split("Ada", "held_out")
True
"""

import hashlib
import random

FIRST = """
Ada Adam Alan Alba Alice Amal Amir Amy Ana Anders Anna Anton Aria Arun Asha Ben Bela Berta Boris Carl Carla Cem Chen
Chloe Clara Colin Cora Dana Daniel Dara David Dina Dora Edgar Elena Ella Elsa Emil Emma Enzo Erik Esra Eva Fatima
Felix Finn Flora Frank Gabor Gina Grace Greta Hanna Hans Hiro Hugo Ida Igor Ines Iris Isaac Ivan Ivy Jack Jana Jane
Jasper Jin Joan Joel Jonas Jorge Josef Julia Jun Kaito Karim Karl Kate Kenji Kira Klara Lars Laura Leila Lena Leo
Liam Lina Lin Lisa Louis Luca Lucy Maja Malik Marco Maria Marta Max Maya Mia Miguel Mila Milan Mina Mira Nadia Naomi
Nils Nina Noah Nora Olga Oliver Omar Oscar Otto Pablo Paula Pedro Petra Priya Rafael Ravi Rita Robert Rosa Ruth Sam
Samir Sara Selim Sofia Stefan Susan Sven Tara Theo Tina Tom Tomas Uma Vera Victor Wanda Wei Yara Yasmin Yuki Zara
Zoe
""".split()
LAST = """
Abbott Adler Baker Barker Bauer Becker Berg Blake Bond Brandt Brook Burke Carter Castillo Cole Conti Cross Cruz Dahl
Dale Diaz Dixon Drake Duran Ek Ellis Falk Farrow Fischer Flynn Ford Forster Frost Garcia Gibbs Grant Gray Haas Hale
Hansen Hart Hayes Hill Holm Hughes Ito Jansen Jensen Jones Kang Keller Khan Kim King Klein Koch Kovacs Lane Lang
Larsen Lopez Lund Mann Marsh Mason Mehta Meyer Mills Moreno Morris Nash Nielsen Novak Nowak Okafor Olsen Ortiz Park
Patel Perez Petrov Quinn Ramos Reed Reyes Rivera Rossi Ruiz Sato Schmidt Sharma Shaw Silva Singh Stone Strand Suzuki
Tanaka Torres Vance Vargas Vogel Wagner Walsh Wang Ward Weber Webb West Wolf Wong Wood Yilmaz York Young Zeller
Ziegler
""".split()
PLACES = """
Alder Amber Aston Barrow Beacon Birch Bramble Bridge Brook Cedar Chapel Clay Cliff Copper Crane Dover Eagle Elm
Falcon Fern Flint Garden Glen Granite Green Harbor Hazel Heron High Hollow Iron Juniper Kings Lake Lark Laurel
Linden Lower Maple Market Meadow Mill Moor North Oak Old Orchard Otter Park Pearl Pine Pond Raven Red River Rowan
Sand Silver South Spring Station Stone Summer Swan Thorn Tower Upper Vale West White Willow Winter
""".split()
PLACE_ENDS = "ford ton field ham bury dale port mouth stead wick".split()
WORDS = """
big small old new dark light warm cold soft hard dry wet long short high low slow fast quiet loud heavy thin thick
open round flat sweet sour clean early late deep wide strong weak fresh plain stone wood glass paper water fire wind
snow rain river road bridge house door window garden field forest hill island beach market school train boat wheel
bread soup apple cheese honey rice tea salt sugar pepper horse sheep bird fish tree leaf flower root seed song story
letter book picture map clock lamp chair table coat shoe hat rope box bag cup plate knife tool engine pump pipe wall
floor roof room pressure rate sign test plan group control system line level point part side end pain loss sleep
skin heart hand head back blood bone eye ear foot
""".split()
COLOURS = "red blue green yellow black white brown grey orange purple pink silver gold".split()
STARTS = "b br c ch cl d dr f fl g gr h j k kr l m n p pr qu r s sh st t tr v w z".split()
VOWELS = "a e i o u ai ea io ou".split()
ENDS = "l n r s t x m nd st rn lin dor van tel mine zole pril lol cin sone".split()


def in_split(text: str, split: str) -> bool:
    """Whether a pool member belongs to "train" (seven eighths) or "held_out" (one eighth)."""
    held_out = hashlib.sha256(text.encode()).digest()[0] < 32
    return held_out == (split == "held_out")


def _draw(rng: random.Random, split: str, make) -> str:
    """Draw from `make(rng)` until the result belongs to the split."""
    while True:
        if in_split(text := make(rng), split):
            return text


def person(rng: random.Random, split: str) -> str:
    """A first name, or a first and a last name."""
    short = rng.random() < 0.5
    return _draw(rng, split, lambda r: r.choice(FIRST) if short else f"{r.choice(FIRST)} {r.choice(LAST)}")


def place(rng: random.Random, split: str) -> str:
    """A place name such as "Fernford" or "Oak Lake"."""
    forms = (lambda r: r.choice(PLACES) + r.choice(PLACE_ENDS), lambda r: f"{r.choice(PLACES)} {r.choice(PLACES)}")
    return _draw(rng, split, rng.choice(forms))


def pseudo_word(rng: random.Random, split: str) -> str:
    """A word that does not exist, such as "drovantel": what an unknown technical term looks like to the model."""

    def make(r: random.Random) -> str:
        middle = "".join(r.choice(STARTS) + r.choice(VOWELS) for _ in range(r.randint(1, 3)))
        return middle + r.choice(ENDS)

    return _draw(rng, split, make)


def phrase(rng: random.Random, split: str) -> str:
    """One to four plain words in a new order, such as "cold stone bridge"."""
    return _draw(rng, split, lambda r: " ".join(r.sample(WORDS, r.choice((1, 2, 2, 3, 4)))))


def term(rng: random.Random, split: str) -> str:
    """An unknown word, plain words, or both: the forms that technical terms take."""
    forms = (pseudo_word, phrase, lambda r, split: f"{phrase(r, split)} {pseudo_word(r, split)}")
    return rng.choices(forms, weights=(4, 4, 1))[0](rng, split)


def code(rng: random.Random, split: str) -> str:
    """A code of letters and digits such as "B14", "QX-208" or "7Z3K"."""

    def make(r: random.Random) -> str:
        letters = "".join(r.choices("ABCDEFGHJKLMNPQRSTUVWXYZ", k=r.randint(1, 3)))
        digits = "".join(r.choices("0123456789", k=r.randint(1, 4)))
        return r.choice(
            (letters + digits, f"{letters}-{digits}", digits + letters, f"{letters}{digits}-{r.randint(0, 9)}")
        )

    return _draw(rng, split, make)


def number(rng: random.Random, split: str) -> str:
    """A number: whole, with a decimal point, or with two decimals."""
    forms = (
        lambda r: str(r.randint(0, 10 ** r.randint(1, 5))),
        lambda r: f"{r.randint(0, 999)}.{r.randint(0, 9)}",
        lambda r: f"{r.randint(0, 99)}.{r.randint(0, 99):02d}",
    )
    return _draw(rng, split, rng.choice(forms))


def amount(rng: random.Random, split: str) -> str:
    """A number with a unit such as "250 g" or "12 minutes"."""
    unit = rng.choice(
        "g kg mg ml litres km metres cm minutes hours days weeks dollars euros pages boxes people".split()
    )
    return _draw(rng, split, lambda r: f"{number(r, split)} {unit}")


def date(rng: random.Random, split: str) -> str:
    """A date: "3 March 2021" or "2021-03-03"."""
    months = "January February March April May June July August September October November December".split()

    def make(r: random.Random) -> str:
        day, month, year = r.randint(1, 28), r.randint(1, 12), r.randint(1990, 2039)
        return r.choice(
            (f"{day} {months[month - 1]} {year}", f"{year}-{month:02d}-{day:02d}", f"{day} {months[month - 1]}")
        )

    return _draw(rng, split, make)


def clock(rng: random.Random, split: str) -> str:
    """A time of day such as "14:35"."""
    return _draw(rng, split, lambda r: f"{r.randint(0, 23):02d}:{r.randint(0, 59):02d}")
