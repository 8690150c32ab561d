"""CWE-117: line ends in a stranger's text write false lines into a log."""

import re

from domainlab.review.rule import REMOTE, Call, Hit, Rule

LEVELS = frozenset("debug info warning warn error critical exception log".split())


# Parameters that hold what somebody typed, whoever calls the function.
TYPED = re.compile(r"^(user_?name|login_?(id|name)?|user_agent|e?mail(_address)?|comment|search_?(term|query|text)?)$")


def is_log(call: Call) -> bool:
    """Whether a call writes to a log."""
    owner = call.name.rpartition(".")[0].lower()
    return call.last in LEVELS and ("log" in owner or "getlogger" in owner)


def check(call: Call) -> Hit | None:
    """A message or one of its arguments comes from a stranger."""
    if call.name == "open().write" and call.args:
        return _line_of_file(call)
    if not is_log(call):
        return None
    for value in call.args:
        taint = value.reaching("log", REMOTE | {"input"})
        if taint is None:
            typed = [one for one in value.taints if TYPED.match(one.text) and one.reaches("log")]
            taint = min((one for one in typed if one.kind == "parameter"), key=lambda one: one.text, default=None)
        if taint:
            return Hit(call.node, source=taint)
    return None


def _line_of_file(call: Call) -> Hit | None:
    """A line that ends a record is added to a file that is only ever added to."""
    value, mode = call.args[0], call.receiver.item("mode")
    adds = "a" in call.receiver.parts.split("\0")[2:3] or (mode is not None and mode.text.startswith("a"))
    taint = value.reaching("log", REMOTE) if adds and value.built and value.text.endswith("\n") else None
    return Hit(call.node, source=taint) if taint else None


RULE = Rule(cwe=117, name="log-injection", also=(116, 93), on_call=check)
