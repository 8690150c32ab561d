"""CWE-287: who somebody is, is taken from what the browser itself sends, or never really checked."""

import ast
import re

from domainlab.review.rule import Call, Comparison, Hit, Rule

CLAIM = re.compile(r"(?i)(admin|role|logged|auth|is_|user|login|privilege|level|member|staff)")


def compared(event: Comparison) -> Hit | None:
    """A cookie or header says that its sender is an administrator, and is believed."""
    if not isinstance(event.op, ast.Eq | ast.NotEq | ast.In | ast.NotIn):
        return None
    for mine, other, node in (
        (event.left, event.right, event.node.left),
        (event.right, event.left, event.node.comparators[0]),
    ):
        taint = next((one for one in mine.taints if one.kind == "request" and "cookie" in one.text.lower()), None)
        if (
            taint
            and other.known
            and isinstance(other.const, str | bool | int)
            and CLAIM.search(f"{ast.unparse(node)} {other.const}")
        ):
            return Hit(event.node, "A cookie is believed as it came", "high", taint)
    return None


def check(call: Call) -> Hit | None:
    """A directory is asked without a password, which it answers for any name."""
    if call.last not in ("simple_bind", "simple_bind_s", "bind", "bind_s"):
        return None
    bare = call.last.startswith("simple") and len(call.args) < 2 and not call.keywords
    if call.scope.module.imports("ldap", "ldap3") and (bare or call.const(1, "cred") == ""):
        return Hit(call.node, "The directory is asked without a password", "high")
    return None


RULE = Rule(
    cwe=287, name="believed-identity", also=(565, 290, 807, 784, 302, 521), on_comparison=compared, on_call=check
)
