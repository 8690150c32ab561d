"""CWE-620: a password is changed without asking for the old one."""

import ast
import re
from collections.abc import Iterable

from domainlab.review.rule import Hit, Rule
from domainlab.review.sources import is_handler
from domainlab.review.syntax import Module

CHANGE = re.compile(r"(?i)(change|update|set|edit|modify)_?(user_?)?(passw(or)?d|pwd)")
ASKS = re.compile(
    r"(?i)(old|current_passw|check_password|verify|token|authenticate|previous|existing|otp|check_hash|checkpw)"
)


def changes(module: Module) -> Iterable[Hit]:
    """A handler named after the change that mentions neither the old password nor a token."""
    for function in module.functions:
        if not CHANGE.search(function.name):
            continue
        owner = module.parent(function)
        body = "\n".join(module.lines_of(function))
        if is_handler(function, owner if isinstance(owner, ast.ClassDef) else None, module) and not ASKS.search(body):
            yield Hit(function, "The old password is not asked for")


RULE = Rule(cwe=620, name="unverified-password-change", also=(640, 306, 287), on_module=changes)
