"""CWE-942: scripts of every site may read the answers."""

from domainlab.review.rule import REMOTE, Assignment, Call, Hit, Rule

NAMES = ("origins", "allow_origins", "resources", "allow_origin_regex", "cors_allowed_origins", "allowed_origins")


def check(call: Call) -> Hit | None:
    """All origins, by argument or header."""
    if call.last in ("CORS", "cross_origin", "add_middleware", "CORSMiddleware", "SocketIO", "CORSConfig", "init_app"):
        values = [call.keywords[name] for name in NAMES if name in call.keywords]
        wide = any("*" in value.text.replace("\0", " ").split() or value.text in (".*", "*") for value in values)
        nested = any(
            inner.item("origins") is not None and inner.item("origins").text == "*"
            for value in values
            for _, inner in value.items
        )
        credentials = any(call.const(99, name) is True for name in ("supports_credentials", "allow_credentials"))
        plain = call.last in ("CORS",) and not call.keywords and len(call.args) == 1 and "flask_cors" in call.name
        if wide or nested or plain:
            return Hit(
                call.node, "Every site may read the answers", "high" if credentials or wide or nested else "medium"
            )
    if call.last in ("set_header", "add_header", "send_header", "set") and len(call.args) == 2:
        return _header(call.node, call.args[0].text, call.args[1])
    return None


def assigned(event: Assignment) -> Hit | None:
    """The same in settings and headers."""
    if (
        event.last in ("CORS_ORIGIN_ALLOW_ALL", "CORS_ALLOW_ALL_ORIGINS")
        and event.value.known
        and event.value.const is True
    ):
        return Hit(event.node, "Every site may read the answers", "high")
    return _header(event.node, event.last, event.value) if "[" in event.target else None


def _header(node, name: str, value) -> Hit | None:
    if name.lower() != "access-control-allow-origin":
        return None
    if value.known and value.const == "*":
        return Hit(node, "Every site may read the answers", "high")
    taint = value.reaching("header", REMOTE)
    return Hit(node, "Whoever asks is allowed", "high", taint) if taint else None


RULE = Rule(cwe=942, name="open-origins", also=(346, 183, 16), on_call=check, on_assignment=assigned)
