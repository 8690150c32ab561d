"""CWE-501: what a stranger sent goes into the session, where later code takes it for checked."""

import ast

from domainlab.review.rule import Assignment, Hit, Rule
from domainlab.review.sources import REQUESTS

SESSIONS = ("flask.session[", "session[", "request.session[", "self.session[")


def assigned(event: Assignment) -> Hit | None:
    """`session[name] = request...`, in a handler that tests nothing before."""
    if not event.target.startswith(SESSIONS):
        return None
    taint = event.value.reaching("session", {"request"})
    made = "()" in event.value.name and not event.value.name.startswith(REQUESTS)
    if taint is None or made:  # what another function found by it is not what was sent
        return None
    function = event.scope.function
    tests = (
        [node for node in ast.walk(function) if isinstance(node, ast.If) and node.lineno <= event.node.lineno]
        if function
        else []
    )
    checked = [node for node in tests if "method" not in ast.unparse(node.test)]
    return Hit(event.node, source=taint, confidence="low" if checked else "medium")


RULE = Rule(cwe=501, name="trust-boundary", also=(20,), on_assignment=assigned)
