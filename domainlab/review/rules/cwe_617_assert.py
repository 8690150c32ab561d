"""CWE-617: rights are checked by `assert`, which python -O leaves out."""

import ast
import re
from collections.abc import Iterable

from domainlab.review.rule import Hit, Rule
from domainlab.review.syntax import Module

RIGHTS = re.compile(
    r"(?i)(\badmin|is_admin|is_staff|is_superuser|is_authenticated|logged_in|permission|authori[sz]ed|\brole\b|has_role|"
    r"owner|passw(or)?d|token|signature|\brights?\b|csrf|is_allowed|can_\w+|request\.|current_user|session\[)"
)


def asserted(module: Module) -> Iterable[Hit]:
    """An assertion about who somebody is or what they may, outside of tests."""
    for function in module.functions:
        if function.name.startswith("test") or module.imports("pytest", "unittest"):
            continue
        for node in ast.walk(function):
            plain = isinstance(node, ast.Assert) and "isinstance" not in ast.unparse(node.test)
            if plain and RIGHTS.search(ast.unparse(node.test)):
                yield Hit(node, "python -O leaves the check out", "medium")


RULE = Rule(cwe=617, name="assert-as-check", also=(703, 285, 862), on_module=asserted)
