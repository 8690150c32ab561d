"""The changing half of the medical world: the monthly bulletin of Northfield Clinic, which does not exist.

Shelf, price, stock, pharmacist extension and preferred tablet strength are made up, and from one month to the
next 40 % of the values change. A model that learned January's values by heart is wrong in February; a
retriever is not. (The strengths offered are ones that the drug is really sold in.)

>>> bulletin(1)[0]
FormularyEntry(drug='lisinopril', kind='shelf', value='F28', since=1)
"""

import dataclasses
import random
from collections.abc import Callable
from dataclasses import dataclass

from domainlab.data.medical_facts import Fact, ask, slug, statement, table, wordings
from domainlab.errors import ConfigError
from domainlab.prompts import NOT_FOUND
from domainlab.records import Document, Question

CHANGE_SHARE = 0.4  # of all values, from each month to the next
LEFT_OUT = 1  # attributes that the bulletin does not give, per drug
FIRST_YEAR = 2031  # month 1 is January of this year
SOURCE = "Northfield Clinic (made up)"
LICENCE = "Apache-2.0"  # the project's own
MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
    "November", "December",
)  # fmt: skip
MAKERS: dict[str, Callable[[random.Random, list[str]], str]] = {
    "shelf": lambda rng, strengths: f"{rng.choice('ABCDEFGH')}{rng.randint(10, 99)}",
    "price": lambda rng, strengths: f"{rng.randint(3, 98)} dollars",
    "stock": lambda rng, strengths: f"{rng.randint(4, 240)} packs",
    "extension": lambda rng, strengths: str(rng.randint(2000, 8999)),
    "strength": lambda rng, strengths: rng.choice(strengths),
}


@dataclass(frozen=True, kw_only=True)
class FormularyEntry:
    """What the bulletin says about one drug; `since` is the month in which this value first held."""

    drug: str
    kind: str  # "shelf", "price", "stock", "extension" or "strength"
    value: str
    since: int


def bulletin(month: int, *, seed: int = 0) -> list[FormularyEntry]:
    """Every entry of one month's bulletin, in the same order each month.

    Args:
        month: 1 is January 2031. The rounded 40 % of the entries differ from those of the month before.
        seed: another seed, another clinic.

    Raises:
        ConfigError: the month is not a whole number from 1 on.
    """
    if type(month) is not int or month < 1:
        raise ConfigError(f"month must be a whole number from 1 (January {FIRST_YEAR}) on, got {month!r}.")
    strengths = _strengths()
    rng = random.Random(f"bulletin {seed} 1")
    entries = [
        FormularyEntry(drug=drug, kind=kind, value=MAKERS[kind](rng, strengths[drug]), since=1)
        for drug, kinds in _given(seed).items()
        for kind in kinds
    ]
    for now in range(2, month + 1):
        rng = random.Random(f"bulletin {seed} {now}")
        for position in sorted(rng.sample(range(len(entries)), round(CHANGE_SHARE * len(entries)))):
            entries[position] = _changed(entries[position], rng, strengths, now)
    return entries


def changing_questions(month: int, *, wordings: str, seed: int = 0) -> list[Question]:
    """Each entry of a month's bulletin in every wording of one set; ids are the same in all months."""
    return ask(_facts(month, seed), wordings_for=wordings)


def bulletin_documents(month: int, *, seed: int = 0) -> list[Document]:
    """One dated document per drug of the formulary, one value per sentence."""
    sentences: dict[str, list[str]] = {}
    for fact in _facts(month, seed):
        sentences.setdefault(fact.name, []).append(fact.passage)
    year, number = FIRST_YEAR + (month - 1) // 12, (month - 1) % 12
    heading = f"Northfield Clinic formulary bulletin, {MONTHS[number]} {year}."
    return [
        Document(
            id=f"northfield-{year}-{number + 1:02d}-{slug(drug)}",
            text=" ".join([heading, *lines]),
            source=SOURCE,
            licence=LICENCE,
            date=f"{year}-{number + 1:02d}-01",
        )
        for drug, lines in sentences.items()
    ]


def missing_facts(*, seed: int = 0) -> list[Fact]:
    """The attribute left out for each drug, with "The context does not say." as answer."""
    return [
        Fact(kind=kind, group=drug, name=drug, answer=NOT_FOUND, passage="", source=SOURCE)
        for drug, kinds in _given(seed).items()
        for kind in MAKERS
        if kind not in kinds
    ]


def _facts(month: int, seed: int) -> list[Fact]:
    forms = wordings("statement")
    return [
        Fact(kind=entry.kind, group=entry.drug, name=entry.drug, answer=entry.value, source=SOURCE,
             passage=statement(forms[entry.kind], name=entry.drug, answer=entry.value))
        for entry in bulletin(month, seed=seed)
    ]  # fmt: skip


def _given(seed: int) -> dict[str, list[str]]:
    """Drug -> the attributes that the bulletin gives for it."""
    rng = random.Random(f"formulary {seed}")
    left_out = {drug: rng.sample(sorted(MAKERS), LEFT_OUT) for drug in _strengths()}
    return {drug: [kind for kind in MAKERS if kind not in left_out[drug]] for drug in left_out}


def _strengths() -> dict[str, list[str]]:
    return {row["drug"]: row["strengths"].split(";") for row in table("formulary")}


def _changed(
    entry: FormularyEntry, rng: random.Random, strengths: dict[str, list[str]], now: int
) -> FormularyEntry:
    while (value := MAKERS[entry.kind](rng, strengths[entry.drug])) == entry.value:
        pass
    return dataclasses.replace(entry, value=value, since=now)
