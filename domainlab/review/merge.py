"""One finding per weakness and place, however many tools saw it, with an id that survives shifted lines."""

import hashlib
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace

from domainlab.review.cvss_score import base_score, severity_of
from domainlab.review.findings import CONFIDENCES, Finding, Place
from domainlab.review.knowledge import vector_for

# Weaknesses that are one flaw seen at different heights: the same call is reported once.
FAMILIES = (
    {78, 88, 77, 74}, {94, 95, 96, 74}, {22, 23, 36, 73, 99, 35}, {327, 328, 326, 916, 759, 760}, {330, 338, 331, 335},
    {259, 798, 321, 522}, {295, 297, 599}, {502, 915}, {611, 776, 827, 20}, {732, 276, 277}, {377, 379, 378},
    {79, 80, 116}, {605, 668}, {703, 390, 391}, {319, 311},
)  # fmt: skip
# Bandit's remarks on imports and plain calls, and its tests that look at form where a rule follows the data.
REMARKS = frozenset(
    f"bandit-B{number}"
    for number in (
        "101 102 103 104 105 106 107 108 110 112 113 202 301 303 307 308 310 311 313 314 315 316 317 318 319 320 324 "
        "401 402 403 404 405 406 407 408 409 410 411 412 413 415 506 601 602 603 604 605 606 607 608 609 610 611 "
        "701 702 703 704"
    ).split()
)
# Where no source is known, the form alone still tells: SQL that is put together inside the call.
BY_FORM = ("bandit-B608",)


def finding(
    *, path: str, line: int, column: int, end_line: int, cwe: int, rule: str, message: str, confidence: str,
    origin: str, sink: Place, source: Place | None = None, also: tuple[int, ...] = (),
) -> Finding:  # fmt: skip
    """A finding with the score of its weakness; a local source makes the attack local."""
    vector = vector_for(cwe, source.kind if source else "")
    score = base_score(vector)
    return Finding(
        path=path, line=line, column=column, end_line=end_line, cwe=cwe, rule=rule, message=message,
        severity=severity_of(score), confidence=confidence, origins=(origin,), vector=vector, score=score, sink=sink,
        source=source, also=also,
    )  # fmt: skip


def merge(found: Iterable[Finding]) -> list[Finding]:
    """The findings without repetitions, in order of line: the clearest of each weakness at each place."""
    kept: dict[tuple[int, int], Finding] = {}
    ordered = sorted(found, key=lambda one: (_rank(one), one.line, one.column, one.cwe, one.message))
    for one in ordered:
        twin = next((key for key, other in kept.items() if same_flaw(one, other)), None) if one.line else None
        if twin is None and (one.rule not in REMARKS or (one.rule in BY_FORM and one.confidence != "low")):
            kept[len(kept), one.line] = one
        elif twin is not None:
            other = kept[twin]
            kept[twin] = replace(
                other,
                origins=tuple(sorted({*other.origins, *one.origins})),
                also=tuple(sorted({*other.also, *one.also, one.cwe} - {other.cwe})),
            )
    return sorted(kept.values(), key=lambda one: (one.line, one.column, one.cwe, one.rule))


def same_flaw(one: Finding, other: Finding) -> bool:
    """Whether two findings are about the same flaw: overlapping lines, and one weakness or one family."""
    if one.line > other.end_line or other.line > one.end_line:
        return False
    if one.cwe == other.cwe:
        return one.line == other.line or one.origins != other.origins
    if one.cwe in other.also and one.origins != other.origins:
        return True
    return one.origins != other.origins and any({one.cwe, other.cwe} <= family for family in FAMILIES)


def with_fingerprints(findings: list[Finding], source: str) -> list[Finding]:
    """The findings with ids made of weakness, file and code, not of line numbers; equal lines are counted."""
    lines, seen, result = source.splitlines(), Counter(), []
    for one in findings:
        code = lines[one.line - 1] if 0 < one.line <= len(lines) else ""
        parts = (one.path, str(one.cwe), one.rule, "".join(code.split()))
        seen[parts] += 1
        digest = hashlib.sha256("\0".join([*parts, str(seen[parts])]).encode("utf-8", "replace")).hexdigest()
        result.append(replace(one, fingerprint=digest[:16]))
    return result


def _rank(one: Finding) -> tuple:
    return ("rules" not in one.origins, -CONFIDENCES.index(one.confidence), one.source is None)
