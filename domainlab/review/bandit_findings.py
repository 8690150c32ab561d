"""Bandit's findings as ours, with their origin.

Bandit runs in this process on text. What it reports for repaired code just the same counts only where a rule agrees:
see `merge.REMARKS`.
"""

import io
import logging

from bandit.core import config as bandit_config
from bandit.core import issue as bandit_issue
from bandit.core import manager as bandit_manager

from domainlab.review.findings import Finding, Place
from domainlab.review.merge import finding

# Where the official entry describes the flaw better than the general class that bandit gives.
CWE_OF = {"B201": 489, "B501": 295, "B306": 377, "B325": 377, "B508": 319, "B509": 319, "B507": 295, "B323": 295}
CONFIDENCE = {"LOW": "low", "MEDIUM": "medium", "HIGH": "high"}


def bandit_issues(source: str) -> list[bandit_issue.Issue]:
    """Everything that bandit says about a text; comments that switch it off are not obeyed."""
    logging.getLogger("bandit").setLevel(logging.CRITICAL)
    manager = bandit_manager.BanditManager(bandit_config.BanditConfig(), "file", ignore_nosec=True)
    name = "code.py"
    manager._parse_file(name, io.BytesIO(source.encode("utf-8", "surrogateescape")), [name])
    return manager.results


def bandit_findings(source: str, path: str) -> list[Finding]:
    """Bandit's findings about a text, in our form."""
    lines = source.splitlines()
    return [_finding(one, path, lines) for one in bandit_issues(source) if one.cwe.id or one.test_id in CWE_OF]


def _finding(issue: bandit_issue.Issue, path: str, lines: list[str]) -> Finding:
    line = issue.lineno
    text = lines[line - 1].strip()[:120] if 0 < line <= len(lines) else ""
    return finding(
        path=path, line=line, column=issue.col_offset + 1, end_line=max(issue.linerange or [line]),
        cwe=CWE_OF.get(issue.test_id, issue.cwe.id), rule=f"bandit-{issue.test_id}",
        message=issue.text.splitlines()[0].rstrip("."),
        confidence="low" if issue.severity == "LOW" else CONFIDENCE.get(issue.confidence, "low"),
        origin="bandit", sink=Place(line=line, column=issue.col_offset + 1, text=text, kind="sink"),
    )  # fmt: skip
