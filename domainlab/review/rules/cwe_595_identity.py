"""CWE-595: `is` asks whether two names mean the same object, not whether the values are equal."""

import ast
from collections.abc import Iterable

from domainlab.review.rule import Hit, Rule
from domainlab.review.syntax import Module


def comparisons(module: Module) -> Iterable[Hit]:
    """`is` and `is not` beside a text or number."""
    for node in module.walk(ast.Compare):
        for op, right in zip(node.ops, node.comparators, strict=True):
            sides = (node.left, right)
            if isinstance(op, ast.Is | ast.IsNot) and any(_is_value(side) for side in sides):
                yield Hit(node, "Objects are compared, not values", "high")


def _is_value(node: ast.AST) -> bool:
    constant = isinstance(node, ast.Constant) and isinstance(node.value, str | bytes | int | float)
    return (constant and not isinstance(node.value, bool)) or isinstance(
        node, ast.List | ast.Dict | ast.Tuple | ast.Set
    )


RULE = Rule(cwe=595, name="identity-for-equality", also=(597,), on_module=comparisons)
