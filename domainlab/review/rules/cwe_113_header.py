"""CWE-113: a stranger's text becomes a header of the answer."""

import re

from domainlab.review.rule import REMOTE, Assignment, Call, Hit, Returned, Rule, Sink, confidence_of

SETTERS = (".set_header", ".add_header", ".send_header", ".headers.add", ".headers.set", ".headers.extend")
RAW = re.compile(r"(HTTP/1\.[01] |(?i:set-cookie|location|content-type|subject|to|from|x-[a-z-]+): ?)")
LINE = re.compile(r"^\0*([\w-]+)?\0*: ?[^\r\n]*\r\n$")  # a name, a colon, a value, and the end of the line
PLACE = re.compile(r"(\.headers|HttpResponse\(\)|make_response\(\)|Response\(\)|response)\['")


def assigned(event: Assignment) -> Hit | None:
    """`response.headers[name] = text`."""
    if not PLACE.search(event.target) or "request" in event.target.partition("[")[0].rpartition(".")[2]:
        return None
    if event.last.lower() in ("access-control-allow-origin", "location"):
        return None  # rules of their own
    taint = event.value.reaching("header", REMOTE)
    return Hit(event.node, source=taint, confidence="medium") if taint else None


def written(call: Call) -> Hit | None:
    """Header lines that are put together as text, or handed to a WSGI server."""
    if call.last in ("sendall", "send", "write") and call.args and call.args[0].built and RAW.search(call.args[0].text):
        taint = call.args[0].reaching("header", REMOTE | {"parameter"})
        return Hit(call.node, source=taint, confidence=confidence_of(taint)) if taint else None
    if call.last == "start_response" and len(call.args) > 1:
        for _, pair in call.args[1].items:
            name, value = pair.item("0"), pair.item("1")
            if (
                name is not None
                and value is not None
                and name.text.lower() not in ("location", "access-control-allow-origin")
            ):
                taint = value.reaching("header", REMOTE)
                if taint:
                    return Hit(call.node, source=taint)
    return None


def returned(event: Returned) -> Hit | None:
    """A line of a header is made from a caller's text: `f"{name}: {value}\\r\\n"`."""
    text, value = event.value.text, event.value
    if not value.built or not LINE.match(text):
        return None
    cleaned = any(not taint.reaches("header") for taint in value.taints)
    taint = None if cleaned else value.reaching("header", REMOTE | {"parameter"})
    return Hit(event.node, source=taint, confidence=confidence_of(taint)) if taint else None


def is_response(call: Call) -> bool:
    """Whether headers belong to an answer and not to a request that the program sends."""
    if call.args and call.args[0].text.lower() in ("location", "access-control-allow-origin"):
        return False
    return "requests" not in call.receiver.name and not call.receiver.name.startswith(
        ("urllib", "email", "http.client")
    )


RULE = Rule(
    cwe=113,
    name="header-injection",
    also=(93,),
    sinks=(Sink(SETTERS, "header", (0, 1), kinds=REMOTE, only=is_response),),
    on_assignment=assigned,
    on_call=written,
    on_return=returned,
)
