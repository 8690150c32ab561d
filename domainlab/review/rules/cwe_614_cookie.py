"""CWE-614: a cookie that opens a door also travels without encryption."""

import ast
import re

from domainlab.review.rule import Assignment, Call, Hit, Rule

SENSITIVE = re.compile(
    r"(?i)(sess|auth|token|sid$|jwt|remember|login|user|csrf|passw|secret|credential|admin|account|key)"
)
SETTERS = ("set_cookie", "set_signed_cookie", "set_secure_cookie", "SetCookie")


def missing(call: Call, flag: str) -> str:
    """How sure it is that a cookie lacks a flag; "" when it has it."""
    if call.last not in SETTERS:
        return ""
    value = call.keywords.get(flag)
    if value is not None:
        return "high" if value.known and not value.const else ""
    name = call.argument(0, "key", "name")
    return "medium" if "**" not in call.keywords and name is not None and SENSITIVE.search(name.text) else ""


def check(call: Call) -> Hit | None:
    """`set_cookie` without `secure`."""
    sure = missing(call, "secure")
    return Hit(call.node, "The cookie travels without encryption too (secure is missing)", sure) if sure else None


def switched_off(event: Assignment, settings: tuple[str, ...], flag: str) -> bool:
    """Whether a setting or a morsel's flag is turned off."""
    off = (
        event.value.known and event.value.const in (False, None, "") and not isinstance(event.value.const, int | float)
    ) or event.value.const is False
    return bool(off) and (
        event.last in settings
        or (event.last.lower() == flag and "[" in event.target and isinstance(event.node, ast.Assign))
    )


def morsel(event: Assignment, flag: str) -> bool:
    """Whether a sensitive cookie of http.cookies is made in a function that never mentions a flag."""
    if not event.target.startswith("http.cookies.SimpleCookie()[") or not SENSITIVE.search(event.last):
        return False
    function, module = event.scope.function, event.scope.module
    lines = module.lines_of(function)
    return not any(flag in line.lower() for line in lines)


def assigned(event: Assignment) -> Hit | None:
    """A setting says so."""
    names = ("SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE", "REMEMBER_COOKIE_SECURE", "JWT_COOKIE_SECURE")
    if switched_off(event, names, "secure"):
        return Hit(event.node, "Cookies travel without encryption too", "high")
    return Hit(event.node, "secure is missing") if morsel(event, "secure") else None


RULE = Rule(cwe=614, name="cookie-not-secure", also=(311, 319), on_call=check, on_assignment=assigned)
