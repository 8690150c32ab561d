"""Comments that say that a finding was looked at: `# domainlab: ignore[CWE-89]`, or `# domainlab: ignore` for all.

They count on the lines of the finding only, are listed as suppressed, and can be switched off (inline_ignores).
"""

import io
import re
import tokenize
from collections.abc import Iterable

from domainlab.review.findings import Finding

COMMENT = re.compile(r"#\s*domainlab:\s*ignore(?:\[([^\]]*)\])?")


def split_ignored(findings: Iterable[Finding], source: str) -> tuple[list[Finding], list[Finding]]:
    """The findings that stand, and those that a comment in the code suppresses."""
    table = ignored_lines(source) if "domainlab:" in source else {}
    standing, suppressed = [], []
    for one in findings:
        wanted = [table[line] for line in range(one.line, one.end_line + 1) if line in table]
        hidden = any(not numbers or one.cwe in numbers for numbers in wanted)
        (suppressed if hidden else standing).append(one)
    return standing, suppressed


def ignored_lines(source: str) -> dict[int, set[int]]:
    """The weaknesses that comments ignore, by line; an empty set stands for all of them."""
    table = {}
    try:
        for token in tokenize.generate_tokens(io.StringIO(source).readline):
            match = COMMENT.search(token.string) if token.type == tokenize.COMMENT else None
            if match:
                table[token.start[0]] = {int(number) for number in re.findall(r"\d+", match.group(1) or "")}
    except (tokenize.TokenError, SyntaxError):
        return table  # what came before the broken place counts
    return table
