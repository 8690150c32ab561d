"""JSONL in and out: what is refused, and that the refusal names file, line and reason."""

import json
from dataclasses import dataclass

import pytest

from domainlab.data.read import (
    read_documents,
    read_examples,
    read_jsonl,
    read_questions,
    write_jsonl,
    write_text,
)
from domainlab.errors import DataError
from domainlab.records import Document, Example, Question

GOOD = {"id": "a", "prompt": "Hello", "response": "Hi", "domain": "general", "group": "g"}


def write_lines(path, *rows):
    path.write_text(
        "".join((row if isinstance(row, str) else json.dumps(row)) + "\n" for row in rows), encoding="utf-8"
    )
    return path


def test_reads_back_what_it_wrote(tmp_path):
    question = Question(
        id="q", text="Wo?", answer="Köln\u2028\n", kind="k", group="g", aliases=("a", "b"), passage="p"
    )
    document = Document(id="d", text="text", source="s", licence="l", date="2031-01-01")
    example = Example(**GOOD)
    for record, read in ((question, read_questions), (document, read_documents), (example, read_examples)):
        write_jsonl(tmp_path / "deep" / "file.jsonl", [record])
        assert read(tmp_path / "deep" / "file.jsonl") == [record]


def test_a_hand_written_line_is_read_with_its_defaults(tmp_path):
    path = write_lines(
        tmp_path / "q.jsonl", {"id": "1", "text": "t", "answer": "a", "kind": "k", "group": "g"}
    )
    assert read_questions(path) == [Question(id="1", text="t", answer="a", kind="k", group="g")]


def test_a_last_line_without_line_end_counts(tmp_path):
    path = tmp_path / "e.jsonl"
    path.write_text(json.dumps(GOOD) + "\n" + json.dumps(GOOD | {"id": "b"}), encoding="utf-8")
    assert [x.id for x in read_examples(path)] == ["a", "b"]


@pytest.mark.parametrize(
    ("second_line", "reason"),
    [
        ("{broken", "not JSON"),
        ("", "not JSON"),
        ("[1, 2]", "expected a JSON object"),
        (json.dumps({k: v for k, v in GOOD.items() if k != "response"}), "needs the field 'response'"),
        (json.dumps(GOOD | {"id": "b", "colour": "red"}), "no field 'colour'"),
        (json.dumps(GOOD | {"id": "b", "prompt": 3}), "field 'prompt' must be str, got int 3"),
        (json.dumps(GOOD | {"id": "b", "prompt": None}), "field 'prompt' must be str"),
        (json.dumps(GOOD), "id 'a' was already used in line 1"),
    ],
)
def test_refuses_a_bad_line_with_file_line_and_reason(tmp_path, second_line, reason):
    path = write_lines(tmp_path / "bad.jsonl", GOOD, second_line)
    with pytest.raises(DataError, match=r"bad\.jsonl, line 2") as caught:
        read_examples(path)
    assert reason in str(caught.value)


@pytest.mark.parametrize(
    ("field", "value"),
    [("aliases", "one"), ("aliases", ["a", 1]), ("wording", "1"), ("wording", True), ("wording", 1.0)],
)
def test_refuses_a_wrong_type_inside_a_question(tmp_path, field, value):
    row = {"id": "1", "text": "t", "answer": "a", "kind": "k", "group": "g", field: value}
    with pytest.raises(DataError, match=f"line 1, field '{field}' must be"):
        read_questions(write_lines(tmp_path / "q.jsonl", row))


def test_refuses_bytes_that_are_not_utf8(tmp_path):
    path = tmp_path / "latin.jsonl"
    path.write_bytes(json.dumps(GOOD).encode() + b"\n" + '{"id": "ö"}'.encode("latin-1") + b"\n")
    with pytest.raises(DataError, match=r"line 2: not UTF-8"):
        read_examples(path)


def test_refuses_a_missing_and_an_empty_file(tmp_path):
    with pytest.raises(DataError, match="no such file"):
        read_examples(tmp_path / "none.jsonl")
    (tmp_path / "empty.jsonl").write_bytes(b"")
    with pytest.raises(DataError, match="the file is empty"):
        read_examples(tmp_path / "empty.jsonl")


@dataclass(frozen=True, kw_only=True)
class Inner:
    value: float


@dataclass(frozen=True, kw_only=True)
class Outer:
    id: str
    inner: tuple[Inner, ...]
    note: tuple[str, ...] | None


def test_nested_records_come_back_as_records(tmp_path):
    records = [
        Outer(id="1", inner=(Inner(value=1.5), Inner(value=2.0)), note=None),
        Outer(id="2", inner=(), note=("x",)),
    ]
    write_jsonl(tmp_path / "o.jsonl", records)
    assert read_jsonl(tmp_path / "o.jsonl", Outer) == records
    path = write_lines(tmp_path / "int.jsonl", {"id": "1", "inner": [{"value": 3}], "note": None})
    assert read_jsonl(path, Outer)[0].inner[0].value == 3.0
    path = write_lines(tmp_path / "bad.jsonl", {"id": "1", "inner": [{"value": "3"}], "note": None})
    with pytest.raises(DataError, match=r"field 'inner', field 'value' must be float"):
        read_jsonl(path, Outer)


def test_write_refuses_no_records_and_repeated_ids(tmp_path):
    with pytest.raises(DataError, match="no records"):
        write_jsonl(tmp_path / "x.jsonl", [])
    with pytest.raises(DataError, match="two records have the id 'a'"):
        write_jsonl(tmp_path / "x.jsonl", [Example(**GOOD), Example(**GOOD)])
    assert list(tmp_path.iterdir()) == []


def test_a_failed_write_leaves_the_old_file_and_no_rest(tmp_path):
    path = tmp_path / "x.txt"
    write_text(path, "old")
    with pytest.raises(UnicodeEncodeError):
        write_text(path, "new \ud800")  # a lone surrogate cannot be written as UTF-8
    assert path.read_text() == "old"
    assert [p.name for p in tmp_path.iterdir()] == ["x.txt"]
