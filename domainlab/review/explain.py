"""A finding explained: what, where, how it is attacked, what it costs, what to do, and how sure each part is.

Every sentence is a `Statement` with its origin: the engine saw it in the code, the page of the weakness says it, the
ATT&CK mapping holds it, or a language model phrased it. Nothing else is said; where the mapping has nothing, it says
"no official path". `explain_check` holds each statement against the finding and the code again.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from domainlab.review.findings import Finding
from domainlab.review.knowledge import page
from domainlab.review.knowledge_attack import attack_sentences

KINDS = (
    "weakness", "place", "source", "sink", "attack", "precondition", "impact", "score", "technique", "fix",
    "confidence", "bulletin", "reference", "summary",
)  # fmt: skip
HEADINGS = {"attack": "Attack", "precondition": "Needs", "impact": "Impact", "fix": "Fix"}
SHOWN_BULLETINS = 2


@dataclass(frozen=True, kw_only=True)
class Statement:
    """One sentence; `kind` is one of KINDS, `origin` says who knows it: engine, page, official, curated, model, ..."""

    kind: str
    text: str
    origin: str


@dataclass(frozen=True, kw_only=True)
class Explanation:
    """The statements about one finding, in reading order."""

    finding: Finding
    statements: tuple[Statement, ...]

    def of(self, kind: str) -> tuple[str, ...]:
        """The texts of one kind."""
        return tuple(one.text for one in self.statements if one.kind == kind)

    def text(self) -> str:
        """The explanation as a person reads it, each line with its origin."""
        return "\n".join(f"{one.text} ({one.origin})" for one in self.statements)


def explain(
    finding: Finding, source: str, *, probability: float | None = None, bulletins: Sequence[str] = ()
) -> Explanation:
    """Explain a finding from the code, the page of its weakness and the ATT&CK mapping.

    Comments and texts of the code are not read: nothing that somebody wrote there gets into the explanation.

    Args:
        finding: what the reviewer reported.
        source: the code that it was found in.
        probability: the learned detector's, that the finding is true, 0 to 1; None where it was not asked.
        bulletins: what is known of real cases of the weakness, as sentences with their source in them.
    """
    known = page(finding.cwe)
    said = [("weakness", f"CWE-{finding.cwe}: {known.title}", "page"), *_places(finding, source)]
    said += [(kind, f"{HEADINGS[kind]}: {text}", "page") for kind, text in (
        ("attack", known.attack), ("precondition", known.precondition), ("impact", known.impact),
        ("fix", known.advice))]  # fmt: skip
    said.append(("score", f"CVSS v3.1 {finding.score:.1f} {finding.severity}, {finding.vector}", "formula"))
    said += [("technique", text, origin) for text, origin in attack_sentences(finding.cwe)]
    said.append(("confidence", _confidence(finding, probability), "engine" if probability is None else "detector"))
    said += [("bulletin", text, "bulletin") for text in bulletins[:SHOWN_BULLETINS]]
    said += [("reference", address, "page") for address in known.references]
    statements = tuple(Statement(kind=kind, text=text, origin=origin) for kind, text, origin in said)
    return Explanation(finding=finding, statements=statements)


def _places(finding: Finding, source: str) -> list[tuple[str, str, str]]:
    """Where it is, where the data comes from and where it goes."""
    last = min(finding.end_line, max(len(source.splitlines()), 1))
    lines = f"line {finding.line}" if last <= finding.line else f"lines {finding.line} to {last}"
    told = [("place", f"{finding.path}, {lines}", "engine")]
    if finding.source is not None:
        told.append(("source", f"Source: `{finding.source.text}` in line {finding.source.line}", "engine"))
    else:
        told.append(("source", "Source: none, the code is weak by itself", "engine"))
    told.append(("sink", f"Sink: `{finding.sink.text}` in line {finding.sink.line}", "engine"))
    return told


def _confidence(finding: Finding, probability: float | None) -> str:
    told = f"Confidence {finding.confidence}, found by {' and '.join(finding.origins)}"
    return told if probability is None else f"{told}; the detector gives it {probability:.2f}"
