"""The command on a folder as hospitals send it: a note for each patient, a report of the rest, exit codes."""

import json

import pytest

import domainlab.assist.__main__ as command
import synthea
from domainlab.assist.audit import read_audit
from domainlab.chat import ScriptedChat
from scribes import faithful, find, search


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Bundles in a folder; the writer is the faithful one, because training takes a minute."""
    monkeypatch.setattr(command, "cached_writer", lambda scale, **options: ScriptedChat(faithful))
    monkeypatch.setattr(command, "guideline_finder", lambda embed: find)
    monkeypatch.setattr(command, "sentence_search", lambda embed: search)
    monkeypatch.setattr(command, "SentenceEmbedder", lambda: None)
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.json").write_text(json.dumps(synthea.bundle()))
    (tmp_path / "in" / "hospitalInformation.json").write_text(json.dumps(synthea.hospitals()))
    odd = synthea.patient(id="../../etc/passwd", birthDate="1880-01-01")
    (tmp_path / "in" / "b.json").write_text(json.dumps(synthea.bundle(odd)))
    return tmp_path / "in"


def run(folder, out):
    return command.main([str(folder), "--out", str(out), "--today", "2026-01-01"])


def test_a_note_for_each_patient_and_a_report_of_the_rest(folder, tmp_path, capsys):
    out = tmp_path / "out"
    assert run(folder, out) == 0
    notes = sorted(out.glob("*.txt"))
    assert len(notes) == 2
    assert "aaaa1111-0000-4000-8000-000000000001.txt" in [path.name for path in notes]
    for path in notes:
        assert all(
            f"\n{section}:\n" in path.read_text() for section in ("Subjective", "Objective", "Assessment", "Plan")
        )
    told = json.loads((out / "skipped.json").read_text())
    assert told["files"] == {"hospitalInformation.json": "no patient in it"}
    assert told["resources"]["Claim"] == 1
    assert list(told["problems"]) == ["../../etc/passwd"]
    assert [record.event for record in read_audit(out / "audit.jsonl")] == ["drafted", "drafted"]
    assert "2 notes written" in capsys.readouterr().out


def test_a_second_run_replaces_the_notes_and_goes_on_with_the_audit(folder, tmp_path):
    out = tmp_path / "out"
    assert (run(folder, out), run(folder, out)) == (0, 0)
    assert len(list(out.glob("*.txt"))) == 2
    assert len(read_audit(out / "audit.jsonl")) == 4


def test_a_broken_bundle_is_told_by_the_exit_code(folder, tmp_path):
    (folder / "broken.json").write_text('{"resourceType": "Bundle", "entry": [')
    assert run(folder, tmp_path / "out") == 1
    assert len(list((tmp_path / "out").glob("*.txt"))) == 2


def test_an_empty_folder_is_told_before_anything_is_trained(tmp_path, capsys):
    (tmp_path / "empty").mkdir()
    assert run(tmp_path / "empty", tmp_path / "out") == 2
    assert "there is none in it" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()
