"""CWE-307: passwords can be tried as often as one likes."""

import ast
import re
from collections.abc import Iterable

from domainlab.review.rule import Hit, Rule
from domainlab.review.sources import is_handler
from domainlab.review.syntax import Module

LIMITS = re.compile(r"(?i)(limit|attempt|lock|throttl|captcha|axes|ratelimit|retries|block|backoff|failed|tries)")
PASSWORD = re.compile(r"(?i)(passw|pwd|check_password|authenticate|pin\b)")


def logins(module: Module) -> Iterable[Hit]:
    """A login handler in a file in which nothing counts."""
    text = "\n".join(module.lines)
    if not module.web or LIMITS.search(text):
        return
    for function in module.functions:
        body = "\n".join(module.lines_of(function))
        named = re.search(r"(?i)(login|signin|sign_in|authenticate)", function.name)
        owner = module.parent(function)
        if (
            named
            and PASSWORD.search(body)
            and is_handler(function, owner if isinstance(owner, ast.ClassDef) else None, module)
        ):
            yield Hit(function, "Nothing limits how often a password is tried", "low")


RULE = Rule(cwe=307, name="unlimited-attempts", also=(799,), on_module=logins)
