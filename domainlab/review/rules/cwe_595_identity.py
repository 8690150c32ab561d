"""CWE-595: `is` asks whether two names mean the same object, not whether the values are equal."""

import ast
from collections.abc import Iterable

from domainlab.review.rule import Comparison, Hit, Rule
from domainlab.review.syntax import Module


def comparisons(module: Module) -> Iterable[Hit]:
    """`is` and `is not` beside a text or number."""
    for node in module.walk(ast.Compare):
        for op, right in zip(node.ops, node.comparators, strict=True):
            sides = (node.left, right)
            if isinstance(op, ast.Is | ast.IsNot) and any(_is_value(side) for side in sides):
                yield Hit(node, "Objects are compared, not values", "high")


def compared(event: Comparison) -> Hit | None:
    """Two objects of a class of this file that does not say when they are equal."""
    first, second = event.left.name, event.right.name
    if not isinstance(event.op, ast.Eq | ast.NotEq) or not (first.startswith("class:") and first.endswith("()")):
        return None
    if not (second.startswith("class:") and second.endswith("()")):
        return None
    name = first.removeprefix("class:").removesuffix("()")
    owner = next((one for one in event.scope.module.walk(ast.ClassDef) if one.name == name), None)
    if owner is None or owner.bases or owner.decorator_list:
        return None
    methods = {one.name for one in owner.body if isinstance(one, ast.FunctionDef)}
    message = f"{name} has no __eq__, so objects are compared by identity"
    return None if "__eq__" in methods else Hit(event.node, message, "high")


def _is_value(node: ast.AST) -> bool:
    constant = isinstance(node, ast.Constant) and isinstance(node.value, str | bytes | int | float)
    return (constant and not isinstance(node.value, bool)) or isinstance(
        node, ast.List | ast.Dict | ast.Tuple | ast.Set
    )


RULE = Rule(cwe=595, name="identity-for-equality", also=(597,), on_module=comparisons, on_comparison=compared)
