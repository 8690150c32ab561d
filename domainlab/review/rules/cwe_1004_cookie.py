"""CWE-1004: scripts of the page can read a cookie that opens a door."""

from domainlab.review.rule import Assignment, Call, Hit, Rule
from domainlab.review.rules.cwe_614_cookie import missing, morsel, switched_off


def check(call: Call) -> Hit | None:
    """`set_cookie` without `httponly`."""
    sure = missing(call, "httponly")
    return Hit(call.node, "Scripts can read the cookie (httponly is missing)", sure) if sure else None


def assigned(event: Assignment) -> Hit | None:
    """A setting says so."""
    names = ("SESSION_COOKIE_HTTPONLY", "CSRF_COOKIE_HTTPONLY", "REMEMBER_COOKIE_HTTPONLY")
    if event.last == "CSRF_COOKIE_HTTPONLY":
        return None  # scripts of a page must read this one by design
    if switched_off(event, names, "httponly"):
        return Hit(event.node, "Scripts can read the cookie", "high")
    return Hit(event.node, "httponly is missing") if morsel(event, "httponly") else None


RULE = Rule(cwe=1004, name="cookie-readable", also=(732,), on_call=check, on_assignment=assigned)
