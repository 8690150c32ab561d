"""CWE-605: a port is shared with other programs, or opened to all networks."""

from domainlab.review.rule import Call, Hit, Rule

EVERYWHERE = ("", "0.0.0.0", "::")


def check(call: Call) -> Hit | None:
    """A socket that listens on all addresses, or lets others bind the same port."""
    if call.last == "bind" and call.args and call.args[0].item("0") is not None:
        host = call.args[0].item("0")
        if host.known and host.const in EVERYWHERE:
            return Hit(call.node, "The port is open on every network of the machine")
    if call.last == "setsockopt" and any(value.name.endswith("SO_REUSEPORT") for value in call.args):
        return Hit(call.node, "Other programs may take the same port")
    if call.last == "run" and call.const(0, "host") in ("0.0.0.0", "::"):
        return Hit(call.node, "The server is open on every network of the machine", "low")
    return None


RULE = Rule(cwe=605, name="open-port", also=(668, 1327), on_call=check)
