"""Names and numbers as other systems write them: what the writer practises copying.

The course's own patients have short names and round numbers. Records elsewhere say "Metformin hydrochloride
500 MG Oral Tablet" and 37.48756203. Every fact of a made-up chart therefore comes in training also with its
names and numbers replaced, by rule-made drug products, conditions and measurements, in the terminology styles
of RxNorm, SNOMED CT and LOINC, and by made-up words: a writer that can copy those can copy anything.
"""

import random

from domainlab.assist.facts import Fact, chart_facts
from domainlab.assist.tables import rows
from domainlab.data.chart import Chart, Entry

FORMS = ("Oral Tablet", "Oral Capsule", "Injectable Solution", "Oral Solution", "Transdermal System", "Inhaler")
SALTS = ("", "", "hydrochloride", "sodium", "maleate", "sulfate", "acetate")
BEFORE = ("Acute", "Chronic", "History of", "Suspected", "Recurrent", "Severe", "Mild", "Primary")
AFTER = (
    "",
    "",
    "of left side",
    "in remission period",
    "with complications",
    "without complication",
    "stage 2",
    "due to drug",
)
SYSTEMS = (
    "in Blood",
    "in Serum or Plasma",
    "[Mass/volume] in Urine",
    "[Moles/volume] in Blood",
    "by Automated count",
    "",
)
UNITS = (
    "mg/dL",
    "mmol/L",
    "g/dL",
    "%",
    "10*3/uL",
    "U/L",
    "mL/min/{1.73_m2}",
    "fL",
    "pg",
    "kg/m2",
    "cm",
    "mmHg",
    "C",
    "F",
    "lb",
)
OFTEN = (
    "",
    "once a day",
    "twice a day",
    "1 per day",
    "2 every 6 hours",
    "when needed",
    "at bedtime",
    "1 tablet every morning",
)
SYLLABLES = (
    "ba",
    "cor",
    "den",
    "fi",
    "gal",
    "hex",
    "lo",
    "mun",
    "nar",
    "ol",
    "pra",
    "quin",
    "ril",
    "so",
    "tam",
    "ul",
    "vex",
    "zi",
)


def varied_facts(seed: int, number: int) -> list[Fact]:
    """The facts of a chart in which every name and number is drawn, with one to four entries of each kind."""
    rng = random.Random(f"variety {seed} {number}")
    entries = [Entry(record="Encounter/e", kind="complaint", name=_condition(rng).lower(), date="2020-01-01")]
    for kind, draw in (("condition", _condition), ("allergy", _drug), ("medication", _drug), ("reported", _drug)):
        taken = kind in ("medication", "reported")
        entries += [
            Entry(record=f"{kind}/{at}", kind=kind, name=draw(rng), date=_day(rng), value=_dose(rng) if taken else "",
                  detail=rng.choice(OFTEN) if taken else "")
            for at in range(rng.randint(1, 3))
        ]  # fmt: skip
    for kind in ("vital", "lab"):
        for _ in range(rng.randint(2, 4)):
            name, unit = _measure(rng), rng.choice(UNITS)
            entries += [
                Entry(record="Observation/o", kind=kind, name=name, value=_value(rng), unit=unit, date=day)
                for day in sorted(_day(rng) for _ in range(rng.choice((1, 1, 2))))
            ]
    chart = Chart(patient_id="p", entries=tuple(sorted(entries, key=lambda entry: entry.date)))
    said = [_remark(rng) for _ in range(rng.randint(0, 2))]
    facts, _ = chart_facts(chart, said)
    topics = [entry.name for entry in (*chart.of("condition"), *chart.of("medication"))]
    return facts + [_plan(rng, topic) for topic in topics]


def _plan(rng: random.Random, topic: str) -> Fact:
    """One line of a plan about a drawn name."""
    kind = rng.choice(("guideline", "guideline", "review", "reconcile"))
    first, check = f"for {topic} first treatment is {_drug(rng).lower()}", f"with {topic} check {_measure(rng)}"
    says = {"guideline": rng.choice((first, check)), "review": f"{topic} with {_drug(rng)}", "reconcile": topic}[kind]
    return Fact(section="Plan", kind=kind, says=says, records=("r",))


def _remark(rng: random.Random) -> Entry:
    """A sentence of an earlier note."""
    text = rng.choice((
        f"{rng.choice(('Denies', 'Reports', 'Worried about'))} {_condition(rng).lower()}",
        f"{rng.choice(('Walks', 'Sleeps', 'Eats'))} {rng.choice(('well', 'little'))} since the {_word(rng)}",
        f"{rng.choice(('Lives', 'Works'))} {rng.choice(('alone', 'with a friend', 'at home'))}",
    ))  # fmt: skip
    return Entry(record="DocumentReference/d", kind="remark", name="note", value=text)


def _word(rng: random.Random) -> str:
    return "".join(rng.choice(SYLLABLES) for _ in range(rng.randint(2, 4)))


def _drug(rng: random.Random) -> str:
    name = rng.choice([rng.choice(rows("drugs"))["drug"], _word(rng)])
    if rng.random() < 0.3:
        return name
    salt, strength = rng.choice(SALTS), rng.choice(("500 MG", "10 MG", "2.5 MG/ML", "0.4 MG", "100 UNT/ML", "325 MG"))
    product = f"{name.capitalize()} {salt} {strength} {rng.choice(FORMS)}"
    return " ".join(product.split())


def _condition(rng: random.Random) -> str:
    name = rng.choice([rng.choice(rows("conditions"))["condition"], f"{_word(rng)} syndrome"])
    return " ".join(f"{rng.choice(BEFORE) if rng.random() < 0.5 else ''} {name} {rng.choice(AFTER)}".split())


def _measure(rng: random.Random) -> str:
    names = sorted({row["name"] for row in rows("measurements")})
    name = rng.choice([rng.choice(names), _word(rng).capitalize()])
    return f"{name} {rng.choice(SYSTEMS)}".strip() if rng.random() < 0.6 else name


def _value(rng: random.Random) -> str:
    return f"{rng.uniform(0.1, rng.choice((9, 200, 900))):.{rng.choice((0, 0, 1, 1, 2, 4, 8))}f}"


def _dose(rng: random.Random) -> str:
    return rng.choice(("", f"{rng.randint(1, 900)} mg", "1 tablet", "2.5 mL"))


def _day(rng: random.Random) -> str:
    return f"{rng.randint(1995, 2031)}-{rng.randint(1, 12):02d}-{rng.randint(1, 28):02d}"
