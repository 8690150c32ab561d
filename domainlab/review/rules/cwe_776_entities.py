"""CWE-776: a small document that grows beyond memory while its entities are replaced."""

import re

from domainlab.review.rule import REMOTE, Call, Hit, Rule, confidence_of

PARSERS = re.compile(
    r"^xml\.etree\.(c?ElementTree)\.(parse|fromstring|XML|iterparse|fromstringlist)$|^xml\.dom\.(minidom|expatbuilder|pulldom)\.(parse|parseString)$|"
    r"^xml\.sax\.(parse|parseString)$|^xml\.parsers\.expat\.ParserCreate\(\)\.(Parse|ParseFile)$|^xmltodict\.parse$"
)


def check(call: Call) -> Hit | None:
    """A stranger's document goes to a parser of the standard library."""
    if not PARSERS.match(call.name) or not call.args or call.const(99, "forbid_dtd"):
        return None
    taint = call.args[0].reaching("xml", REMOTE | {"parameter"})
    return (
        Hit(call.node, source=taint, confidence=confidence_of(taint) if taint.kind in REMOTE else "low")
        if taint
        else None
    )


RULE = Rule(cwe=776, name="entity-expansion", also=(611, 827, 20, 400), on_call=check)
