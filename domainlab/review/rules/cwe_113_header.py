"""CWE-113: a stranger's text becomes a header of the answer."""

import re

from domainlab.review.rule import REMOTE, Assignment, Call, Hit, Rule, Sink

SETTERS = (".set_header", ".add_header", ".send_header", ".headers.add", ".headers.set", ".headers.extend")
PLACE = re.compile(r"(\.headers|HttpResponse\(\)|make_response\(\)|Response\(\)|response)\['")


def assigned(event: Assignment) -> Hit | None:
    """`response.headers[name] = text`."""
    if not PLACE.search(event.target) or "request" in event.target.partition("[")[0].rpartition(".")[2]:
        return None
    taint = event.value.reaching("header", REMOTE)
    return Hit(event.node, source=taint, confidence="medium") if taint else None


def is_response(call: Call) -> bool:
    """Whether headers belong to an answer and not to a request that the program sends."""
    return "requests" not in call.receiver.name and not call.receiver.name.startswith(("urllib", "email", "http.client"))


RULE = Rule(
    cwe=113,
    name="header-injection",
    also=(93,),
    sinks=(Sink(SETTERS, "header", (0, 1), kinds=REMOTE, only=is_response),),
    on_assignment=assigned,
)
