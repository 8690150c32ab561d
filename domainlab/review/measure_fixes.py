"""How many findings get a fix, and whether each offered fix holds: measured on the project's own pairs.

A fix is checked a second time here, from its patch: the patch is applied to the old text, the result is scanned,
and the pair's behaviour is run on it.
"""

import re
from collections import Counter
from collections.abc import Callable, Sequence
from functools import partial

import pandas as pd

from domainlab.data.security_pairs import CodePair, run_behaviour
from domainlab.errors import DataError
from domainlab.review.config import ReviewConfig
from domainlab.review.pool import select
from domainlab.review.prove import Fix, counted, propose
from domainlab.review.scan import scan

HUNK = re.compile(r"@@ -(\d+)(?:,(\d+))? \+\d+(?:,\d+)? @@")


def fix_table(pairs: Sequence[CodePair]) -> pd.DataFrame:
    """One row per finding of a pair's own weakness: cwe, pair, offered, tested, applies, gone, no_new, behaves."""
    rows = []
    for pair in pairs:
        cwe = int(pair.cwe.removeprefix("CWE-"))
        behaves = partial(_behaves, pair) if pair.behaviour else None
        for finding in select(scan(pair.vulnerable).findings, ReviewConfig()):
            if finding.cwe == cwe:
                fix = propose(pair.vulnerable, finding, behaves=behaves)
                rows.append(
                    {"cwe": cwe, "pair": pair.id, "offered": fix is not None, **_checked(pair, cwe, fix, behaves)}
                )
    return pd.DataFrame(rows, columns=["cwe", "pair", "offered", "tested", "applies", "gone", "no_new", "behaves"])


def summary(table: pd.DataFrame) -> str:
    """The counts in one sentence."""
    offered = table[table["offered"]]
    tested = offered[offered["tested"]]
    held = offered[["applies", "gone", "no_new", "behaves"]].all(axis=1).sum()
    return (
        f"{len(table)} findings of the pairs' own weaknesses, {len(offered)} fixes offered ({len(tested)} of them with "
        f"behaviour tests): {int(held)} apply, remove the finding, bring no new one and pass the tests"
    )


def apply_patch(source: str, patch: str) -> str:
    """The text after a unified diff, applied without tolerance.

    Raises:
        DataError: a line of the patch is not where it should be.
    """
    old, new, position = source.splitlines(keepends=True), [], 0
    lines = patch.splitlines(keepends=True)[2:]
    for number, line in enumerate(lines):
        if match := HUNK.match(line):
            start = int(match.group(1)) - (match.group(2) != "0")
            new += old[position:start]
            position = start
        elif line[0] in " -":
            text = line[1:]
            if lines[number + 1 : number + 2] == ["\\ No newline at end of file\n"]:
                text = text.removesuffix("\n")
            if position >= len(old) or old[position] != text:
                raise DataError(f"The patch does not apply: line {position + 1} is not {text!r}.")
            new += [text] if line[0] == " " else []
            position += 1
        elif line[0] == "+":
            last = lines[number + 1 : number + 2] == ["\\ No newline at end of file\n"]
            new.append(line[1:].removesuffix("\n") if last else line[1:])
    return "".join([*new, *old[position:]])


def _checked(pair: CodePair, cwe: int, fix: Fix | None, behaves: Callable[[str], bool] | None) -> dict[str, bool]:
    if fix is None:
        return {"tested": False, "applies": False, "gone": False, "no_new": False, "behaves": False}
    before: Counter = counted(pair.vulnerable, "code.py")
    made = apply_patch(pair.vulnerable, fix.patch)
    after = counted(made, "code.py")
    return {
        "tested": behaves is not None,
        "applies": made == fix.source,
        "gone": after[cwe] < before[cwe],
        "no_new": all(after[one] <= before[one] for one in after),
        "behaves": behaves is None or behaves(made),
    }


def _behaves(pair: CodePair, code: str) -> bool:
    return run_behaviour(code, pair.behaviour) == ""
