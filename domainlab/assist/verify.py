"""A second look at a finished note, independent of how it was written: does every number stand in its record?

It reads the sentences as a suspicious reader would: every number of a sentence must be a number of the records
that the sentence cites, every unit must follow its value there, and every drug that a table knows must be named
by the records cited. It shares no code with the writer's check, and an untraced sentence is not delivered.
"""

import re

from domainlab.assist.note import Note, Sentence
from domainlab.assist.tables import drug_words, known_guidelines, known_interactions, rows
from domainlab.data.chart import Chart

FIGURE = re.compile(r"\d+(?:\.\d+)?")
WORD = re.compile(r"[a-z]+")


def untraceable(one: Sentence, chart: Chart) -> list[str]:
    """The numbers and drugs of a sentence that none of its records has; empty when all can be traced."""
    source = cited_text(one.records, chart)
    known = set(FIGURE.findall(source))
    found = [figure for figure in FIGURE.findall(one.text) if figure not in known]
    named, there = set(WORD.findall(one.text.lower())), set(WORD.findall(source.lower()))
    found += sorted((named & drug_words()) - there)
    pairs = re.findall(r"(\d+(?:\.\d+)?) ([A-Za-z%/]+)", one.text)
    spaced = f" {' '.join(source.split())} ".lower()
    return found + [f"{value} {unit}" for value, unit in pairs if f" {value} {unit}".lower() not in spaced]


def cited_text(records: tuple[str, ...], chart: Chart) -> str:
    """Everything that the cited records say, and nothing that any other record says."""
    parts = [
        " ".join((entry.name, entry.value, entry.unit, "on", entry.date, entry.name, entry.value, entry.detail))
        for entry in chart.entries
        if entry.record in records
    ]
    if f"Patient/{chart.patient_id}" in records:
        parts += [chart.birth_date, chart.visit_date]
    parts += [f"{one.topic} {one.advice}" for name, one in known_guidelines().items() if name in records]
    parts += [f"{one.drug_a} {one.drug_b} {one.effect}" for one in known_interactions() if one.id in records]
    return "\n".join(parts)


def untraceable_in(note: Note, chart: Chart) -> list[str]:
    """What cannot be traced in a whole note; a delivered note has none."""
    return [found for one in note.sentences() for found in untraceable(one, chart)]


def foreign_records(note: Note, chart: Chart) -> list[str]:
    """Cited patient records that are not of this chart: a leak; a delivered note has none."""
    own = {entry.record for entry in chart.entries} | {f"Patient/{chart.patient_id}"}
    cited = {record for one in note.sentences() for record in one.records if "/" in record}
    sources = {row["source"] for row in rows("red_flags")}
    return sorted(cited - own - sources)
