"""A report as JSON, as text for a terminal, and as SARIF 2.1.0 for the tools that read it."""

import json
from typing import Any

from domainlab import __version__
from domainlab.review.findings import Finding, Place, Report, Skipped
from domainlab.review.knowledge import page, reference

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
LEVELS = {"critical": "error", "high": "error", "medium": "warning", "low": "note", "none": "note"}


def as_json(report: Report) -> str:
    """Everything about every finding, explained, as one JSON document."""
    return json.dumps(
        {
            "version": __version__,
            "files": report.files,
            "findings": [explained(one) for one in report.findings],
            "suppressed": [explained(one) for one in report.suppressed],
            "skipped": [vars(one) for one in report.skipped],
        },
        indent=2,
    )


def explained(one: Finding) -> dict[str, Any]:
    """A finding with what is known of its weakness: attack, precondition, impact, advice, references."""
    about = page(one.cwe)
    return {
        "id": one.fingerprint,
        "cwe": f"CWE-{one.cwe}",
        "title": about.title,
        "related": [f"CWE-{number}" for number in one.also],
        "path": one.path,
        "line": one.line,
        "column": one.column,
        "end_line": one.end_line,
        "rule": one.rule,
        "message": one.message,
        "severity": one.severity,
        "confidence": one.confidence,
        "origins": list(one.origins),
        "cvss": {"vector": one.vector, "score": one.score},
        "source": vars(one.source) if one.source else None,
        "sink": vars(one.sink),
        "attack": about.attack,
        "precondition": about.precondition,
        "impact": about.impact,
        "advice": about.advice,
        "references": list(about.references),
    }


def as_text(report: Report) -> str:
    """One line per finding and per skipped file, and a summary."""
    lines = [
        f"{one.path}:{one.line}:{one.column}: {one.severity} CWE-{one.cwe} {one.message} [{', '.join(one.origins)}]"
        for one in report.findings
    ]
    lines += [
        f"{one.path}: skipped: {one.reason}{'; its text was searched' if one.lexical else ''}" for one in report.skipped
    ]
    hidden = f", {len(report.suppressed)} suppressed by comments" if report.suppressed else ""
    lines.append(
        f"{len(report.findings)} findings in {report.files} files{hidden}, {len(report.skipped)} files skipped"
    )
    return "\n".join(lines)


def as_sarif(report: Report) -> str:
    """The report in SARIF 2.1.0 (OASIS), with rules, flows, suppressions and files that were skipped."""
    every = [*report.findings, *report.suppressed]
    numbers = sorted({one.cwe for one in every})
    driver = {
        "name": "domainlab review",
        "version": __version__,
        "informationUri": "https://cwe.mitre.org/",
        "rules": [_rule(number) for number in numbers],
    }
    results = [_result(one, numbers) for one in report.findings]
    results += [{**_result(one, numbers), "suppressions": [{"kind": "inSource"}]} for one in report.suppressed]
    run = {
        "tool": {"driver": driver},
        "columnKind": "utf16CodeUnits",
        "invocations": [
            {"executionSuccessful": True, "toolExecutionNotifications": [_notification(one) for one in report.skipped]}
        ],
        "results": results,
    }
    return json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2)


def _rule(number: int) -> dict[str, Any]:
    about = page(number)
    return {
        "id": f"CWE-{number}",
        "name": "".join(word.capitalize() for word in about.title.split() if word.isalnum()),
        "shortDescription": {"text": about.title},
        "fullDescription": {"text": f"{about.attack} {about.impact}"},
        "help": {"text": about.advice},
        "helpUri": reference(number),
        "properties": {"tags": ["security", f"external/cwe/cwe-{number:03d}"]},
    }


def _result(one: Finding, numbers: list[int]) -> dict[str, Any]:
    result = {
        "ruleId": f"CWE-{one.cwe}",
        "ruleIndex": numbers.index(one.cwe),
        "level": LEVELS[one.severity],
        "message": {"text": one.message},
        "locations": [_location(one.path, one.sink, one.end_line)],
        "partialFingerprints": {"domainlabReview/v1": one.fingerprint},
        "properties": {
            "security-severity": f"{one.score:.1f}",
            "cvss": one.vector,
            "confidence": one.confidence,
            "origins": list(one.origins),
            "tags": [f"external/cwe/cwe-{number:03d}" for number in (one.cwe, *one.also)],
        },
    }
    if one.source is not None:
        steps = [{"location": _location(one.path, place, place.line)} for place in (one.source, one.sink)]
        result["codeFlows"] = [{"threadFlows": [{"locations": steps}]}]
    return result


def _location(path: str, place: Place, end_line: int) -> dict[str, Any]:
    region = {"startLine": place.line, "startColumn": place.column, "endLine": max(end_line, place.line)}
    if place.text:
        region["snippet"] = {"text": place.text}
    return {"physicalLocation": {"artifactLocation": {"uri": path}, "region": region}}


def _notification(one: Skipped) -> dict[str, Any]:
    place = {"physicalLocation": {"artifactLocation": {"uri": one.path}}}
    return {"level": "warning", "message": {"text": one.reason}, "locations": [place]}
