"""A progress note: flags first, four sections of cited sentences, what was left out, what the note is not.

Numbers stand in flags and sentences only, each with the records it comes from; headings, limits and lists of
what was left out hold none.
"""

import hashlib
import html
import json
from dataclasses import asdict, dataclass

from domainlab.assist.facts import SECTIONS

LIMITS = (
    "Draft for review by a clinician; not signed. It makes no diagnosis. It restates the records cited; what they do "
    "not say is missing here. Guidelines and interactions come from teaching tables that are not complete."
)


@dataclass(frozen=True, kw_only=True)
class Sentence:
    """One sentence and the records that it comes from."""

    text: str
    records: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Note:
    """A draft; `state` changes only through `signoff.py`."""

    patient_id: str
    about: tuple[Sentence, ...]  # who and when
    flags: tuple[Sentence, ...]  # red flags, allergies, interactions
    sections: dict[str, tuple[Sentence, ...]]  # the four sections
    left_out: tuple[str, ...]  # what could not be written or shown, by record, without values
    state: str = "draft"  # "draft", "reviewed" or "signed"

    def sentences(self) -> list[Sentence]:
        """Everything that states something about the patient."""
        return [*self.about, *self.flags, *(one for name in SECTIONS for one in self.sections[name])]


def note_digest(note: Note) -> str:
    """sha256 of what the note says, whatever its state."""
    content = {key: value for key, value in asdict(note).items() if key != "state"}
    return hashlib.sha256(json.dumps(content, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def numbered_sources(note: Note) -> dict[str, int]:
    """Every cited record with the number under which the note's text cites it, in order of appearance."""
    records = dict.fromkeys(record for one in note.sentences() for record in one.records)
    return {record: number for number, record in enumerate(records, start=1)}


def note_text(note: Note) -> str:
    """The note as plain text, citations in brackets, the sources at the end."""
    sources = numbered_sources(note)

    def line(one: Sentence) -> str:
        return f"{capital(one.text)} {''.join(f'[{sources[record]}]' for record in one.records)}."

    parts = [f"PROGRESS NOTE ({note.state})", *map(line, note.about)]
    if note.flags:
        parts += ["", "Flags:", *map(line, note.flags)]
    for name in SECTIONS:
        parts += ["", f"{name}:", *map(line, note.sections[name])]
    if note.left_out:
        parts += ["", "Left out:", *(f"- {one}" for one in note.left_out)]
    parts += ["", f"Limits: {LIMITS}", "", "Sources:", *(f"[{number}] {record}" for record, number in sources.items())]
    return "\n".join(parts) + "\n"


def note_html(note: Note) -> str:
    """The note as a table: each sentence with its sources beside it."""
    rows = []
    for name, group in (("Patient", note.about), ("Flags", note.flags), *((s, note.sections[s]) for s in SECTIONS)):
        for place, one in enumerate(group):
            heading = html.escape(name) if place == 0 else ""
            text, records = html.escape(capital(one.text)), html.escape(", ".join(map(short_record, one.records)))
            rows.append(f"<tr><th>{heading}</th><td>{text}</td><td><small>{records}</small></td></tr>")
    rows += [f"<tr><th>Left out</th><td colspan=2>{html.escape(one)}</td></tr>" for one in note.left_out]
    head = f"<tr><th>{html.escape(note.state)}</th><th>sentence</th><th>sources</th></tr>"
    return f"<table>{head}{''.join(rows)}</table><p><em>{html.escape(LIMITS)}</em></p>"


def capital(text: str) -> str:
    """A text with a capital letter at the start, for display only."""
    return text[:1].upper() + text[1:]


def short_record(record: str) -> str:
    """A record's name with at most eight letters of its id, for a narrow column.

    >>> short_record("Observation/2b761694-96db-58be-ae47-4528466c3142#component-0")
    'Observation/2b761694…'
    """
    kind, slash, name = record.partition("/")
    return record if len(name) <= 8 else f"{kind}{slash}{name[:8]}…"
