"""The ledger of claims: one JSONL file per notebook, one line per claim, lines are only ever added.

`begin_run` adds a marker line; readers see the rows after the last marker of each scale, and of those the
last row per claim, so a notebook that ran twice counts once. A line that a crash cut short is skipped with a
warning.
"""

import json
import os
import textwrap
import warnings
from collections.abc import Iterator
from dataclasses import asdict, dataclass, fields
from pathlib import Path

import pandas as pd
from filelock import FileLock

from domainlab.errors import DataError
from domainlab.settings import ROOT

STATUSES = ("held", "failed", "not measured")
BEGIN = "run_begins_at_scale"  # the one key of a marker line


@dataclass(frozen=True, kw_only=True)
class Claim:
    """One measured sentence as the ledger keeps it."""

    notebook: str
    claim_id: str
    sentence: str
    measured: float
    relation: str  # ">=", ">", "<=", "<" or "=="
    threshold: float
    margin: float
    low: float | None  # ends of the interval of `measured`
    high: float | None
    seeds: int  # how many seeds `measured` comes from
    source: str
    contradicts: str  # the sentence of the literature that the number speaks against; "" = none
    scale: str
    status: str  # one of STATUSES
    settled: bool  # the whole interval fulfils the relation, not only `measured`
    machine: str
    date: str  # ISO day


COLUMNS = tuple(field.name for field in fields(Claim))


def ledger_folder() -> Path:
    """Where the ledger lies: DOMAINLAB_CLAIMS, or build/claims in the checkout."""
    return Path(os.environ.get("DOMAINLAB_CLAIMS") or ROOT / "build" / "claims")


def begin_run(notebook: str, scale: str) -> None:
    """Mark that the rows which `notebook` wrote earlier at `scale` no longer count."""
    append_line(ledger_folder() / f"{notebook}.jsonl", {BEGIN: scale})


def append_claim(claim: Claim) -> None:
    """Add one row to its notebook's file."""
    append_line(ledger_folder() / f"{claim.notebook}.jsonl", asdict(claim))


def append_line(path: Path, row: dict[str, object]) -> None:
    """Add one JSON line under a lock, on a line of its own even after a crash cut the line before it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    line = json.dumps(row, ensure_ascii=False, allow_nan=False) + "\n"
    # without the lock another kernel's line can be seen half written and be taken for one that a crash cut short
    with FileLock(path.with_name(path.name + ".lock")):
        if path.exists() and path.stat().st_size and not path.read_bytes().endswith(b"\n"):
            line = "\n" + line
        with path.open("ab", buffering=0) as file:
            file.write(line.encode("utf-8"))


def read_rows(path: Path) -> Iterator[dict[str, object]]:
    """The whole lines of one ledger file; others are named in a warning and skipped."""
    for number, line in enumerate(path.read_text(encoding="utf-8", errors="replace").splitlines(), start=1):
        try:
            row = json.loads(line)
        except json.JSONDecodeError:
            row = None
        if isinstance(row, dict) and set(row) in ({BEGIN}, set(COLUMNS)):
            yield row
        else:
            warnings.warn(
                f"{path.name} line {number} is not a whole claim and is skipped; run the notebook again",
                stacklevel=2,
            )


def read_ledger(folder: Path | str | None = None) -> pd.DataFrame:
    """The claims of the last run of every notebook, one row per claim and scale.

    Args:
        folder: the ledger; None takes the current one.

    Raises:
        DataError: the folder does not exist, so no notebook has run.
    """
    folder = ledger_folder() if folder is None else Path(folder)
    if not folder.is_dir():
        raise DataError(f"no ledger of claims at {folder}; run a notebook first")
    rows = [row for path in sorted(folder.glob("*.jsonl")) for row in latest_rows(path)]
    return pd.DataFrame(rows, columns=list(COLUMNS)).sort_values(["claim_id", "scale"], ignore_index=True)


def latest_rows(path: Path) -> list[dict[str, object]]:
    """The rows of one file that still count."""
    latest: dict[tuple[object, object], dict[str, object]] = {}
    for row in read_rows(path):
        if BEGIN in row:
            latest = {key: kept for key, kept in latest.items() if kept["scale"] != row[BEGIN]}
        else:
            latest[row["claim_id"], row["scale"]] = row
    return list(latest.values())


def interval_words(low: float | None, high: float | None) -> str:
    """An interval in brackets, or nothing; a DataFrame gives NaN for a missing end.

    >>> interval_words(0.9, 0.95)
    ' [0.9, 0.95]'
    """
    return "" if low is None or pd.isna(low) else f" [{low:.4g}, {high:.4g}]"


def asked_words(relation: str, threshold: float, margin: float) -> str:
    """What a claim asks of the number.

    >>> asked_words(">=", 0.9, 0.02)
    '>= 0.9 + 0.02'
    """
    sign = {">=": "+", ">": "+", "<=": "-", "<": "-", "==": "±"}[relation]
    return f"{relation} {threshold:.4g}" + (f" {sign} {margin:.4g}" if margin else "")


def count_words(frame: pd.DataFrame) -> str:
    """How many claims held, failed, were not measured, and speak against the literature."""
    counts = frame["status"].value_counts()
    words = ", ".join(f"{counts.get(status, 0)} {status}" for status in STATUSES)
    contradicted = int(((frame["contradicts"] != "") & (frame["status"] == "held")).sum())
    return f"{len(frame)} claims: {words}. Sentences of the literature contradicted: {contradicted}."


def ledger_table(frame: pd.DataFrame) -> str:
    """The ledger as plain text for a terminal, the sentence of each claim under its numbers."""
    layout = "{:<7}{:<14}{:<28}{:<20}{:<7}{}"
    lines = [layout.format("claim", "verdict", "measured", "asked", "seeds", "scale")]
    for row in frame.itertuples():
        measured = f"{row.measured:.4g}{interval_words(row.low, row.high)}"
        asked = asked_words(row.relation, row.threshold, row.margin)
        lines.append(layout.format(row.claim_id, row.status, measured, asked, row.seeds, row.scale))
        remarks = [f"{row.sentence} ({row.source})"]
        if row.contradicts:
            remarks.append(
                f"{'contradicted' if row.status == 'held' else 'to contradict'}: {row.contradicts}"
            )
        if row.status == "held" and not row.settled:
            remarks.append("the interval reaches past the threshold")
        for remark in remarks:
            lines += textwrap.wrap(remark, width=100, initial_indent=" " * 7, subsequent_indent=" " * 9)
    return "\n".join([*lines, count_words(frame)])
