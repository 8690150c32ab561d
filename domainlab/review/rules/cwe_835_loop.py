"""CWE-835: a loop whose condition nothing in it can change."""

import ast
from collections.abc import Iterable

from domainlab.review.rule import Hit, Rule
from domainlab.review.syntax import Module


def loops(module: Module) -> Iterable[Hit]:
    """A condition of plain names, none of which the body touches, and no way out."""
    for loop in module.walk(ast.While):
        inner = [node for part in loop.body for node in ast.walk(part)]
        if any(
            isinstance(node, ast.Break | ast.Return | ast.Raise | ast.Yield | ast.YieldFrom | ast.Await | ast.Global)
            for node in inner
        ):
            continue
        parts = list(ast.walk(loop.test))
        if not all(
            isinstance(
                node, ast.Compare | ast.Name | ast.Constant | ast.cmpop | ast.expr_context | ast.BoolOp | ast.boolop
            )
            for node in parts
        ):
            continue
        names = {node.id for node in parts if isinstance(node, ast.Name)}
        changed = {
            node.id for node in inner if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store | ast.Del)
        }
        if names and not names & changed and not _may_change(inner, names):
            yield Hit(loop.test, "Nothing in the loop changes its condition", "high")


def _may_change(inner: list[ast.AST], names: set[str]) -> bool:
    """Whether an object of the condition is used in the body, where a method may change it."""
    used = [node for node in inner if isinstance(node, ast.Call)]
    return any(isinstance(part, ast.Name) and part.id in names for call in used for part in ast.walk(call.func)) or any(
        isinstance(node, ast.Call) and ast.unparse(node.func) in ("exit", "sys.exit", "quit", "os._exit")
        for node in used
    )


RULE = Rule(cwe=835, name="endless-loop", also=(834,), on_module=loops)
