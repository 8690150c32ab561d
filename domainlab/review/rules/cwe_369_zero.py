"""CWE-369: a stranger chooses what is divided by, zero included."""

import ast
import re
from collections.abc import Iterable

from domainlab.review.rule import Hit, Rule
from domainlab.review.syntax import Module

FOREIGN = re.compile(r"(int|float)\(.*(request|input\(|argv|self\.get_argument)")


def divisions(module: Module) -> Iterable[Hit]:
    """A division by a number that was read from outside in the same function, without a look at it."""
    for function in module.functions:
        nodes = list(ast.walk(function))
        numbers = {
            target.id: node
            for node in nodes
            if isinstance(node, ast.Assign) and FOREIGN.search(ast.unparse(node.value))
            for target in node.targets
            if isinstance(target, ast.Name)
        }
        looked = {
            name.id for node in nodes if isinstance(node, ast.Compare | ast.If | ast.IfExp) for name in _tested(node)
        }
        caught = any(
            "ZeroDivisionError" in ast.unparse(node.type)
            for node in nodes
            if isinstance(node, ast.ExceptHandler) and node.type
        )
        for node in nodes:
            if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div | ast.FloorDiv | ast.Mod) and not caught:
                right = node.right
                foreign = isinstance(right, ast.Name) and right.id in numbers and right.id not in looked
                if foreign or (isinstance(right, ast.Call) and FOREIGN.search(ast.unparse(right))):
                    yield Hit(node, "The divisor comes from outside and may be zero", "high")


def _tested(node: ast.AST) -> list[ast.Name]:
    part = node if isinstance(node, ast.Compare) else node.test
    return [one for one in ast.walk(part) if isinstance(one, ast.Name)]


RULE = Rule(cwe=369, name="divide-by-zero", also=(20,), on_module=divisions)
