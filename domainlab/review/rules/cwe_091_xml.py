"""CWE-91: a stranger's text becomes part of an XML document that is put together as text."""

import re

from domainlab.review.rule import LOCAL, REMOTE, Assignment, Call, Hit, Returned, Rule, confidence_of
from domainlab.review.values import Value

PARSERS = re.compile(r"(etree|ElementTree|minidom|lxml).*(fromstring|XML|parseString)$")
XML = re.compile(r"<\?xml\b|<(soap|env|SOAP-ENV)\w*:")
KINDS = REMOTE | LOCAL | {"parameter"}


def parsed(call: Call) -> Hit | None:
    """A built document is parsed at once."""
    if PARSERS.search(call.name) and call.args and call.args[0].built and "<" in call.args[0].text:
        return _hit(call, call.args[0])
    return None


def written(event: Assignment | Returned) -> Hit | None:
    """A text that says that it is XML is put together from foreign parts."""
    return _hit(event, event.value) if event.value.built and XML.search(event.value.text) else None


def _hit(event: Call | Assignment | Returned, value: Value) -> Hit | None:
    taint = value.reaching("xml", KINDS)
    return Hit(event.node, source=taint, confidence=confidence_of(taint)) if taint else None


RULE = Rule(cwe=91, name="xml-injection", also=(74,), on_call=parsed, on_assignment=written, on_return=written)
