"""Read and write JSONL files of records, one JSON object per line, and refuse what is not right.

A reader that skips bad lines hides the error until a model has trained on it. This one stops at the
first bad line and names the file, the line and the reason. It checks form, not truth.
"""

import functools
import json
import os
import types
import typing
from collections.abc import Sequence
from dataclasses import MISSING, asdict, fields, is_dataclass
from pathlib import Path
from typing import Any, TypeVar

from domainlab.errors import DataError
from domainlab.records import Document, Example, Question

Record = TypeVar("Record")


def read_jsonl(path: str | Path, record: type[Record]) -> list[Record]:
    """Read every line of a file as one `record` (a frozen dataclass with an `id`), in file order.

    Raises:
        DataError: the file is missing or empty, or a line is not UTF-8, not JSON, not an object, has a
            missing, unknown or wrongly typed field, or repeats an id.
    """
    path = Path(path)
    if not path.is_file():
        raise DataError(
            f"{path}: no such file. Check the path, or make the files with `python -m domainlab.data`."
        )
    records, lines_of_ids = [], {}
    for number, line in enumerate(path.read_bytes().removesuffix(b"\n").split(b"\n"), start=1):
        if not line and number == 1:
            raise DataError(f"{path}: the file is empty; expected one JSON object per line.")
        where = f"{path}, line {number}"
        item = _to_record(_parse(line, where), record, where)
        if item.id in lines_of_ids:
            raise DataError(
                f"{where}: id {item.id!r} was already used in line {lines_of_ids[item.id]}; ids must differ."
            )
        lines_of_ids[item.id] = number
        records.append(item)
    return records


def read_documents(path: str | Path) -> list[Document]:
    """Read a JSONL file of documents."""
    return read_jsonl(path, Document)


def read_examples(path: str | Path) -> list[Example]:
    """Read a JSONL file of training examples."""
    return read_jsonl(path, Example)


def read_questions(path: str | Path) -> list[Question]:
    """Read a JSONL file of questions."""
    return read_jsonl(path, Question)


def write_jsonl(path: str | Path, records: Sequence[Any]) -> None:
    """Write records, one per line, so that the file is there whole or not at all.

    Raises:
        DataError: there are no records, or two have the same id: `read_jsonl` would refuse the file.
    """
    seen = set()
    for item in records:
        if item.id in seen:
            raise DataError(f"{path}: two records have the id {item.id!r}; ids must differ.")
        seen.add(item.id)
    if not seen:
        raise DataError(f"{path}: no records to write; expected at least one.")
    write_text(path, "".join(json.dumps(asdict(item), ensure_ascii=False) + "\n" for item in records))


def write_text(path: str | Path, text: str) -> None:
    """Write a UTF-8 text file beside its final place and move it there in one step."""
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        unfinished.write_text(text, encoding="utf-8", newline="\n")
        os.replace(unfinished, path)
    finally:
        unfinished.unlink(missing_ok=True)


def _parse(line: bytes, where: str) -> Any:
    try:
        return json.loads(line.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise DataError(
            f"{where}: not UTF-8 ({error.reason} at byte {error.start}). Save the file as UTF-8."
        ) from error
    except json.JSONDecodeError as error:
        raise DataError(f"{where}: not JSON ({error}). Expected one JSON object per line.") from error


@functools.cache
def _schema(record: type) -> tuple[dict[str, Any], frozenset[str]]:
    """Field name -> type, and the names of the fields that have no default."""
    types_of_fields = typing.get_type_hints(record)
    needed = {f.name for f in fields(record) if f.default is MISSING and f.default_factory is MISSING}
    return {f.name: types_of_fields[f.name] for f in fields(record)}, frozenset(needed)


def _to_record(row: Any, record: type, where: str) -> Any:
    if not isinstance(row, dict):
        raise DataError(
            f"{where}: expected a JSON object with the fields of {record.__name__}, got {_shown(row)}."
        )
    expected, needed = _schema(record)
    if missing := sorted(needed - row.keys()):
        raise DataError(f"{where}: {record.__name__} needs the field {missing[0]!r}; got {sorted(row)}.")
    if unknown := sorted(row.keys() - expected.keys()):
        raise DataError(f"{where}: {record.__name__} has no field {unknown[0]!r}; it has {list(expected)}.")
    return record(
        **{name: _to_type(value, expected[name], f"{where}, field {name!r}") for name, value in row.items()}
    )


def _to_type(value: Any, expected: Any, where: str) -> Any:
    """`value` from JSON as the annotated type: lists become tuples, objects records, int passes as float."""
    if isinstance(expected, types.UnionType):  # only "T | None" is used
        return None if value is None else _to_type(value, typing.get_args(expected)[0], where)
    if typing.get_origin(expected) is tuple and isinstance(value, list):
        return tuple(_to_type(part, typing.get_args(expected)[0], where) for part in value)
    if is_dataclass(expected):
        return _to_record(value, expected, where)
    if expected is float and type(value) is int:
        return float(value)
    if type(value) is not expected:  # not isinstance: True is no number
        name = (
            getattr(expected, "__name__", str(expected))
            if typing.get_origin(expected) is None
            else str(expected)
        )
        raise DataError(f"{where} must be {name}, got {_shown(value)}.")
    return value


def _shown(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return f"{type(value).__name__} {text if len(text) <= 60 else text[:57] + '...'}"
