"""CWE-611: an XML document may name files and addresses that the parser then reads."""

import re

from domainlab.review.rule import LOCAL, REMOTE, UNTRUSTED, Call, Hit, Rule, confidence_of

LXML = re.compile(r"^lxml\.(etree|objectify)\.(parse|fromstring|XML|iterparse|XMLParser|XMLPullParser)$")
READERS = re.compile(r"^(xml\.sax\.(parse|parseString)|xml\.dom\.pulldom\.(parse|parseString)|xmlrpc\.\w+)$")
KINDS = UNTRUSTED | REMOTE | LOCAL | {"unknown"}


def check(call: Call) -> Hit | None:
    """A parser that follows entities, or one that does so unless told otherwise."""
    if call.name.startswith("lxml.") and LXML.match(call.name):
        return _lxml(call)
    if (
        call.last == "setFeature"
        and len(call.args) > 1
        and call.args[0].name.endswith(("feature_external_ges", "feature_external_pes"))
    ):
        on = call.args[1]
        return Hit(call.node, "External entities are switched on", "high") if on.known and on.const else None
    if call.last == "setFeature" and call.args and "external-general-entities" in call.args[0].text and call.const(1):
        return Hit(call.node, "External entities are switched on", "high")
    return None


def _lxml(call: Call) -> Hit | None:
    if call.last in ("XMLParser", "XMLPullParser"):
        entities, network, dtd = (call.const(99, name) for name in ("resolve_entities", "no_network", "load_dtd"))
        if entities is True or network is False or dtd is True:
            return Hit(call.node, "The parser follows entities or reads other documents", "high")
        return None
    if call.const(99, "resolve_entities") is True:
        return Hit(call.node, "The parser follows entities", "high")
    if call.argument(1, "parser") is not None or (call.last == "iterparse" and "resolve_entities" in call.keywords):
        return None
    value = call.argument(0, "source", "text")
    taint = value.reaching("xml", KINDS) if value else None
    if taint is None:
        return None
    return Hit(
        call.node,
        "The default parser follows entities",
        "medium" if taint.kind == "unknown" else confidence_of(taint),
        taint,
    )


RULE = Rule(cwe=611, name="xml-external-entities", also=(827, 776), on_call=check)
