"""CWE-488: what belongs to one user is kept where all requests see it."""

import ast

from domainlab.review.rule import Assignment, Hit, Rule


def assigned(event: Assignment) -> Hit | None:
    """A handler writes request data into a global name."""
    function = event.scope.function
    if not event.scope.handler or function is None or not isinstance(event.node, ast.Assign):
        return None
    shared = {name for node in ast.walk(function) if isinstance(node, ast.Global) for name in node.names}
    taint = event.value.reaching("session", {"request"}) if event.target in shared else None
    return Hit(event.node, source=taint, confidence="high") if taint else None


RULE = Rule(cwe=488, name="shared-session-data", also=(567, 362), on_assignment=assigned)
