"""CWE-193: a loop that goes one step too far."""

import ast
from collections.abc import Iterable

from domainlab.review.rule import Hit, Rule
from domainlab.review.syntax import Module


def loops(module: Module) -> Iterable[Hit]:
    """`range(len(x) + 1)` and `i <= len(x)` with `x[i]` in the body."""
    for node in module.walk(ast.For, ast.While):
        found = _counted(node) if isinstance(node, ast.For) else _tested(node)
        if found and _indexes(node, *found):
            yield Hit(node.iter if isinstance(node, ast.For) else node.test, "The last step is outside", "high")


def _counted(loop: ast.For) -> tuple[str, str] | None:
    call = loop.iter
    if not (isinstance(call, ast.Call) and ast.unparse(call.func) == "range" and isinstance(loop.target, ast.Name)):
        return None
    end = call.args[0] if len(call.args) == 1 else call.args[1]
    if isinstance(end, ast.BinOp) and isinstance(end.op, ast.Add) and isinstance(end.right, ast.Constant):
        return (_length_of(end.left), loop.target.id) if end.right.value == 1 else None
    return None


def _tested(loop: ast.While) -> tuple[str, str] | None:
    test = loop.test
    if isinstance(test, ast.Compare) and isinstance(test.ops[0], ast.LtE) and isinstance(test.left, ast.Name):
        return _length_of(test.comparators[0]), test.left.id
    return None


def _length_of(node: ast.AST) -> str:
    named = isinstance(node, ast.Call) and ast.unparse(node.func) == "len" and len(node.args) == 1
    return ast.unparse(node.args[0]) if named else ""


def _indexes(loop: ast.AST, what: str, index: str) -> bool:
    wanted = f"{what}[{index}]"
    return bool(what) and any(
        ast.unparse(node) == wanted for part in loop.body for node in ast.walk(part) if isinstance(node, ast.Subscript)
    )


RULE = Rule(cwe=193, name="off-by-one", also=(119, 125), on_module=loops)
