"""What a review reports: a finding with its place, its origin and how sure the reviewer is.

The text that explains a weakness (attack, precondition, impact, CVSS vector, references) belongs to the CWE
and stands once, on its page: `knowledge.page(finding.cwe)`.
"""

from dataclasses import dataclass

SEVERITIES = ("none", "low", "medium", "high", "critical")  # CVSS v3.1, section 5
CONFIDENCES = ("low", "medium", "high")


@dataclass(frozen=True, kw_only=True)
class Place:
    """A point of the code: line and column count from 1, `text` is the code there, `kind` says what it is."""

    line: int
    column: int
    text: str
    kind: str = ""


@dataclass(frozen=True, kw_only=True, order=True)
class Finding:
    """One weakness at one place.

    `cwe` is a number (89), `also` are weaknesses that the same code shows, `origins` name who found it
    ("rules", "bandit", "lexical"), `score` is the CVSS v3.1 base score of `vector`, 0 to 10.
    `source` is where the data comes from (None = no flow involved). `fingerprint` survives shifted lines.
    """

    path: str
    line: int
    column: int
    end_line: int
    cwe: int
    rule: str
    message: str
    severity: str
    confidence: str
    origins: tuple[str, ...]
    vector: str
    score: float
    sink: Place
    source: Place | None = None
    also: tuple[int, ...] = ()
    fingerprint: str = ""


@dataclass(frozen=True, kw_only=True)
class Skipped:
    """A file that was not, or not fully, analysed, with the reason; `lexical` = its text was still searched."""

    path: str
    reason: str
    lexical: bool = False


@dataclass(frozen=True, kw_only=True)
class FileReview:
    """What came out of one file: its findings in order of line, and why it was skipped (None = it was not)."""

    path: str
    findings: tuple[Finding, ...]
    skipped: Skipped | None = None
    suppressed: tuple[Finding, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Report:
    """What came out of a scan of many files; `suppressed` findings were ignored by a comment in the code."""

    findings: tuple[Finding, ...]
    skipped: tuple[Skipped, ...]
    files: int
    suppressed: tuple[Finding, ...] = ()
