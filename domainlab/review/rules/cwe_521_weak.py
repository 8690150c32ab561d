"""CWE-521: passwords of a few characters are accepted."""

import ast
import re
from collections.abc import Iterable

from domainlab.review.rule import Assignment, Call, Comparison, Hit, Rule
from domainlab.review.sources import is_handler
from domainlab.review.syntax import Module

PASSWORD = re.compile(r"(?i)passw|pwd")
LEAST = 8
SETS = re.compile(r"(?i)(register|signup|sign_up|create_user|create_account|new_user|add_user)")


def compared(event: Comparison) -> Hit | None:
    """`len(password) < 4`."""
    left = event.node.left
    counted = isinstance(left, ast.Call) and ast.unparse(left.func) == "len" and PASSWORD.search(ast.unparse(left))
    if not counted or any(isinstance(one, ast.Call) for one in left.args):  # len(set(password)) is another question
        return None
    least = event.right.const if event.right.known else None
    if (
        isinstance(least, int)
        and not isinstance(least, bool)
        and 0 < least < LEAST - isinstance(event.op, ast.Gt | ast.LtE)
    ) and isinstance(event.op, ast.Lt | ast.LtE | ast.GtE | ast.Gt):
        return Hit(event.node, f"Passwords of {least} characters are accepted", "medium")
    return None


def assigned(event: Assignment) -> Hit | None:
    """Django's validators are switched off."""
    if event.target == "AUTH_PASSWORD_VALIDATORS" and event.value.name == "list" and not event.value.items:
        return Hit(event.node, "Any password is accepted", "high")
    if not PASSWORD.search(event.last) or event.scope.owner is None:
        return None
    least = event.value.item("min_length")
    if least is not None and least.known and isinstance(least.const, int) and least.const < LEAST:
        return Hit(event.node, f"Passwords of {least.const} characters are accepted")
    validators = event.value.item("validators")
    if event.value.name.endswith("PasswordField()") and validators is not None:
        names = [one.name for _, one in validators.items]
        if not any(word in name for name in names for word in ("Length", "Regexp", "EqualTo", "def:", "class:")):
            return Hit(event.node, "Any password is accepted")
    return None


def called(call: Call) -> Hit | None:
    """A form's least length."""
    if call.last in ("Length", "MinimumLengthValidator") and _near_password(call):
        least = call.const(0, "min", "min_length")
        if isinstance(least, int) and 0 < least < LEAST:
            return Hit(call.node, f"Passwords of {least} characters are accepted")
    return None


def _near_password(call: Call) -> bool:
    return bool(PASSWORD.search(call.scope.module.lines[call.node.lineno - 1]))


def handlers(module: Module) -> Iterable[Hit]:
    """Registration that never looks at the password."""
    for function in module.functions:
        if not SETS.search(function.name) or not is_handler(function, None, module):
            continue
        body = "\n".join(module.lines_of(function))
        if PASSWORD.search(body) and not re.search(
            r"(?i)len\(|valid|strength|match|policy|check|isdigit|any\(|all\(|hash", body
        ):
            yield Hit(function, "Any password is accepted", "medium")


RULE = Rule(
    cwe=521,
    name="weak-password-policy",
    on_comparison=compared,
    on_assignment=assigned,
    on_call=called,
    on_module=handlers,
)
