"""CWE-117: line ends in a stranger's text write false lines into a log."""

from domainlab.review.rule import REMOTE, Call, Hit, Rule

LEVELS = frozenset("debug info warning warn error critical exception log".split())


def is_log(call: Call) -> bool:
    """Whether a call writes to a log."""
    owner = call.name.rpartition(".")[0].lower()
    return call.last in LEVELS and ("log" in owner or "getlogger" in owner)


def check(call: Call) -> Hit | None:
    """A message or one of its arguments comes from a stranger."""
    if not is_log(call):
        return None
    for value in call.args:
        taint = value.reaching("log", REMOTE | {"input"})
        if taint:
            return Hit(call.node, source=taint)
    return None


RULE = Rule(cwe=117, name="log-injection", also=(116, 93), on_call=check)
