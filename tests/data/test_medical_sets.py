"""Loaders of public sets: the fields they promise, files in the shapes that are around, and wrong rows."""

import csv
import json
import lzma
from pathlib import Path

import pytest

from domainlab.data.medical_sets import (
    aci_bench_examples,
    medquad_examples,
    mts_dialog_examples,
    pubmedqa_questions,
)
from domainlab.errors import ConfigError, DataError

ROW = {
    "pmid": "1", "question": "Does it help?", "contexts": ["We asked.", "It did\u2028help."],
    "long_answer": "It helps.", "final_decision": "yes",
}  # fmt: skip
OFFICIAL = {"7": {"QUESTION": "Does it?", "CONTEXTS": ["A.", "B."], "LONG_ANSWER": "No.", "final_decision": "no"}}
HUB_ROW = {
    "pubid": 3,
    "question": "Q?",
    "context": {"contexts": ["C."]},
    "long_answer": "L.",
    "final_decision": "maybe",
}
SETS = Path(__file__).parents[3] / "shared" / "datasets" / "medical"


def write(path, *rows):
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    return path


def test_pubmedqa_keeps_the_conclusion_apart(tmp_path):
    (one,) = pubmedqa_questions(write(tmp_path / "a.jsonl", ROW))
    assert (one.id, one.context, one.decision) == ("1", "We asked. It did\u2028help.", "yes")
    assert one.conclusion not in one.question + one.context


def test_pubmedqa_in_three_shapes(tmp_path):
    (tmp_path / "o.json").write_text(json.dumps(OFFICIAL))
    with lzma.open(tmp_path / "a.jsonl.xz", "wt", encoding="utf-8") as file:
        file.write(json.dumps(ROW))
    found = [pubmedqa_questions(tmp_path / "o.json"), pubmedqa_questions(tmp_path / "a.jsonl.xz"),
             pubmedqa_questions(write(tmp_path / "h.jsonl", HUB_ROW))]  # fmt: skip
    assert [(one.id, one.decision) for (one,) in found] == [("7", "no"), ("1", "yes"), ("3", "maybe")]


def test_notes_and_questions_become_examples(tmp_path):
    with (tmp_path / "d.csv").open("w", newline="") as file:
        rows = csv.DictWriter(file, ["ID", "section_header", "section_text", "dialogue"])
        rows.writeheader()
        rows.writerow({"ID": 0, "section_header": "GENHX", "section_text": "Well.", "dialogue": "Doctor: How?"})
    (note,) = mts_dialog_examples(tmp_path / "d.csv")
    assert note.prompt == "Write the GENHX section of the clinical note.\nDoctor: How?"
    assert note.response == "Well."
    visit = {"encounter_id": "D1", "dialogue": "[doctor] hi", "note": "PLAN\nRest."}
    (whole,) = aci_bench_examples(write(tmp_path / "v.jsonl", visit))
    assert (whole.response, whole.group) == ("PLAN\nRest.", "aci-bench-D1")
    pairs = [
        {"focus": "Gout", "question": "What is gout?", "answer": "Pain."},
        {"focus": "Gout", "question": "Why?", "answer": ""},
    ]
    assert [one.group for one in medquad_examples(write(tmp_path / "q.jsonl", *pairs))] == ["medquad-Gout"]


WRONG = (
    {**ROW, "final_decision": "perhaps"},
    {**ROW, "contexts": "one text"},
    {"question": "Q"},
    {**ROW, "question": None},
)


@pytest.mark.parametrize("wrong", WRONG)
def test_refuses_rows_that_are_no_pubmedqa(tmp_path, wrong):
    with pytest.raises(DataError, match="row 1"):
        pubmedqa_questions(write(tmp_path / "w.jsonl", wrong))


def test_refuses_files_that_cannot_be_read(tmp_path):
    with pytest.raises(ConfigError, match="no such file"):
        pubmedqa_questions(tmp_path / "missing.jsonl")
    (tmp_path / "b.jsonl").write_text("{")
    (tmp_path / "c.jsonl.xz").write_bytes(b"not xz")
    (tmp_path / "e.jsonl").write_text("")
    for name in ("b.jsonl", "c.jsonl.xz", "e.jsonl"):
        with pytest.raises(DataError):
            pubmedqa_questions(tmp_path / name)


@pytest.mark.skipif(not SETS.is_dir(), reason="the public sets are not here")
def test_the_real_sets_load():
    questions = pubmedqa_questions(SETS / "pubmedqa" / "pqal.jsonl.xz")
    assert len(questions) == 500
    assert {one.decision for one in questions} == {"yes", "no", "maybe"}
    assert len(mts_dialog_examples(SETS / "mts_dialog" / "mts_dialog.jsonl.xz")) == 1301
    assert len(aci_bench_examples(SETS / "aci_bench" / "aci_bench.jsonl.xz")) == 87
    assert len(medquad_examples(SETS / "medquad" / "medquad.jsonl.xz")) > 16_000
