"""CWE-390: an error is caught and nothing is done about it."""

import ast
from collections.abc import Iterable

from domainlab.review.rule import Hit, Rule
from domainlab.review.syntax import Module


def handlers(module: Module) -> Iterable[Hit]:
    """`except Exception: pass`, in any form."""
    for node in module.walk(ast.ExceptHandler):
        broad = node.type is None or (
            isinstance(node.type, ast.Name) and node.type.id in ("Exception", "BaseException")
        )
        if broad and all(isinstance(line, ast.Pass) or _is_note(line) for line in node.body):
            yield Hit(node, "The error is dropped")


def _is_note(line: ast.stmt) -> bool:
    return isinstance(line, ast.Expr) and isinstance(line.value, ast.Constant)


RULE = Rule(cwe=390, name="dropped-error", also=(703, 391, 396, 755), on_module=handlers)
