"""CWE-369: a stranger chooses what is divided by, zero included."""

import ast
from collections.abc import Iterable

from domainlab.review.numbers import is_foreign, unchecked_numbers
from domainlab.review.rule import Hit, Rule
from domainlab.review.syntax import Module

DIVIDES = (ast.Div, ast.FloorDiv, ast.Mod)


def divisions(module: Module) -> Iterable[Hit]:
    """A division by a number that was read from outside in the same function, without a look at it."""
    for node in module.walk(ast.BinOp):
        if not isinstance(node.op, DIVIDES):
            continue
        right = node.right
        around = module.around(node)
        foreign = is_foreign(right) or (isinstance(right, ast.Name) and right.id in unchecked_numbers(around))
        if foreign and not _caught(around):
            yield Hit(node, "The divisor comes from outside and may be zero", "high")


def _caught(function: ast.AST) -> bool:
    handlers = [node for node in ast.walk(function) if isinstance(node, ast.ExceptHandler) and node.type]
    return any("ZeroDivisionError" in ast.unparse(handler.type) for handler in handlers)


RULE = Rule(cwe=369, name="divide-by-zero", also=(20,), on_module=divisions)
