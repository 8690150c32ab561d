"""CWE-319: credentials or other secrets travel without encryption."""

import re

from domainlab.review.rule import Call, Hit, Rule
from domainlab.review.vocabulary import fixed_head

PLAIN = ("ftplib.FTP", "telnetlib.Telnet", "nntplib.NNTP", "poplib.POP3", "imaplib.IMAP4", "asyncore.dispatcher")
HTTP = re.compile(r"^(requests|httpx|aiohttp|urllib3?)\b.*\.(get|post|put|patch|delete|request|urlopen|Request|open)$")
NEAR = re.compile(r"^http://(localhost|127\.|\[::1\]|0\.0\.0\.0|169\.254|[a-z0-9_-]+[:/]|testserver)")
CARRIES = ("auth", "headers", "data", "json", "cookies", "params")


def check(call: Call) -> Hit | None:
    """A protocol without encryption, a login by mail without TLS, or secrets in a request over http."""
    if call.name in PLAIN and not _starts_tls(call):
        return Hit(call.node, f"{call.last} sends names, passwords and data in the clear", "high")
    if call.last == "login" and call.receiver.name == "smtplib.SMTP()" and not _starts_tls(call):
        return Hit(call.node, "The login is sent in the clear: starttls() is missing", "high")
    if call.last in ("simple_bind_s", "simple_bind") and _plain_ldap(call):
        return Hit(call.node, "The directory's password is sent in the clear")
    if not HTTP.match(call.name):
        return None
    url = call.argument(1 if call.last == "request" else 0, "url")
    if url is None or not fixed_head(url).startswith("http://") or NEAR.match(fixed_head(url) + "/"):
        return None
    values = [call.keywords[name] for name in CARRIES if name in call.keywords] + list(call.args)
    secret = next((value.reaching("wire", {"secret"}) for value in values if value.reaching("wire", {"secret"})), None)
    if "auth" in call.keywords or secret is not None or _names_secret(call):
        return Hit(call.node, "Secrets are sent over http", "high", secret)
    return None


def _names_secret(call: Call) -> bool:
    headers = call.keywords.get("headers")
    return headers is not None and any(name.lower() in ("authorization", "x-api-key") for name, _ in headers.items)


def _plain_ldap(call: Call) -> bool:
    module = call.scope.module
    return any("ldap://" in line for line in module.lines) and not any("start_tls" in line for line in module.lines)


def _starts_tls(call: Call) -> bool:
    function, module = call.scope.function, call.scope.module
    lines = module.lines_of(function)
    return any("starttls" in line or "stls(" in line or "prot_p" in line for line in lines)


RULE = Rule(cwe=319, name="cleartext-transmission", also=(311, 523), on_call=check)
