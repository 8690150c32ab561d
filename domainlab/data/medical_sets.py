"""Public medical data sets as records: PubMedQA, MedQuAD, MTS-Dialog and ACI-BENCH, by hub name or local path.

A local path is a JSONL file (also `.xz` or `.gz`) or the set's own JSON or CSV file. Nothing here is part of
the repository: licences are MIT (PubMedQA), CC BY 4.0 (MedQuAD, MTS-Dialog, ACI-BENCH), said by their authors.
"""

import csv
import gzip
import io
import json
import lzma
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import datasets

from domainlab.errors import ConfigError, DataError
from domainlab.records import Example

OPENERS = {".xz": lzma.open, ".gz": gzip.open}
HUB_CONFIGS = {"qiaojin/PubMedQA": "pqa_labeled"}  # of the sets that come in several forms
DECISIONS = ("yes", "no", "maybe")


@dataclass(frozen=True, kw_only=True)
class ResearchQuestion:
    """One PubMedQA item: a question, the abstract without its conclusion, and the conclusion apart.

    In the reasoning-required setting a model sees `question` and `context` and never `conclusion` (Jin et al.
    2019, section 3).
    """

    id: str
    question: str
    context: str
    conclusion: str
    decision: str  # one of DECISIONS


def pubmedqa_questions(source: str | Path) -> list[ResearchQuestion]:
    """The labelled questions of PubMedQA.

    Raises:
        ConfigError: neither a file nor a data set that can be reached.
        DataError: a row without the fields of PubMedQA, or a decision that is none of the three.
    """
    found = []
    for number, row in enumerate(_rows(source), start=1):
        one = {key.lower(): value for key, value in row.items()}
        contexts = one.get("contexts", one.get("context"))
        contexts = contexts.get("contexts") if isinstance(contexts, dict) else contexts
        texts = [one.get("question"), one.get("long_answer"), one.get("final_decision")]
        if not isinstance(contexts, list) or not all(isinstance(text, str) for text in [*contexts, *texts]):
            raise DataError(f"{source}, row {number}: expected question, contexts, long_answer, final_decision.")
        if texts[2] not in DECISIONS:
            raise DataError(f"{source}, row {number}: final_decision must be one of {DECISIONS}; got {texts[2]!r}.")
        name = str(one.get("pmid", one.get("pubid", number)))
        found.append(
            ResearchQuestion(
                id=name, question=texts[0], context=" ".join(contexts), conclusion=texts[1], decision=texts[2]
            )
        )
    return found


def medquad_examples(source: str | Path) -> list[Example]:
    """Consumer health questions with their answers; pairs without an answer are left out."""
    rows = [row for row in _rows(source) if _text(row, "question") and _text(row, "answer")]
    return _examples("medquad", rows, "{question}", "answer", group=("focus", "document_id", "question"))


def mts_dialog_examples(source: str | Path) -> list[Example]:
    """Doctor-patient dialogues with one section of the clinical note."""
    prompt = "Write the {section_header} section of the clinical note.\n{dialogue}"
    return _examples("mts-dialog", _rows(source), prompt, "section_text", group=("ID", "dialogue"))


def aci_bench_examples(source: str | Path) -> list[Example]:
    """Whole visits with the whole clinical note."""
    prompt = "Write the clinical note of this visit.\n{dialogue}"
    return _examples("aci-bench", _rows(source), prompt, "note", group=("encounter_id", "dialogue"))


def _examples(name: str, rows: Sequence[dict], prompt: str, response: str, *, group: tuple[str, ...]) -> list[Example]:
    """Rows as training pairs; `group` are the fields that may name the entity, the first one there counts."""
    fields = [part.split("}")[0] for part in prompt.split("{")[1:]] + [response]
    found = []
    for number, row in enumerate(rows, start=1):
        if missing := [field for field in fields if not _text(row, field)]:
            raise DataError(f"{name}, row {number}: expected text in {', '.join(fields)}; {missing[0]} has none.")
        entity = next(_text(row, field) for field in group if _text(row, field))
        found.append(
            Example(id=f"{name}-{number}", prompt=prompt.format(**row), response=_text(row, response), domain="medical",
                    group=f"{name}-{entity}")
        )  # fmt: skip
    return found


def _text(row: dict, field: str) -> str:
    value = row.get(field)
    return str(value).strip() if isinstance(value, str | int) else ""


def _rows(source: str | Path) -> list[dict[str, Any]]:
    """The rows of a local file, or of every split of a hub data set."""
    path = Path(source).expanduser()
    if path.is_file():
        rows = list(_file_rows(path))
    elif path.suffix or path.is_dir():
        raise ConfigError(f"{path}: no such file. Give a JSONL, JSON or CSV file, or the name of a hub data set.")
    else:
        rows = _hub_rows(str(source))
    if not rows:
        raise DataError(f"{source}: no rows in it; expected at least one.")
    return rows


def _file_rows(path: Path) -> Iterator[dict[str, Any]]:
    kind = Path(path.name.removesuffix(path.suffix)).suffix if path.suffix in OPENERS else path.suffix
    try:
        with OPENERS.get(path.suffix, open)(path, "rt", encoding="utf-8") as file:
            text = file.read()
        if kind == ".csv":
            yield from csv.DictReader(io.StringIO(text))
        elif kind == ".json":
            yield from ({"pmid": key, **row} for key, row in json.loads(text).items())
        else:
            yield from (json.loads(line) for line in text.split("\n") if line.strip())
    except (OSError, EOFError, ValueError, TypeError, AttributeError, lzma.LZMAError) as error:
        raise DataError(f"{path}: cannot be read as {kind or 'JSONL'}: {error}") from error


def _hub_rows(name: str) -> list[dict[str, Any]]:
    try:
        found = datasets.load_dataset(name, HUB_CONFIGS.get(name))
    except (OSError, ValueError) as error:
        raise ConfigError(f"{name}: neither a file here nor a data set that the hub gives: {error}") from error
    return [row for split in found.values() for row in split]
