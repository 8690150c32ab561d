"""CWE-295: the certificate of the other side is not checked."""

import ast
import re

from domainlab.review.rule import Assignment, Call, Hit, Rule

SWITCHES = {"verify": False, "verify_ssl": False, "ssl": False, "verify_certs": False, "ssl_verify": False,
            "validate_certs": False, "disable_ssl_certificate_validation": True, "tlsInsecure": True,
            "tlsAllowInvalidCertificates": True, "tls_insecure": True}  # fmt: skip
CLIENTS = re.compile(
    r"(?i)(requests|httpx|aiohttp|session|client|http|elasticsearch|urllib|pool|connector|mongo|boto|get$|post$)"
)
POLICIES = ("paramiko.AutoAddPolicy", "paramiko.WarningPolicy", "paramiko.client.AutoAddPolicy",
            "paramiko.client.WarningPolicy")  # fmt: skip


def check(call: Call) -> Hit | None:
    """A switch that turns the check off, a context without it, or host keys that are accepted unseen."""
    for name, off in SWITCHES.items():
        value = call.keywords.get(name)
        if value is not None and value.known and value.const is off and CLIENTS.search(call.name):
            return Hit(call.node, f"{name}={off} turns the check of the certificate off", "high")
    mode = call.keywords.get("cert_reqs")
    if mode is not None and (mode.name.endswith("CERT_NONE") or mode.text in ("CERT_NONE", "NONE")):
        return Hit(call.node, "cert_reqs=CERT_NONE turns the check of the certificate off", "high")
    if call.name in ("ssl._create_unverified_context", "ssl._create_stdlib_context"):
        return Hit(call.node, "The context does not check certificates", "high")
    if call.name == "ssl.wrap_socket" and "cert_reqs" not in call.keywords:
        return Hit(call.node, "ssl.wrap_socket checks no certificate", "high")
    if (
        call.last == "wrap_socket"
        and "ssl." in call.receiver.name
        and "create_default_context" not in call.receiver.name
    ):
        server = call.keywords.get("server_side")
        if "server_hostname" not in call.keywords and not (server is not None and server.const):
            return Hit(call.node, "Without server_hostname any valid certificate is accepted")
    if call.last == "set_missing_host_key_policy" and call.args and call.args[0].name.removesuffix("()") in POLICIES:
        return Hit(call.node, "Unknown host keys are accepted", "high")
    if call.last == "set_verify" and call.args and call.args[0].name.endswith("VERIFY_NONE"):
        return Hit(call.node, "VERIFY_NONE turns the check of the certificate off", "high")
    return None


def assigned(event: Assignment) -> Hit | None:
    """The same switches as attributes."""
    value, last = event.value, event.last
    if last == "verify_mode" and value.name.endswith("CERT_NONE"):
        return Hit(event.node, "CERT_NONE turns the check of the certificate off", "high")
    if last == "verify" and value.known and value.const is False and isinstance(event.node, ast.Assign):
        return Hit(event.node, "verify = False turns the check of the certificate off", "high")
    if last == "_create_default_https_context" and "unverified" in value.name:
        return Hit(event.node, "Every request of the program goes without a check", "high")
    return None


RULE = Rule(cwe=295, name="certificate-not-checked", also=(297, 599), on_call=check, on_assignment=assigned)
