"""CWE-915: a stranger chooses which attributes of an object are set."""

import ast
import re
from collections.abc import Iterable

from domainlab.review.rule import REMOTE, UNTRUSTED, Assignment, Call, Hit, Rule
from domainlab.review.syntax import Module

BODY = ("json", "get_json", "form", "POST", "data", "body", "args", "GET", "values", "loads", "payload")


def check(call: Call) -> Hit | None:
    """`setattr(object, foreign, ...)`, `Model(**request.json)`, `object.__dict__.update(...)`."""
    if call.name == "setattr" and len(call.args) == 3:
        taint = call.args[1].reaching("attribute", UNTRUSTED)
        if taint and (taint.kind in REMOTE or call.args[2].reaching("attribute", UNTRUSTED)):
            return Hit(call.node, source=taint, confidence="high" if taint.kind in REMOTE else "medium")
    if call.name.endswith(".__dict__.update") or call.name in ("vars().update",):
        taint = next((found for value in call.args if (found := value.reaching("attribute", UNTRUSTED))), None)
        return Hit(call.node, source=taint, confidence="high") if taint else None
    if call.last == "update" and call.args and re.search(r"(^self\.\w+|\[\]|session|config)\.update$", call.name):
        taint = call.args[0].reaching("attribute", REMOTE)
        if taint and not call.name.startswith(("hashlib", "hmac")):
            return Hit(call.node, source=taint, confidence="medium")
    if ("**" in call.keywords and call.last[:1].isupper()) or (
        call.last in ("update", "create", "filter_by") and "**" in call.keywords
    ):
        taint = call.keywords["**"].reaching("attribute", REMOTE)
        if taint and any(word in taint.text for word in BODY):
            return Hit(call.node, source=taint, confidence="high")
    return None


def assigned(event: Assignment) -> Hit | None:
    """A form of Django that takes every field."""
    if (
        event.last == "fields"
        and event.value.known
        and event.value.const == "__all__"
        and event.scope.owner is not None
    ) and event.scope.owner.name == "Meta":
        return Hit(event.node, "Every field of the model can be set", "medium")
    if (
        event.last == "exclude"
        and event.scope.owner is not None
        and event.scope.owner.name == "Meta"
        and not event.value.items
    ):
        return Hit(event.node, "Every field of the model can be set", "low")
    return None


def loops(module: Module) -> Iterable[Hit]:
    """A merge that follows foreign keys into objects, `__class__` included."""
    for function in module.walk(ast.FunctionDef, ast.AsyncFunctionDef):
        text = "\n".join(module.lines_of(function))
        calls = [one for one in ast.walk(function) if isinstance(one, ast.Call)]
        again = any(ast.unparse(one.func).rpartition(".")[2] == function.name for one in calls)
        sets = next((one for one in calls if ast.unparse(one.func) == "setattr"), None)
        if (
            again
            and sets is not None
            and "getattr(" in text
            and not re.search(r"startswith\(['\"]_|__|allowed|ALLOWED", text)
        ):
            yield Hit(sets, "Keys such as __class__ lead into other objects", "high")


RULE = Rule(cwe=915, name="mass-assignment", also=(1321, 913), on_call=check, on_assignment=assigned, on_module=loops)
