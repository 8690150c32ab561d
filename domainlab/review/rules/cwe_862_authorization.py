"""CWE-862: the framework's own check of rights is switched off."""

import ast
from collections.abc import Iterable

from domainlab.review.rule import Assignment, Hit, Rule
from domainlab.review.syntax import Module

OPEN = ("AllowAny", "permissions.AllowAny")


def assigned(event: Assignment) -> Hit | None:
    """`permission_classes = []` or AllowAny on a view that changes something."""
    if event.last not in ("permission_classes", "authentication_classes") or event.scope.owner is None:
        return None
    names = {one.name for one in event.scope.owner.body if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef)}
    bases = " ".join(ast.unparse(base) for base in event.scope.owner.bases)
    changes = names & {"post", "put", "delete", "patch", "destroy", "create", "update"} or "ModelViewSet" in bases
    empty = event.value.name in ("list", "tuple") and not event.value.items
    anyone = any(item.name.endswith("AllowAny") for _, item in event.value.items)
    if changes and (empty or anyone):
        return Hit(event.node, "Anyone may change this", "medium")
    return None


def decorated(module: Module) -> Iterable[Hit]:
    """`@permission_classes([AllowAny])` on a view with a changing method."""
    for node in module.walk(ast.FunctionDef, ast.AsyncFunctionDef):
        texts = [ast.unparse(one) for one in node.decorator_list]
        open_view = any("permission_classes" in text and "AllowAny" in text for text in texts)
        if open_view and any(word in text for text in texts for word in ("DELETE", "PUT", "PATCH")):
            yield Hit(node, "Anyone may change this", "medium")


RULE = Rule(cwe=862, name="authorization-off", also=(285, 306, 284, 863), on_assignment=assigned, on_module=decorated)
