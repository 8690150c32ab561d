"""CWE-532: secrets are written into a log."""

import re

from domainlab.review.rule import Call, Hit, Rule
from domainlab.review.rules.cwe_117_log import is_log

WHOLE = re.compile(r"(request\.(headers|form|cookies|json|get_json|data)|os\.environ)$")


def check(call: Call) -> Hit | None:
    """A secret, or a whole request or environment, is logged or printed."""
    if not is_log(call) and call.name != "print":
        return None
    for value in call.args:
        taint = value.reaching("exposure", {"secret"})
        if taint is not None and not re.search(r"(?i)csrf|tokens|tokeniz", taint.text):
            return Hit(call.node, source=taint, confidence="high")
    for value in call.args:
        plain = value.name.removesuffix("()").removesuffix(".copy").removesuffix(".to_dict")
        if plain.removesuffix("()").endswith(
            ("request.headers", "os.environ", "request.form", "request.cookies", "request.POST")
        ) or (
            plain == "dict"
            and any(WHOLE.search(one.text) and one.text.endswith(("headers", "environ")) for one in value.taints)
        ):
            return Hit(call.node, "Everything is logged, secrets included", "low" if call.name == "print" else "medium")
    return None


RULE = Rule(cwe=532, name="secret-in-log", also=(312, 200, 359, 215), on_call=check)
