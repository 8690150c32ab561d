"""Draft, reviewed, signed: a note moves one step at a time, each by a named person, each in the audit file."""

from dataclasses import replace

from domainlab.assist.audit import AuditLog
from domainlab.assist.note import Note, note_digest
from domainlab.errors import DataError

STEPS = {"reviewed": "draft", "signed": "reviewed", "returned": "reviewed"}  # event -> the state before it


def file_draft(note: Note, log: AuditLog, *, by: str) -> Note:
    """Put a new draft under audit."""
    if note.state != "draft":
        raise DataError(f"Only a draft is filed; this note is {note.state}.")
    log.add("drafted", actor=by, patient_id=note.patient_id, note=note_digest(note))
    return note


def review(note: Note, log: AuditLog, *, by: str) -> Note:
    """Say that a clinician has read the draft and compared it with the records."""
    return _step(note, log, "reviewed", by)


def sign(note: Note, log: AuditLog, *, by: str) -> Note:
    """Sign exactly the text that was reviewed."""
    return _step(note, log, "signed", by)


def send_back(note: Note, log: AuditLog, *, by: str) -> Note:
    """Make a reviewed note a draft again."""
    return _step(note, log, "returned", by)


def _step(note: Note, log: AuditLog, event: str, by: str) -> Note:
    digest = note_digest(note)
    if note.state != STEPS[event]:
        raise DataError(f"A note is {event} after it was {STEPS[event]}; this one is {note.state}.")
    last = [record for record in log.records if record.note == digest]
    expected = {"draft": ("drafted", "returned"), "reviewed": ("reviewed",)}[note.state]
    if not last or last[-1].event not in expected:
        raise DataError("The audit file does not know this text in this state: it was changed. File it as a new draft.")
    log.add(event, actor=by, patient_id=note.patient_id, note=digest)
    return replace(note, state="draft" if event == "returned" else event)
