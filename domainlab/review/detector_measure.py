"""Reviewers on pairs of vulnerable and fixed code: what each finds, names rightly, and cries about for nothing.

A reviewer is any callable from source code to reports. It detects a flaw when a report of any weakness touches the
flaw's lines, and names it exactly when that report carries its CWE. Any report on the fixed twin at all that touches
the lines in which the twins differ, or names the pair's weakness, is a false alarm. A pair is right when the flaw is
detected and its twin is left alone; a coin gets a quarter.
"""

import difflib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd
from tqdm.auto import tqdm

from domainlab.data.security_pairs import CodePair
from domainlab.errors import ConfigError
from domainlab.review.bandit_findings import bandit_issues
from domainlab.review.detector import Detector
from domainlab.review.findings import Finding
from domainlab.review.merge import FAMILIES
from domainlab.review.scan import scan

COLUMNS = ("detected", "exact", "false_alarm", "paired")


@dataclass(frozen=True, kw_only=True)
class Report:
    """What a reviewer says: weaknesses (the first is its own choice) and lines from 1."""

    cwes: tuple[int, ...]
    line: int
    end_line: int


Reviewer = Callable[[str], Sequence[Report]]


def reports(findings: Iterable[Finding]) -> list[Report]:
    """Findings as reports."""
    return [Report(cwes=(one.cwe, *one.also), line=one.line, end_line=one.end_line) for one in findings]


def bandit_reports(source: str) -> list[Report]:
    """Everything that bandit says, as it comes: all severities and confidences."""
    return [
        Report(cwes=(one.cwe.id,), line=one.lineno, end_line=max(one.linerange or [one.lineno]))
        for one in bandit_issues(source)
    ]


def reviewers(detector: Detector) -> dict[str, Reviewer]:
    """The reviewers of the course: bandit, the rules, the detector alone, and all together at two operating points.

    Together is what rules and bandit find and the detector does not filter out. Functions that only the detector
    flags are not added: that raises false alarms faster than detection (see the comparison in notebook 07).
    """

    def flagged(source: str) -> list[Report]:
        return [Report(cwes=(one.cwe,), line=one.line, end_line=one.end_line) for one in detector.flags(source)]

    def filtered(source: str, strict: bool) -> list[Report]:
        return reports(detector.filter(scan(source).findings, source, strict=strict))

    return {
        "bandit": bandit_reports,
        "rules": lambda source: reports(scan(source, bandit=False).findings),
        "detector": flagged,
        "combined": lambda source: filtered(source, False),
        "combined, strict": lambda source: filtered(source, True),
    }


def outcomes(named: Mapping[str, Reviewer], pairs: Sequence[CodePair]) -> pd.DataFrame:
    """One row per reviewer and pair: reviewer, id, cwe, group, and 0 or 1 in each of COLUMNS."""
    rows = []
    for pair in tqdm(pairs, desc="Reviewing", delay=2):
        changed = changed_lines(pair)
        for name, review in named.items():
            rows.append(dict(reviewer=name, id=pair.id, cwe=pair.cwe, group=pair.group, **judge(review, pair, changed)))
    return pd.DataFrame(rows, columns=["reviewer", "id", "cwe", "group", *COLUMNS])


def judge(review: Reviewer, pair: CodePair, changed: set[int]) -> dict[str, float]:
    """How one reviewer does on one pair; `changed` are the lines of the fixed twin that differ."""
    wanted = int(pair.cwe.removeprefix("CWE-"))
    at_flaw = [one for one in review(pair.vulnerable) if touches(one, pair.lines)]
    alarms = [one for one in review(pair.fixed) if is_alarm(one, pair, changed)]
    detected = bool(at_flaw)
    return {
        "detected": float(detected),
        "exact": float(any(wanted in one.cwes for one in at_flaw)),
        "false_alarm": float(bool(alarms)),
        "paired": float(detected and not alarms),
    }


def is_alarm(report: Report, pair: CodePair, changed: set[int]) -> bool:
    """Whether a report on the fixed twin is about what was repaired: its lines, or the pair's weakness."""
    return touches(report, changed) or related(int(pair.cwe.removeprefix("CWE-")), report.cwes)


def touches(report: Report, lines: Iterable[int]) -> bool:
    """Whether a report covers one of the lines."""
    return any(report.line <= line <= report.end_line for line in lines)


def related(cwe: int, named: Iterable[int]) -> bool:
    """Whether a weakness, or one of its family, is among those named."""
    return any(one == cwe or any({one, cwe} <= family for family in FAMILIES) for one in named)


def changed_lines(pair: CodePair) -> set[int]:
    """The lines of the fixed version that are not in the vulnerable one, from 1."""
    matcher = difflib.SequenceMatcher(None, pair.vulnerable.splitlines(), pair.fixed.splitlines(), autojunk=False)
    return {line + 1 for tag, _, _, low, high in matcher.get_opcodes() if tag != "equal" for line in range(low, high)}


def precision_at(detection: float, false_alarm: float, base_rate: float) -> float:
    """The share of alarms that are true where only `base_rate` of the files are weak, 0 to 1; 0 without alarms.

    >>> round(precision_at(0.8, 0.2, 0.03), 3)
    0.11

    Raises:
        ConfigError: a share outside [0, 1].
    """
    if not all(0 <= share <= 1 for share in (detection, false_alarm, base_rate)):
        raise ConfigError(f"shares must lie in [0, 1]; got {detection}, {false_alarm}, {base_rate}.")
    true, false = detection * base_rate, false_alarm * (1 - base_rate)
    return true / (true + false) if true + false else 0.0
