"""CWE-643: a stranger's text becomes part of an XPath expression."""

from domainlab.review.rule import LOCAL, REMOTE, Call, Rule, Sink

EXPRESSIONS = (".xpath", "lxml.etree.XPath", "lxml.etree.ETXPath", ".find", ".findall", ".findtext", ".iterfind")


def is_tree(call: Call) -> bool:
    """Whether the method belongs to an XML tree: `find` is also a method of texts."""
    if not call.scope.module.imports("lxml", "xml.etree", "xml", "defusedxml", "parsel"):
        return False
    return call.last in ("xpath", "XPath", "ETXPath") or (
        call.args[:1] != () and any(c in call.args[0].text for c in "/[@")
    )


RULE = Rule(
    cwe=643,
    name="xpath-injection",
    also=(91,),
    sinks=(Sink(EXPRESSIONS, "xpath", kinds=REMOTE, weak=LOCAL | {"parameter", "unknown"}, only=is_tree),),
)
