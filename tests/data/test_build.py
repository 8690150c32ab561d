"""The generator: the same bytes twice, files that read back, and cards that fit."""

import subprocess
import sys

import pytest

from domainlab.data.build import build_general, build_medical, build_security
from domainlab.data.cards import check_card
from domainlab.data.medical_facts import Guideline, Interaction
from domainlab.data.patients import Patient
from domainlab.data.read import read_documents, read_examples, read_jsonl, read_questions
from domainlab.data.security_facts import AttackLink
from domainlab.data.security_pairs import CodePair
from domainlab.settings import ROOT


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    folder = tmp_path_factory.mktemp("data")
    build_general(folder / "general")
    build_medical(folder / "medical")
    build_security(folder / "security")
    return folder


def contents(folder):
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_the_command_writes_the_same_bytes_in_another_process(built, tmp_path):
    command = [sys.executable, "-m", "domainlab.data", str(tmp_path)]
    subprocess.run(command, cwd=ROOT, env={"PYTHONHASHSEED": "7"}, check=True)
    again, first = contents(tmp_path), contents(built)
    assert again.keys() == first.keys()
    assert [name for name in first if first[name] != again[name]] == []


@pytest.mark.parametrize("world", ["general", "medical", "security"])
def test_the_data_in_the_repository_are_what_the_generator_writes(built, world):
    kept, made = contents(ROOT / "data" / world), contents(built / world)
    changed = [name for name in sorted(kept.keys() | made.keys()) if kept.get(name) != made.get(name)]
    assert changed == [], "run `python -m domainlab.data`"


def test_every_file_reads_back_as_its_record(built):
    readers = {
        "documents": read_documents, "bulletin": read_documents,
        "reading": read_examples, "copying": read_examples,
        "formats": read_examples, "interactions": lambda path: read_jsonl(path, Interaction),
        "guidelines": lambda path: read_jsonl(path, Guideline),
        "patients": lambda path: read_jsonl(path, Patient),
        "questions": read_questions, "arithmetic": read_questions,
        "changing": read_questions, "unanswerable": read_questions,
        "bulletins": read_documents, "knowledge": read_documents,
        "attack": lambda path: read_jsonl(path, AttackLink),
        "pairs": lambda path: read_jsonl(path, CodePair),
    }  # fmt: skip
    for world in ("general", "medical", "security"):
        card = check_card(built / world)
        for name, rows in card["rows"].items():
            assert len(readers[name.removesuffix(".jsonl").split("_")[0]](built / world / name)) == rows
        assert card["made_by"] == "python -m domainlab.data"


def test_train_and_held_out_questions_share_no_wording(built):
    for world in ("general", "medical", "security"):
        train, held_out = (read_questions(built / world / f"questions_{side}.jsonl") for side in ("train", "held_out"))
        assert not {q.text for q in train} & {q.text for q in held_out}
        assert not {q.id for q in train} & {q.id for q in held_out}
