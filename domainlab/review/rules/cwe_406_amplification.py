"""CWE-406: a small datagram with a false sender makes the server send a large answer to somebody else."""

import ast
from collections.abc import Iterable

from domainlab.review.rule import Hit, Rule
from domainlab.review.syntax import Module


def echoes(module: Module) -> Iterable[Hit]:
    """`sendto(much, address)` in a function that took the address from `recvfrom` and asks nothing of it."""
    for function in [*module.functions, module.tree]:
        calls = [
            node for node in ast.walk(function) if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
        ]
        if not any(call.func.attr == "recvfrom" for call in calls):
            continue
        for call in calls:
            if call.func.attr == "sendto" and call.args and _grows(call.args[0], function):
                yield Hit(call, "The answer is larger than the question, and its receiver is not known")


def _grows(node: ast.AST, function: ast.AST) -> bool:
    """Whether a payload is multiplied, directly or where its name is assigned."""
    if isinstance(node, ast.Name):
        values = [
            one.value
            for one in ast.walk(function)
            if isinstance(one, ast.Assign) and any(getattr(target, "id", "") == node.id for target in one.targets)
        ]
        return any(not isinstance(value, ast.Name) and _grows(value, function) for value in values)
    return any(isinstance(one, ast.BinOp) and isinstance(one.op, ast.Mult) for one in ast.walk(node))


RULE = Rule(cwe=406, name="amplified-answer", also=(405, 400), on_module=echoes)
