"""CWE-200: an answer carries secrets of a user: passwords, card numbers, numbers of social security."""

import re

from domainlab.review.rule import Call, Hit, Returned, Rule
from domainlab.review.values import Value

HARD = re.compile(r"(?i)(passw(or)?d|pwd|ssn|social_sec|credit_?card|card_?number|cvv)")
ANSWERS = frozenset("jsonify JsonResponse HttpResponse JSONResponse make_response json_response Response".split())


def check(call: Call) -> Hit | None:
    """An answer is made with a secret in it."""
    if call.last not in ANSWERS or not call.scope.handler:
        return None
    if any(value.name in ("os.environ", "dict()") and _environment(value) for value in call.args):
        return Hit(call.node, "The whole environment is sent, secrets included", "high")
    return next((hit for value in (*call.args, *call.keywords.values()) if (hit := _secret(call.node, value))), None)


def returned(event: Returned) -> Hit | None:
    """A handler returns a secret."""
    return _secret(event.node, event.value) if event.scope.handler else None


def _environment(value: Value) -> bool:
    return any(taint.kind == "env" and taint.text == "os.environ" for taint in value.taints)


def _secret(node, value: Value) -> Hit | None:
    if value.kinds("exposure") & {"request"}:
        return None  # the user's own words, or an answer made from them
    hard = [one for one in value.taints if one.kind == "secret" and one.reaches("exposure") and HARD.search(one.text)]
    return Hit(node, source=min(hard, key=lambda one: (one.line, one.column)), confidence="medium") if hard else None


RULE = Rule(cwe=200, name="secret-in-answer", also=(359, 201, 212), on_call=check, on_return=returned)
