"""CWE-613: sessions and tokens that never end."""

import re

from domainlab.review.rule import Assignment, Call, Hit, Rule

LONGEST = 60 * 60 * 24 * 60  # seconds: two months
AGES = (
    "SESSION_COOKIE_AGE",
    "REMEMBER_COOKIE_DURATION",
    "PERMANENT_SESSION_LIFETIME",
    "JWT_ACCESS_TOKEN_EXPIRES",
    "JWT_EXPIRATION_DELTA",
)


def check(call: Call) -> Hit | None:
    """A token without a time of expiry."""
    if not re.search(r"(^|\.)jwt\.encode$", call.name) or not call.args:
        return None
    payload = call.args[0]
    if payload.name != "dict" or not payload.items or payload.item("exp") is not None:
        return None
    return Hit(call.node, "The token has no time of expiry (exp)", "low" if payload.item("iat") else "medium")


def assigned(event: Assignment) -> Hit | None:
    """A setting that makes sessions last for months, or for ever."""
    if event.last not in AGES:
        return None
    value = event.value
    seconds = value.const if value.known else None
    if value.name == "datetime.timedelta()":
        days = value.item("days")
        seconds = days.const * 86_400 if days is not None and days.known and isinstance(days.const, int) else None
    if seconds is False or (isinstance(seconds, int) and seconds > LONGEST):
        return Hit(event.node, "The session lasts for months", "high")
    return None


RULE = Rule(cwe=613, name="no-expiry", on_call=check, on_assignment=assigned)
