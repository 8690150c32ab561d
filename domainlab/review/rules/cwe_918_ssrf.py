"""CWE-918: a stranger chooses which server the program talks to."""

import re

from domainlab.review.rule import REMOTE, Call, Hit, Rule
from domainlab.review.vocabulary import fixed_head, fixes_host

FUNCTIONS = re.compile(
    r"^(requests|httpx|urllib3|aiohttp|grequests)\.(get|post|put|delete|head|patch|options|request|stream|urlopen)$|"
    r"^(requests\.(sessions\.)?[Ss]ession|httpx\.(Async)?Client|aiohttp\.ClientSession|urllib3\.PoolManager)\(\)\."
    r"(get|post|put|delete|head|patch|options|request|urlopen|stream|send)$|"
    r"^urllib\.request\.(urlopen|urlretrieve|Request)$|^urllib2?\.(urlopen|Request|urlretrieve)$|"
    r"^http\.client\.HTTPS?Connection$|^httplib\.HTTPS?Connection$|^pycurl\.Curl\(\)\.setopt$|^wget\.download$|"
    r"^urllib\.request\.(build_opener|URLopener|FancyURLopener)\(\)\.(open|retrieve)$|^socket\.create_connection$|"
    r"^socket\.socket\(\)\.connect$|^feedparser\.parse$|^(ftplib\.FTP|smtplib\.SMTP|telnetlib\.Telnet)$|^pandas\.read_(csv|json|html)$"
)


def check(call: Call) -> Hit | None:
    """A request whose server a stranger chooses: the constant beginning of the address does not name it."""
    if not FUNCTIONS.match(call.name):
        return None
    place = 1 if call.last in ("request", "setopt", "stream") else 0
    value = call.argument(place, "url", "host", "fullurl", "address")
    taint = value.reaching("url", REMOTE | {"parameter"}) if value else None
    if taint is None or fixes_host(value) or fixed_head(value).startswith("/"):
        return None
    if taint.kind == "parameter" and not _is_only_address(call):
        return None
    return Hit(call.node, source=taint, confidence="high" if taint.kind in REMOTE else "low")


def _is_only_address(call: Call) -> bool:
    return call.name.startswith(("requests.", "urllib.", "httpx."))


RULE = Rule(cwe=918, name="server-side-request-forgery", also=(441,), on_call=check)
