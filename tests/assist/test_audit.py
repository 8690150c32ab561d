"""The audit chain against every way to tamper with it, and the steps from draft to signature."""

import json
from dataclasses import replace

import pytest

from domainlab.assist.assistant import draft_notes
from domainlab.assist.audit import START, AuditLog, read_audit
from domainlab.assist.note import Sentence
from domainlab.assist.signoff import file_draft, review, send_back, sign
from domainlab.errors import DataError

KEY = b"k" * 32


@pytest.fixture
def log(tmp_path):
    return AuditLog(tmp_path / "audit.jsonl", key=KEY)


@pytest.fixture
def note(materials, writer):
    return draft_notes(materials[1:2], writer, size=4)[0]


def test_draft_reviewed_signed(log, note):
    signed = sign(review(file_draft(note, log, by="bot"), log, by="dr-a"), log, by="dr-b")
    assert signed.state == "signed"
    assert [record.event for record in read_audit(log.path, head=log.head)] == ["drafted", "reviewed", "signed"]
    assert log.records[0].before == START


def test_no_step_is_skipped_or_repeated(log, note):
    with pytest.raises(DataError, match="signed after it was reviewed"):
        sign(note, log, by="dr-a")
    with pytest.raises(DataError, match="does not know this text"):
        review(note, log, by="dr-a")
    reviewed = review(file_draft(note, log, by="bot"), log, by="dr-a")
    for again in (lambda: file_draft(reviewed, log, by="bot"), lambda: review(reviewed, log, by="dr-a")):
        with pytest.raises(DataError):
            again()
    assert review(send_back(reviewed, log, by="dr-a"), log, by="dr-a").state == "reviewed"


def test_a_text_changed_after_review_cannot_be_signed(log, note):
    reviewed = review(file_draft(note, log, by="bot"), log, by="dr-a")
    forged = replace(reviewed, flags=(Sentence(text="Nothing to see", records=()),))
    with pytest.raises(DataError, match="was changed"):
        sign(forged, log, by="dr-a")


def test_the_file_holds_no_patient_text(log, note):
    file_draft(note, log, by="bot")
    text = log.path.read_text()
    assert note.patient_id not in text
    assert not any(one.text in text for one in note.sentences())


def tampered(lines, change):
    rows = [json.loads(line) for line in lines]
    change(rows)
    return "".join(json.dumps(row) + "\n" for row in rows)


@pytest.mark.parametrize(
    "change",
    [
        lambda rows: rows[1].update(actor="somebody"),
        lambda rows: rows[1].update(event="signed"),
        lambda rows: rows[0].update(time="2000-01-01T00:00:00+00:00"),
        lambda rows: rows.pop(1),
        lambda rows: rows.pop(0),
        lambda rows: rows.reverse(),
        lambda rows: rows.insert(1, rows[1]),
        lambda rows: rows[2].update(extra=1),
    ],
)
def test_tampering_breaks_the_chain(log, note, change):
    file_draft(note, log, by="bot")
    for event in ("opened", "reviewed"):
        log.add(event, actor="dr-a", patient_id="p")
    log.path.write_text(tampered(log.path.read_text().splitlines(), change))
    with pytest.raises(DataError):
        read_audit(log.path)


def test_records_cut_off_at_the_end_show_against_the_kept_head(log):
    for _ in range(3):
        log.add("opened", actor="dr-a", patient_id="p")
    lines = log.path.read_text().splitlines(keepends=True)
    log.path.write_text("".join(lines[:2]))
    assert len(read_audit(log.path)) == 2
    with pytest.raises(DataError, match="cut off"):
        read_audit(log.path, head=log.head)


def test_a_reopened_log_goes_on(log):
    log.add("opened", actor="dr-a", patient_id="p")
    again = AuditLog(log.path, key=KEY)
    again.add("opened", actor="dr-b", patient_id="p")
    assert [record.number for record in read_audit(log.path)] == [1, 2]
    assert again.records[0].patient == again.records[1].patient


def test_refuses_weak_keys_unknown_events_and_nobody(log, tmp_path):
    with pytest.raises(DataError, match="16 bytes"):
        AuditLog(tmp_path / "a", key=b"short")
    for event, actor in (("deleted", "a"), ("opened", " ")):
        with pytest.raises(DataError):
            log.add(event, actor=actor, patient_id="p")
    assert not log.path.exists()
