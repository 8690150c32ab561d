"""CWE-330: what nobody may guess is made from numbers that can be guessed."""

import re

from domainlab.review.rule import Assignment, Call, Hit, Returned, Rule
from domainlab.review.values import Value
from domainlab.review.vocabulary import is_unguessable

CREATES = re.compile(r"^_?(create|make|generate|new|next|issue|build|get)(_\w+)?$")
OPENS = re.compile(r"(?i)(session|token|reset|login|passw|invit|verif|activat|otp)")
KINDS = frozenset({"random", "predictable"})
MAKES = re.compile(r"(?i)(token|passw(or)?d|secret|session_?id|nonce|otp|api_?key|csrf|salt|_code$|voucher|"
                   r"coupon|ticket|reset|invite|"
                   r"(make|new|generate|create|issue|gen)_?(key|code|pin|id|sid|session))")  # fmt: skip


def guessable(value: Value):
    """The taint that makes it so; plain time is no flaw on its own."""
    return value.reaching("guess", {"random"}) or (
        value.reaching("guess", {"predictable"}) if value.built or "()" in value.name else None
    )


def assigned(event: Assignment) -> Hit | None:
    """The name says that it opens a door."""
    taint = guessable(event.value) if is_unguessable(event.last) or _identifies(event) else None
    return Hit(event.node, source=taint, confidence="high") if taint and _counts(taint, event.value) else None


def _identifies(event: Assignment) -> bool:
    """Whether a number or code is made in a function that says what it opens: `start_session`, `send_reset`."""
    name = event.scope.function.name if event.scope.function else ""
    return bool(re.search(r"(?i)(^|_)(id|key|code|pin|number)$", event.last) and OPENS.search(name))


def returned(event: Returned) -> Hit | None:
    """The function's name says so."""
    function = event.scope.function
    owner = event.scope.owner.name if event.scope.owner else ""
    if (
        function is None
        or not (MAKES.search(function.name) or (OPENS.search(owner) and CREATES.match(function.name)))
        or re.search(r"(?i)(expir|time|_at$|valid|check|verify)", function.name)
    ):
        return None
    taint = guessable(event.value)
    return Hit(event.node, source=taint, confidence="high") if taint and _counts(taint, event.value) else None


def called(call: Call) -> Hit | None:
    """The value is handed over as a password, token or key."""
    for name, value in call.keywords.items():
        taint = value.reaching("guess", {"random"}) if is_unguessable(name) and name not in ("key", "code") else None
        if taint:
            return Hit(call.node, source=taint, confidence="high")
    return None


def _counts(taint, value: Value) -> bool:
    """Time in a token is a flaw where it is hashed or formatted into one, not where it dates it."""
    return taint.kind == "random" or any(
        word in value.name for word in ("hexdigest", "digest", "md5", "sha", "str", "uuid1", "uuid")
    )


RULE = Rule(
    cwe=330,
    name="guessable-secret",
    also=(338, 331, 335, 340),
    on_call=called,
    on_assignment=assigned,
    on_return=returned,
)
