"""What is known in general and matters for one chart: interactions, red flags, guidelines.

Interactions and red flags come from tables by exact rules, never from a model and never from a search that
could miss one. Guidelines are searched for (`find`), and a hit counts only when its topic is a recorded
condition or drug of this chart: a similar topic is not the patient's.
"""

import operator
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache

from domainlab.assist.facts import Fact, list_conflicts, missing, quantity
from domainlab.assist.tables import known_guidelines, known_interactions, rows
from domainlab.data.chart import Chart, Entry
from domainlab.data.medical_facts import Guideline, Interaction

RELATIONS = {"<=": operator.le, ">=": operator.ge}
Find = Callable[[str], Sequence[str]]  # a condition or drug -> ids of guidelines that may fit it


@dataclass(frozen=True, kw_only=True)
class Flag:
    """Something that comes before everything else in a note."""

    sort: str  # "red flag", "interaction" or "allergy"
    text: str
    records: tuple[str, ...]  # of the patient, and the row of the table


@cache
def _names(term: str) -> tuple[str, ...]:
    """A term and what else it is called."""
    pairs = [(row["term"].lower(), row["alias"].lower()) for row in rows("aliases")]
    return (term, *(alias for name, alias in pairs if name == term), *(name for name, alias in pairs if alias == term))


def mentions(text: str, term: str) -> bool:
    """Whether a text names a drug or condition, by its own or another name, as whole words.

    >>> mentions("Warfarin Sodium 5 MG Oral Tablet", "warfarin"), mentions("hypertension", "high blood pressure")
    (True, True)
    """
    lowered = text.lower()
    found = (name for name in _names(term.lower()) if name in lowered)  # cheap, and rarely true
    return any(re.search(rf"(?<![a-z]){re.escape(name)}(?![a-z])", lowered) for name in found)


def drugs(chart: Chart) -> list[Entry]:
    """Every drug of both lists, also those that a note has no room for."""
    return [*chart.of("medication"), *chart.of("reported")]


def interaction_flags(chart: Chart) -> list[tuple[Interaction, Flag]]:
    """Each pair of the interaction table that two records of the chart name, the major ones first."""
    taken, found = drugs(chart), []
    for pair in known_interactions():
        first = [entry for entry in taken if mentions(entry.name, pair.drug_a)]
        second = [entry for entry in taken if mentions(entry.name, pair.drug_b)]
        records = tuple(dict.fromkeys(entry.record for entry in first + second))
        if first and second and len(records) > 1:
            text = f"Interaction: {pair.drug_a} with {pair.drug_b}, {pair.effect}, {pair.severity}"
            found.append((pair, Flag(sort="interaction", text=text, records=(*records, pair.id))))
    return found


def red_flags(chart: Chart) -> list[Flag]:
    """The newest values beyond a red-flag limit, and alarming words in the complaint."""
    flags = []
    for row in rows("red_flags"):
        if row["sort"] == "measure":
            for entry in (*chart.newest("vital"), *chart.newest("lab")):
                same = (entry.name, entry.unit) == (row["name"], row["unit"])
                if same and RELATIONS[row["relation"]](float(entry.value), float(row["limit"])):
                    text = f"Red flag: {entry.name} {quantity(entry)}"
                    flags.append(Flag(sort="red flag", text=text, records=(entry.record, row["source"])))
    for entry in chart.of("complaint"):
        if said := alarming(entry.name):
            flags.append(
                Flag(sort="red flag", text=f"Red flag: complaint of {entry.name}", records=(entry.record, said))
            )
    return flags


def alarming(text: str) -> str:
    """The source that calls a complaint alarming; "" where none does.

    >>> alarming("Chest pain since noon"), alarming("no chest pain"), alarming("a cold")
    ('NHS 999 signs', '', '')
    """
    for row in rows("red_flags"):
        found = (
            re.search(rf"\b(no |denies )?{re.escape(row['name'])}", text.lower())
            if row["sort"] == "complaint"
            else None
        )
        if found and not found[1]:
            return row["source"]
    return ""


def allergy_flags(chart: Chart) -> list[Flag]:
    """Drugs of a list that the patient is recorded as allergic to, by name or class."""
    classes = {row["drug"]: row["class"] for row in rows("drugs")}
    flags = []
    for allergy in (one for one in chart.of("allergy") if not one.negated):
        for entry in drugs(chart):
            named = [drug for drug in classes if mentions(entry.name, drug)]
            if mentions(entry.name, allergy.name) or any(mentions(classes[drug], allergy.name) for drug in named):
                text = f"Allergy: {entry.name} with a recorded allergy to {allergy.name}"
                flags.append(Flag(sort="allergy", text=text, records=(entry.record, allergy.record)))
    return flags


def guideline_facts(chart: Chart, find: Find) -> list[Fact]:
    """Plan: the guidelines found for a recorded condition or drug, at most one of each kind per topic."""
    known = known_guidelines()
    facts: dict[str, Fact] = {}
    for entry in (*chart.newest("condition"), *drugs(chart)):
        for one in (known[name] for name in find(entry.name) if name in known):
            if mentions(entry.name, one.topic) and (one.kind == "first_line") == (entry.kind == "condition"):
                facts.setdefault(one.id, _guideline(one, entry))
    return list(facts.values())


def _guideline(one: Guideline, entry: Entry) -> Fact:
    first = one.kind == "first_line"
    says = f"for {one.topic} first treatment is {one.advice}" if first else f"with {one.topic} check {one.advice}"
    return Fact(section="Plan", kind="guideline", says=says, records=(entry.record, one.id))


def plan_facts(chart: Chart, pairs: Iterable[tuple[Interaction, Flag]], find: Find) -> list[Fact]:
    """Plan: guidelines, interactions to review, drugs to reconcile; or that there is nothing to go by."""
    facts = guideline_facts(chart, find)[:6]
    for pair, flag in pairs:
        says = f"{pair.drug_a} with {pair.drug_b}"
        facts.append(Fact(section="Plan", kind="review", says=says, records=flag.records))
    for conflict in list_conflicts(chart):
        drug = conflict.says.rsplit(", ", 2)[0]
        facts.append(Fact(section="Plan", kind="reconcile", says=drug, records=conflict.records))
    return facts or [missing(chart, "Plan", "plan")]
