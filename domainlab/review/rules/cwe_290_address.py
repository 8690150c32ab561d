"""CWE-290: who somebody is, is taken from an address or header that can be made up."""

import ast
import re

from domainlab.review.rule import Comparison, Hit, Rule

HEADER = re.compile(
    r"(?i)x-forwarded-for|x-real-ip|x_forwarded_for|['\"]referer['\"]|['\"]user-agent['\"]|x-forwarded-host|x-client-ip"
)


def compared(event: Comparison) -> Hit | None:
    """A header with an address is compared with what is trusted."""
    text = f"{event.scope.module.text(event.node)}"
    taints = [one for value in (event.left, event.right) for one in value.taints if one.kind == "request"]
    lines = {event.scope.module.lines[one.line - 1] for one in taints if one.line <= len(event.scope.module.lines)}
    if not isinstance(event.op, ast.Eq | ast.NotEq | ast.In | ast.NotIn) or not taints:
        return None
    if HEADER.search(text) or any(HEADER.search(line) for line in lines):
        other = event.right if event.left.taints else event.left
        if not (other.known and other.const in ("", None)):
            return Hit(event.node, "The header can be made up by whoever sends it", source=taints[0])
    return None


RULE = Rule(cwe=290, name="spoofed-address", also=(287, 348, 291, 293), on_comparison=compared)
