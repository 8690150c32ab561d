"""Offer a fix only where it is proved: it applies, its finding is gone, none is new, and the tests still pass.

A proof by scanning shows that the reviewer is content, not that nothing else is wrong; a proof by tests covers
what they test. Without tests `behaviour` of the patch is "not tested".
"""

import ast
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from domainlab.review.edits import apply_edits, as_patch
from domainlab.review.findings import Finding
from domainlab.review.fixers import FIXERS
from domainlab.review.scan import scan
from domainlab.review.syntax import Module, parse_module

MOST_TRIES = 12
# Fixes that also refuse what the old code took (expressions for eval, other types for ==, names without a file):
# only tests can tell whether anybody needs that.
CHANGES_BEHAVIOUR = frozenset({95, 208, 377, 777})


@dataclass(frozen=True, kw_only=True)
class Fix:
    """A proved change: the whole new source, the same as a unified diff, and what its behaviour was tested with."""

    fingerprint: str
    source: str
    patch: str
    behaviour: str  # "tests passed" or "not tested"


def propose(source: str, finding: Finding, *, behaves: Callable[[str], bool] | None = None) -> Fix | None:
    """The first change for a finding that can be proved; None where there is none.

    Args:
        source: the code of the file in which the finding is.
        finding: what to repair, as `scan` found it in this source.
        behaves: whether a new source still does what it should; None = nobody can tell.
    """
    if finding.cwe not in FIXERS or (behaves is None and finding.cwe in CHANGES_BEHAVIOUR):
        return None
    module = parse_module(source, finding.path)
    known = counted(source, finding.path)
    tries = 0
    for node in nodes_at(module, finding):
        for fixer in FIXERS[finding.cwe]:
            for edits, imports in fixer(module, node):
                tries += 1
                if tries > MOST_TRIES:
                    return None
                new = _applied(source, edits, imports)
                if new is not None and holds(new, finding, known) and (behaves is None or behaves(new)):
                    told = "not tested" if behaves is None else "tests passed"
                    patch = as_patch(source, new, finding.path)
                    return Fix(fingerprint=finding.fingerprint, source=new, patch=patch, behaviour=told)
    return None


def holds(new: str, finding: Finding, known: Counter) -> bool:
    """Whether one finding of this weakness has gone and no other has come."""
    after = counted(new, finding.path)
    return after[finding.cwe] < known[finding.cwe] and all(after[cwe] <= known[cwe] for cwe in after)


def counted(source: str, path: str) -> Counter:
    """How many findings of each weakness a scan gives, the unsure ones included."""
    review = scan(source, path)
    if review.skipped:
        return Counter({finding.cwe: 10**6 for finding in review.findings})
    return Counter(one.cwe for one in review.findings)


def nodes_at(module: Module, finding: Finding) -> list[ast.AST]:
    """The nodes that begin where the finding is, outer before inner, as long as it is."""
    found = [
        node
        for node in ast.walk(module.tree)
        if getattr(node, "lineno", 0) == finding.line and node.col_offset + 1 == finding.column
        if node.end_lineno <= finding.end_line
    ]
    return [node for node in found if isinstance(node, ast.stmt | ast.Call | ast.Compare | ast.BinOp)]


def _applied(source: str, edits: list, imports: list[str]) -> str | None:
    try:
        new = apply_edits(source, edits, imports)
        ast.parse(new)
    except (SyntaxError, ValueError):
        return None
    return new if new != source else None
