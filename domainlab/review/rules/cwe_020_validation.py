"""CWE-20: an address is checked by looking for a piece of text in it, which an attacker's address has too."""

import ast
import re

from domainlab.review.rule import Call, Comparison, Hit, Rule

HOST = re.compile(r"^(https?://)?\.?([a-z0-9-]+\.)+(com|org|net|io|edu|gov|dev|co|example|local|internal)$")
ADDRESS = re.compile(r"(?i)(url|uri|href|link|host|origin|referer|referrer|redirect|next|target|domain|address|netloc)")


def compared(event: Comparison) -> Hit | None:
    """`"example.com" in url` holds for http://example.com.evil.net too."""
    if not isinstance(event.op, ast.In | ast.NotIn) or not HOST.match(event.left.text) or not event.left.known:
        return None
    name = (
        ast.unparse(event.node.comparators[0])
        if not isinstance(event.node.comparators[0], ast.List | ast.Tuple)
        else ""
    )
    if not ADDRESS.search(name) or "hosts" in name or event.right.listed or event.right.name in ("list", "set", "dict"):
        return None
    return Hit(event.node, "A piece of text in an address does not say where it leads")


def called(call: Call) -> Hit | None:
    """`url.startswith("https://example.com")` and `host.endswith("example.com")` leave the other end open."""
    if call.last not in ("startswith", "endswith") or not call.args or not call.args[0].known:
        return None
    text, owner = call.args[0].text, ast.unparse(call.node.func.value)
    if not HOST.match(text) or not ADDRESS.search(owner):
        return None
    if call.last == "startswith" and "://" in text:
        return Hit(call.node, "https://example.com.evil.net begins like https://example.com")
    if call.last == "endswith" and not text.startswith("."):
        return Hit(call.node, "evilexample.com ends like example.com")
    return None


RULE = Rule(cwe=20, name="incomplete-address-check", also=(601, 918, 346), on_call=called, on_comparison=compared)
