"""Tasks that ask to copy exactly: the skill that retrieval and note writing stand on."""

import random

from domainlab.data import names
from domainlab.records import Example

KINDS = (
    names.person, names.place, names.pseudo_word, names.phrase, names.code, names.number, names.amount,
    names.date, names.clock,
)  # fmt: skip
INSTRUCTIONS = {
    "train": (
        "Repeat this: {text}", "Repeat exactly: {text}", "Copy this: {text}", "Copy this text exactly.\n{text}",
        "Write this again: {text}", "{text}\nWrite the line above again.", "Say this back to me: {text}",
        "Give the same text back: {text}", "Please copy this line: {text}", "Please write this once more: {text}",
        "Repeat the following line.\n{text}", "Copy the next line exactly as it is.\n{text}", "Echo: {text}",
        "Here is a text: {text}\nRepeat it.", "{text}\nCopy the text above.", "Write the following down: {text}",
        "Return this text without any change: {text}", "I will say something and you repeat it: {text}",
    ),
    "held_out": ("Copy the following exactly: {text}", "Please repeat this text: {text}"),
}  # fmt: skip
PICKS = {
    "train": (
        "{text}\nWhich {kind} is in the text?", "Find the {kind} in this text: {text}",
        "{text}\nWrite only the {kind}.",
        "Take the {kind} from this line: {text}", "{text}\nWhat is the {kind}?", "What {kind} is in this text? {text}",
        "Write the {kind} that you see here: {text}", "{text}\nGive me the {kind} in this line.",
        "Tell me the {kind} in this sentence: {text}", "Copy only the {kind} from this: {text}",
        "There is a {kind} in this text. Which one? {text}", "{text}\nPlease write the {kind} from the sentence above.",
    ),
    "held_out": ("{text}\nWhat is the {kind} in this text?", "Write the {kind} from this text: {text}"),
}  # fmt: skip
CARRIERS = (
    "The note says {value} and nothing else.", "Please remember {value} for tomorrow.",
    "On the door there is a sign: {value}.",
    "We were told about {value} last week.", "They wrote {value} on the box.", "Everybody was waiting for {value}.",
    "In the list you can see {value}.", "My friend asked about {value}.", "The last line of the letter is {value}.",
)  # fmt: skip
LABELS = {
    names.person: "name", names.place: "place", names.code: "code", names.number: "number", names.amount: "amount",
    names.date: "date", names.clock: "time",
}  # fmt: skip


def copy_examples(n: int, *, split: str, seed: int) -> list[Example]:
    """`n` copying tasks: one to six values to repeat, or one value to pick out of a sentence.

    `split` is "train" or "held_out": names, values and wordings of the two never meet.
    """
    rng = random.Random(f"copy-{split}-{seed}")
    return [_pick(rng, split, i) if rng.random() < 0.35 else _repeat(rng, split, i) for i in range(n)]


def _repeat(rng: random.Random, split: str, i: int) -> Example:
    values = [rng.choice(KINDS)(rng, split) for _ in range(rng.randint(1, 6))]
    if rng.random() < 0.3:
        values = [rng.choice(CARRIERS).format(value=value) for value in values[:2]]
    text = rng.choice((", ", " ", "; ", ", ")).join(values)
    prompt = rng.choice(INSTRUCTIONS[split]).format(text=text)
    return Example(id=f"copy-{split}-{i}", prompt=prompt, response=text, domain="general", group="copy")


def _pick(rng: random.Random, split: str, i: int) -> Example:
    make = rng.choice(list(LABELS))
    value = make(rng, split)
    text = rng.choice(CARRIERS).format(value=value)
    prompt = rng.choice(PICKS[split]).format(text=text, kind=LABELS[make])
    return Example(id=f"copy-{split}-{i}", prompt=prompt, response=value, domain="general", group="copy")
