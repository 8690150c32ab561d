"""Scan the source of one file: parse it, run the rules and bandit, merge what they find.

`scan(source, path)` is the whole reviewer for one text and what everything else stands on.
"""

import ast
import sys

from domainlab.review.bandit_findings import bandit_findings
from domainlab.review.catalogue import catalogue
from domainlab.review.engine import Engine
from domainlab.review.expressions import OutOfSteps
from domainlab.review.findings import FileReview, Finding, Place, Skipped
from domainlab.review.knowledge import page
from domainlab.review.lexical import lexical_findings
from domainlab.review.merge import finding, merge, with_fingerprints
from domainlab.review.rule import Hit, Rule, Scope
from domainlab.review.syntax import Module, parse_module

DEEPEST = 9_000  # Python frames while walking a tree; parsing has its own, lower limit
NOT_PARSED = (SyntaxError, ValueError, RecursionError, MemoryError)


def scan(source: str, path: str = "code.py", *, rules: bool = True, bandit: bool = True) -> FileReview:
    """Review the source of one file.

    Args:
        source: Python code. It is parsed, never run.
        path: its name, as findings show it.
        rules: whether the project's own rules run.
        bandit: whether bandit's findings are merged in.

    Returns:
        Findings in order of line. `skipped` says why a file could not be (fully) analysed; a file that does not
        parse is still searched for dangerous text.
    """
    try:
        module = parse_module(source, path)
    except NOT_PARSED as error:
        found = lexical_findings(source, path) if rules else []
        return _review(found, source, path, Skipped(path=path, reason=reason_of(error), lexical=True))
    found, skipped = [], None
    if rules:
        found, skipped = rule_findings(module)
    if bandit:
        found += bandit_findings(source, path)
    return _review(found, source, path, skipped)


def rule_findings(module: Module) -> tuple[list[Finding], Skipped | None]:
    """What the rules find in a parsed file, and why the walk ended early (None = it did not)."""
    engine, kept = Engine(module, catalogue()), sys.getrecursionlimit()
    sys.setrecursionlimit(max(kept, DEEPEST))
    skipped = None
    try:
        engine.walk()
    except (RecursionError, OutOfSteps) as error:
        skipped = Skipped(path=module.path, reason=reason_of(error))
    finally:
        sys.setrecursionlimit(kept)
    found = [as_finding(rule, hit, scope) for rule, hit, scope in engine.found]
    return found, skipped


def as_finding(rule: Rule, hit: Hit, scope: Scope) -> Finding:
    """A rule's hit as a finding, with its places and its score."""
    module, node, taint = scope.module, hit.node, hit.source
    line, column = getattr(node, "lineno", 1), getattr(node, "col_offset", 0) + 1
    text = module.text(node) if isinstance(node, ast.stmt | ast.expr | ast.arg | ast.excepthandler) else ""
    source = taint and Place(line=taint.line, column=taint.column, text=taint.text, kind=taint.kind)
    message = hit.message or page(rule.cwe).title
    if source is not None:
        message += f": {KINDS.get(source.kind, source.kind)} `{source.text}` (line {source.line}) reaches `{text}`"
    return finding(
        path=module.path, line=line, column=column, end_line=getattr(node, "end_lineno", line), cwe=rule.cwe,
        also=rule.also, rule=rule.name, message=message, confidence=hit.confidence, origin="rules",
        sink=Place(line=line, column=column, text=text, kind="sink"), source=source,
    )  # fmt: skip


def reason_of(error: BaseException) -> str:
    """Why a file was not analysed, in words."""
    if isinstance(error, SyntaxError):
        return f"does not parse: line {error.lineno or 1}: {error.msg}"
    if isinstance(error, RecursionError | MemoryError):
        return "nested too deeply to analyse"
    if isinstance(error, OutOfSteps):
        return "too large to analyse fully; what was found until then is reported"
    return f"does not parse: {error}"


def _review(found: list[Finding], source: str, path: str, skipped: Skipped | None) -> FileReview:
    findings = with_fingerprints(merge(found), source)
    return FileReview(path=path, findings=tuple(findings), skipped=skipped)


KINDS = {
    "request": "request data",
    "argv": "a command-line argument",
    "env": "an environment variable",
    "input": "typed input",
    "file": "the content of a file",
    "network": "data from a socket",
    "parameter": "parameter",
    "unknown": "a value from elsewhere",
    "exception": "an error's text",
    "secret": "a secret",
    "random": "a predictable random number",
}
