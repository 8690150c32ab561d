"""The hand-written medical facts as records: drugs, conditions, interactions and first treatments.

The tables stand in `facts/medical_*.tsv`; their `source` column names where such a fact is found. They teach
a small model in a course. They are not complete, not a reference, and no basis for treating anybody.
"""

import re
import zlib
from dataclasses import dataclass

from domainlab.data.general import read_table
from domainlab.errors import ConfigError
from domainlab.records import Question

DRUG_KINDS = {
    "drug_class": "class",
    "drug_use": "use",
    "route": "route",
    "side_effect": "side_effect",
}  # kind: column
CONDITION_KINDS = {"condition_system": "system", "condition_symptom": "symptom"}


@dataclass(frozen=True, kw_only=True)
class Fact:
    """One thing that is said of `name` (together with `other`, where the fact is about two)."""

    kind: str
    group: str  # the entity that splits never cut
    name: str
    answer: str
    passage: str  # the sentence that states it; "" = no document does
    source: str
    other: str = ""


@dataclass(frozen=True, kw_only=True)
class Interaction:
    """Two drugs that should not be taken together without care; `severity` is "major" or "moderate"."""

    id: str
    drug_a: str
    drug_b: str
    effect: str
    severity: str
    source: str


@dataclass(frozen=True, kw_only=True)
class Guideline:
    """What comes first for a condition (kind "first_line"), or what to check with a drug ("monitoring")."""

    id: str
    topic: str
    kind: str
    advice: str
    source: str


def table(name: str) -> list[dict[str, str]]:
    """Rows of `facts/medical_<name>.tsv`."""
    return read_table(f"medical_{name}")


def slug(text: str) -> str:
    """A text as part of an id.

    >>> slug("athlete's foot")
    'athlete-s-foot'
    """
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")


def interactions() -> list[Interaction]:
    """Every drug pair of the interaction table."""
    return [
        Interaction(id=slug(f"interaction {row['drug_a']} {row['drug_b']}"), **row) for row in table("interactions")
    ]


def guidelines() -> list[Guideline]:
    """Every statement of the guideline table."""
    return [Guideline(id=slug(f"{row['kind']} {row['topic']}"), **row) for row in table("guidelines")]


def stable_facts() -> list[Fact]:
    """Every textbook fact, in the order of the tables."""
    forms = wordings("statement")
    facts = []
    for kind, name, answer, source, other in _rows():
        passage = statement(forms[kind], name=name, answer=answer, other=other)
        group = f"{name} + {other}" if other else name
        facts.append(
            Fact(kind=kind, group=group, name=name, other=other, answer=answer, passage=passage, source=source)
        )
    return facts


def _rows() -> list[tuple[str, str, str, str, str]]:
    """(kind, name, answer, source, other) of every stable fact."""
    rows = [(k, r["drug"], r[c], r["source"], "") for r in table("drugs") for k, c in DRUG_KINDS.items()]
    rows += [
        (k, r["condition"], r[c], r["source"], "") for r in table("conditions") for k, c in CONDITION_KINDS.items()
    ]
    rows += [("interaction", x.drug_a, x.effect, x.source, x.drug_b) for x in interactions()]
    return rows + [(x.kind, x.topic, x.advice, x.source, "") for x in guidelines()]


def wordings(use: str, world: str = "medical") -> dict[str, list[str]]:
    """The forms of each kind of fact of a world: as a "statement", or as a "train" or "held_out" question.

    Raises:
        ConfigError: `use` is none of the three.
    """
    forms: dict[str, list[str]] = {}
    rows = read_table(f"{world}_wordings")
    for row in rows:
        if row["use"] == use:
            forms.setdefault(row["kind"], []).append(row["text"])
    if not forms:
        raise ConfigError(f"wordings are for {sorted({row['use'] for row in rows})}; got {use!r}.")
    return forms


def statement(forms: list[str], *, name: str, answer: str, other: str = "") -> str:
    """The sentence that states a fact; which of the forms depends on the name alone, so it never changes."""
    form = forms[zlib.crc32(f"{name} {other}".encode()) % len(forms)]
    return form.format(name=name, other=other, answer=answer)


def ask(facts: list[Fact], *, wordings_for: str, kind: str = "", world: str = "medical") -> list[Question]:
    """Each fact as a question in every "train" or "held_out" wording.

    Args:
        facts: what to ask about.
        wordings_for: "train" (wordings 0 to 3) or "held_out" (wordings 4 and 5).
        kind: name all questions this instead of their facts' kinds.
        world: whose tables of wordings and aliases to use.
    """
    if wordings_for not in ("train", "held_out"):
        raise ConfigError(f'question wordings are "train" or "held_out"; got {wordings_for!r}.')
    forms, aliases = wordings(wordings_for, world), _aliases(world)
    before = wordings("train", world) if wordings_for == "held_out" else {}
    return [
        Question(
            id=slug(f"{world} {fact.kind} {fact.name} {fact.other} {number}"),
            text=form.format(name=fact.name, other=fact.other), answer=fact.answer, kind=kind or fact.kind,
            group=fact.group, wording=number, passage=fact.passage, aliases=aliases.get(fact.answer, ()),
        )
        for fact in facts
        for number, form in enumerate(forms[fact.kind], start=len(before.get(fact.kind, ())))
    ]  # fmt: skip


def _aliases(world: str) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for row in read_table(f"{world}_aliases"):
        found[row["term"]] = (*found.get(row["term"], ()), row["alias"])
    return found
