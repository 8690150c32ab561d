"""CWE-352: a request that another site made the browser send is taken for the user's."""

import ast
import re
from collections.abc import Iterable

from domainlab.review.rule import Assignment, Call, Hit, Rule
from domainlab.review.sources import is_handler
from domainlab.review.syntax import Module

OFF = ("WTF_CSRF_ENABLED", "CSRF_ENABLED", "WTF_CSRF_CHECK_DEFAULT", "CSRF_COOKIE_SECURE_DISABLED", "csrf_enabled")
CHANGES = re.compile(r"(?i)(\.delete\(|\.commit\(|\.remove\(|\.save\(|\b(UPDATE|DELETE|INSERT)\b|\.update\(|\.pop\()")


def assigned(event: Assignment) -> Hit | None:
    """A setting turns the protection off, or the list of middleware leaves it out."""
    if event.last in OFF and event.value.known and event.value.const is False:
        return Hit(event.node, "The protection is turned off", "high")
    if event.last == "csrf" and event.value.known and event.value.const is False and event.scope.owner is not None:
        return Hit(event.node, "The protection is turned off", "high")
    names = event.value.text
    listed = event.last in ("MIDDLEWARE", "MIDDLEWARE_CLASSES") and "SessionMiddleware" in names
    if listed and "CsrfViewMiddleware" not in names:
        return Hit(event.node, "The list has sessions and no CsrfViewMiddleware", "high")
    return None


def check(call: Call) -> Hit | None:
    """An exemption by call."""
    if call.name in ("django.views.decorators.csrf.csrf_exempt", "csrf_exempt") or call.name.endswith(
        "CSRFProtect().exempt"
    ):
        return Hit(call.node, "The view is exempt from the protection", "high")
    if call.last == "method_decorator" and call.args and call.args[0].name.endswith("csrf_exempt"):
        return Hit(call.node, "The view is exempt from the protection", "high")
    if call.const(99, "csrf_enabled") is False:
        return Hit(call.node, "The protection is turned off", "high")
    return None


def exempt(module: Module) -> Iterable[Hit]:
    """Exemptions by decorator, and handlers of GET that change something."""
    for node in ast.walk(module.tree):
        for decorator in getattr(node, "decorator_list", ()):
            name = module.dotted(decorator)
            if name.endswith(("csrf_exempt", "csrf.exempt", "CSRFProtect().exempt")) and not _is_signed(node, module):
                yield Hit(decorator, "The view is exempt from the protection", "high")
    for function in module.functions:
        if _changes_by_get(function, module):
            yield Hit(function, "A plain link changes something: GET has no protection")


def _changes_by_get(function: ast.FunctionDef, module: Module) -> bool:
    routes = [
        one for one in function.decorator_list if isinstance(one, ast.Call) and module.dotted(one).endswith("route()")
    ]
    if not routes or not is_handler(function, None, module):
        return False
    methods = [word for one in routes for word in one.keywords if word.arg == "methods"]
    allowed = {part.value for word in methods for part in ast.walk(word) if isinstance(part, ast.Constant)}
    if (methods and "GET" not in allowed) or "POST" in allowed:
        return False
    body = "\n".join(module.lines_of(function))
    acts = re.search(
        r"(?i)(delete|remove|transfer|update|change|unsubscribe|cancel|disable|enable|promote|revoke)", function.name
    )
    return bool(acts and CHANGES.search(body))


def _is_signed(node: ast.AST, module: Module) -> bool:
    """Whether the view checks a signature itself, as receivers of webhooks do."""
    body = "\n".join(module.lines[node.lineno - 1 : node.end_lineno])
    return any(word in body for word in ("compare_digest", "construct_event", "verify_signature", "signature"))


RULE = Rule(cwe=352, name="cross-site-request-forgery", on_call=check, on_assignment=assigned, on_module=exempt)
