"""CWE-93: line ends in a stranger's text add headers to a mail that is written as text."""

import re

from domainlab.review.rule import REMOTE, Call, Hit, Rule, confidence_of

HEADERS = re.compile(r"(?i)(^|\n|\0)\s*(from|to|cc|bcc|subject|reply-to):")


def check(call: Call) -> Hit | None:
    """`sendmail` gets a message whose headers were put together from foreign parts."""
    if found := _lines(call):
        return found
    if call.last != "sendmail" or len(call.args) < 3:
        return None
    message = call.args[2]
    taint = message.reaching("mail", REMOTE | {"parameter", "input"})
    if taint and message.built and HEADERS.search(message.text):
        return Hit(call.node, source=taint, confidence=confidence_of(taint))
    return None


def _lines(call: Call) -> Hit | None:
    """Lines of a message are joined, and one that is a header holds a foreign part."""
    if call.last != "join" or not call.args or call.receiver.text not in ("\n", "\r\n"):
        return None
    lines = [value for _, value in call.args[0].items if value.built and HEADERS.search(value.text)]
    taint = next((found for value in lines if (found := value.reaching("mail", REMOTE))), None)
    return Hit(call.node, source=taint, confidence=confidence_of(taint)) if taint else None


RULE = Rule(cwe=93, name="mail-header-injection", also=(113, 74), on_call=check)
