"""Tasks with a required output form: JSON with given keys, sections with given headings, lists, one line."""

import json
import random

from domainlab.data import names
from domainlab.records import Example

FIELDS = {
    "name": names.person, "place": names.place, "code": names.code, "count": names.number, "amount": names.amount,
    "date": names.date, "time": names.clock, "item": names.term, "owner": names.person, "city": names.place,
    "weight": names.amount, "price": names.number, "room": names.code, "start": names.clock, "end": names.clock,
    "guide": names.person, "order": names.code, "length": names.amount, "street": names.place, "task": names.phrase,
}  # fmt: skip
HEADINGS = """Summary Details Reason Plan Place People Time Cost Result Next Steps Background Question Answer Notes Risk
Goal Materials Method Finding Advice Weather Food Travel History Contact""".split()  # fmt: skip
NOT_GIVEN = "Not given."
JSON_WORDS = {
    "train": (
        "Give JSON with the keys {keys}.", "Write this as JSON with keys {keys}.", "Answer in JSON. Keys: {keys}.",
        "Turn the record into JSON with the keys {keys}.", "Make a JSON object with {keys}.",
        "Give a JSON object. Its keys are {keys}.", "Write a JSON object for {keys}.", "As JSON, please: {keys}.",
        "I need JSON with the keys {keys}.", "Use JSON and these keys: {keys}.", "Return JSON for {keys}.",
    ),
    "held_out": ("Return a JSON object with the keys {keys}.", "Write JSON. Use the keys {keys}."),
}  # fmt: skip
SECTION_WORDS = {
    "train": (
        "Write a note with the sections {heads}.", "Sort the facts under the headings {heads}.",
        "Make sections: {heads}.",
        "Write a report. Use the headings {heads}.", "Put each fact in its section. Sections: {heads}.",
        "Write a short note with the headings {heads}.", "Write one section for each of {heads}.",
        "Make a report from the facts. Headings: {heads}.", "The headings are {heads}. Write the sections.",
        "Use these headings: {heads}.", "Write down the facts by section: {heads}.",
    ),
    "held_out": ("Write a short report with the headings {heads}.", "Write the sections {heads}."),
}  # fmt: skip
LIST_WORDS = {
    "train": (
        "Write a list, one item per line.",
        "Give the items as a list.",
        "Put each item on its own line.",
        "Make a list.",
        "Write a list of the items.",
        "One item per line, please.",
        "Turn this into a list.",
        "List the items below each other.",
    ),
    "held_out": ("Write the items as a list.", "List them, one per line."),
}
LINE_WORDS = {
    "train": (
        "Write all on one line with commas.",
        "Give the values on one line.",
        "Put the values on one line.",
        "One line with all the values, please.",
        "Write the values with commas between them.",
        "All values, one line.",
        "Give all the values in one line, with commas.",
    ),
    "held_out": ("Write the values on one line.", "Put all values on one line with commas."),
}


def format_examples(n: int, *, split: str, seed: int) -> list[Example]:
    """`n` tasks whose answer has exactly one right form; unseen values and wordings in "held_out"."""
    rng = random.Random(f"format-{split}-{seed}")
    kinds = (_json, _sections, _sections, _list, _line)
    return [rng.choice(kinds)(rng, split, f"format-{split}-{i}") for i in range(n)]


def _record(rng: random.Random, split: str, most: int) -> dict[str, str]:
    return {key: FIELDS[key](rng, split) for key in rng.sample(list(FIELDS), rng.randint(2, most))}


def _lines(record: dict[str, str], rng: random.Random) -> str:
    style = rng.choice(("{k}: {v}", "{k} = {v}", "{k} is {v}"))
    return rng.choice(("\n", "; ")).join(style.format(k=k, v=v) for k, v in record.items())


def _example(id: str, kind: str, request: str, facts: str, response: str, rng: random.Random) -> Example:
    prompt = f"{request}\n{facts}" if rng.random() < 0.7 else f"{facts}\n{request}"
    return Example(id=id, prompt=prompt, response=response, domain="general", group=f"format-{kind}")


def _json(rng: random.Random, split: str, id: str) -> Example:
    record = _record(rng, split, 5)
    keys = rng.sample(list(record), rng.randint(1, len(record)))
    request = rng.choice(JSON_WORDS[split]).format(keys=", ".join(keys))
    return _example(id, "json", request, _lines(record, rng), json.dumps({key: record[key] for key in keys}), rng)


def _sections(rng: random.Random, split: str, id: str) -> Example:
    heads = rng.sample(HEADINGS, rng.randint(2, 4))
    facts = []
    for head in heads:
        for _ in range(rng.choice((0, 1, 1, 1, 2))):
            field = rng.choice(list(FIELDS))
            facts.append((head, f"{field} {FIELDS[field](rng, split)}"))
    shuffled = rng.sample(facts, len(facts))
    listing = rng.choice(("\n", "; ")).join(f"{head}: {text}" for head, text in shuffled) or "No facts."
    body = {head: "; ".join(text for h, text in shuffled if h == head) or NOT_GIVEN for head in heads}
    response = "\n".join(f"{head}: {text}" for head, text in body.items())
    request = rng.choice(SECTION_WORDS[split]).format(heads=", ".join(heads))
    return _example(id, "sections", request, listing, response, rng)


def _list(rng: random.Random, split: str, id: str) -> Example:
    values = [rng.choice(list(FIELDS.values()))(rng, split) for _ in range(rng.randint(2, 6))]
    response = "\n".join(f"- {value}" for value in values)
    return _example(id, "list", rng.choice(LIST_WORDS[split]), ", ".join(values), response, rng)


def _line(rng: random.Random, split: str, id: str) -> Example:
    record = _record(rng, split, 5)
    return _example(id, "line", rng.choice(LINE_WORDS[split]), _lines(record, rng), ", ".join(record.values()), rng)
