"""The card of a data folder: source and licence of the data, how they were made, and their checksums.

Without a card nobody can tell two months later whether a file is the one that a result was measured on.
"""

import hashlib
import json
from pathlib import Path
from typing import Any

from domainlab.data.read import write_text
from domainlab.errors import DataError

CARD = "card.json"
FIELDS = ("source", "licence", "made_by", "rows", "sha256")


def write_card(folder: str | Path, *, source: str, licence: str, made_by: str) -> dict[str, Any]:
    """Describe every file of a folder in its card.json and return the card.

    Args:
        folder: the data folder, with all its files in place; hidden files are left out.
        source: where the content comes from.
        licence: under which terms it may be used.
        made_by: the command that makes the files again.

    Returns:
        The card: source, licence, made_by, rows (lines of each JSONL file) and sha256 of each file.
    """
    folder = Path(folder)
    names = _files(folder)
    if not names:
        raise DataError(f"{folder}: no files to describe. Write the data before its card.")
    rows = {name: (folder / name).read_bytes().count(b"\n") for name in names if name.endswith(".jsonl")}
    sums = {name: _sha256(folder / name) for name in names}
    card = {"source": source, "licence": licence, "made_by": made_by, "rows": rows, "sha256": sums}
    write_text(folder / CARD, json.dumps(card, indent=2, ensure_ascii=False) + "\n")
    return card


def check_card(folder: str | Path) -> dict[str, Any]:
    """Return the card of a folder after checking that the files are exactly those it describes.

    Raises:
        DataError: no readable card, or a file is missing, changed, or not on the card.
    """
    folder = Path(folder)
    card = _read(folder / CARD)
    there = set(_files(folder))
    for name in sorted(there | card["sha256"].keys()):
        if name not in there:
            raise DataError(f"{folder / name}: on the card but not there. Make it again: {card['made_by']}")
        if name not in card["sha256"]:
            raise DataError(f"{folder / name}: not on the card. Remove the file or write the card again.")
        if _sha256(folder / name) != card["sha256"][name]:
            raise DataError(
                f"{folder / name}: changed since the card was written. Make it again: {card['made_by']}"
            )
    return card


def _read(path: Path) -> dict[str, Any]:
    if not path.is_file():
        raise DataError(f"{path}: no card. Every data folder needs one; write it with write_card.")
    try:
        card = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise DataError(f"{path}: the card is not JSON ({error}). Write it again with write_card.") from error
    missing = [field for field in FIELDS if not isinstance(card, dict) or field not in card]
    if missing or not isinstance(card["sha256"], dict):
        raise DataError(
            f"{path}: the card needs the fields {FIELDS}; missing or wrong: {missing or ['sha256']}."
        )
    return card


def _files(folder: Path) -> list[str]:
    paths = [path.relative_to(folder) for path in folder.rglob("*") if path.is_file()]
    visible = [path.as_posix() for path in paths if not any(part.startswith(".") for part in path.parts)]
    return sorted(name for name in visible if name != CARD)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
