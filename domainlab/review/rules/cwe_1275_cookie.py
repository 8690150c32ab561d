"""CWE-1275: other sites can make the browser send a cookie that opens a door."""

from domainlab.review.rule import Assignment, Call, Hit, Rule
from domainlab.review.rules.cwe_614_cookie import SETTERS, missing


def check(call: Call) -> Hit | None:
    """`set_cookie` with samesite="None", or without it where the other flags are there."""
    if call.last not in SETTERS:
        return None
    value = call.keywords.get("samesite")
    if value is not None:
        loose = value.known and str(value.const).lower() in ("none", "false", "")
        return Hit(call.node, "Other sites can make the browser send the cookie", "high") if loose else None
    if missing(call, "samesite") and "secure" in call.keywords and "httponly" in call.keywords:
        return Hit(call.node, "samesite is missing", "low")
    return None


def assigned(event: Assignment) -> Hit | None:
    """A setting says so."""
    loose = event.value.known and str(event.value.const).lower() in ("none", "false", "")
    if event.last in ("SESSION_COOKIE_SAMESITE", "CSRF_COOKIE_SAMESITE") and loose:
        return Hit(event.node, "Other sites can make the browser send the cookie", "high")
    return None


RULE = Rule(cwe=1275, name="cookie-cross-site", also=(352,), on_call=check, on_assignment=assigned)
