"""Pairs of vulnerable and fixed Python code, made from hand-written templates, and what makes a pair valid.

A pair differs in its flaw alone. All variants of a template are on one side of the split. The behaviour of a
pair is a few statements of plain Python, standard library only, that pass after either version: whoever
patches the vulnerable version can prove that what worked before still works. The code is never imported
here, only parsed; a behaviour runs in a process of its own, in an empty folder, with a time limit.
"""

import ast
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from domainlab.data.read import read_jsonl
from domainlab.data.security_templates import PARTS, SIDES, all_templates, expand
from domainlab.errors import DataError

TIME_LIMIT = 20.0  # seconds for one behaviour


@dataclass(frozen=True, kw_only=True)
class CodePair:
    """One weakness in Python code and its repair; `lines` of the flaw count from 1 in `vulnerable`.

    `near_miss` looks dangerous and is safe. `behaviour` is what both versions do, `security_test` what only the
    fixed one does; both are statements for `run_behaviour`. "" = none.
    """

    id: str
    cwe: str
    group: str
    split: str
    vulnerable: str
    fixed: str
    lines: tuple[int, ...]
    near_miss: str = ""
    behaviour: str = ""
    security_test: str = ""


def code_pairs(split: str) -> list[CodePair]:
    """Every variant of every template on one side of the split, "train" or "held_out"."""
    return [
        CodePair(
            id=f"{one.group}-{variant}", cwe=one.cwe, group=one.group, split=one.split, **expand(one, variant)
        )
        for one in all_templates()
        if one.split == split
        for variant in range(one.variants)
    ]  # fmt: skip


def read_pairs(*paths: str | Path) -> list[CodePair]:
    """Read and check the pairs of one or more files together, so that a group on both sides is found.

    Raises:
        DataError: a line is no pair, or `check_pairs` finds something wrong.
    """
    pairs = [pair for path in paths for pair in read_jsonl(path, CodePair)]
    check_pairs(pairs)
    return pairs


def check_pairs(pairs: Sequence[CodePair]) -> None:
    """Refuse code that does not parse, a pair without difference, lines outside, or a split through a group.

    Raises:
        DataError: names the pair and what is wrong with it.
    """
    side: dict[str, str] = {}
    for pair in pairs:
        for part in ("vulnerable", "fixed", *PARTS):
            _parse(getattr(pair, part), f"{pair.id}: the {part} code")
        if ast.dump(ast.parse(pair.vulnerable)) == ast.dump(ast.parse(pair.fixed)):
            raise DataError(f"{pair.id}: vulnerable and fixed do the same; a pair must differ.")
        length = len(pair.vulnerable.splitlines())
        if not pair.lines or not all(1 <= line <= length for line in pair.lines):
            raise DataError(f"{pair.id}: lines of the flaw must be 1 to {length}; got {pair.lines}.")
        if pair.split not in SIDES:
            raise DataError(f'{pair.id}: split must be "train" or "held_out"; got {pair.split!r}.')
        if side.setdefault(pair.group, pair.split) != pair.split:
            raise DataError(f"{pair.id}: group {pair.group!r} is on both sides; a split never cuts a group.")


def run_behaviour(code: str, behaviour: str, *, time_limit: float = TIME_LIMIT) -> str:
    """Run statements after a piece of code in a fresh interpreter; "" when all passed, else what happened.

    Args:
        code: the source of one version, or a patched one. It is executed: only for code written here.
        behaviour: statements that use the code's names and `assert` what it must do.
        time_limit: seconds after which the run counts as failed.
    """
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder) / "behaviour_run.py"
        script.write_text(f"{code}\n\n{behaviour}", encoding="utf-8")
        command = [sys.executable, "-I", "-S", "-X", "utf8", str(script)]
        try:
            run = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=time_limit, env={})
        except subprocess.TimeoutExpired:
            return f"not finished after {time_limit:g} s"
    return "" if run.returncode == 0 else run.stderr.strip()[-2000:] or f"exit code {run.returncode}"


def _parse(code: str, what: str) -> None:
    try:
        ast.parse(code)
    except SyntaxError as error:
        raise DataError(f"{what} does not parse (line {error.lineno}: {error.msg}).") from error
