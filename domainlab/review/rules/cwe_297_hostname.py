"""CWE-297: the certificate is checked, and not whether it belongs to the server that was called."""

from domainlab.review.rule import Assignment, Call, Hit, Rule


def assigned(event: Assignment) -> Hit | None:
    """`context.check_hostname = False`, unless the certificate itself goes unchecked too."""
    if event.last == "check_hostname" and event.value.known and event.value.const is False:
        function = event.scope.function
        lines = event.scope.module.lines_of(function)
        if not any("CERT_NONE" in line for line in lines):
            return Hit(event.node, "Any valid certificate is accepted, whoever it belongs to", "high")
    return None


def check(call: Call) -> Hit | None:
    """`assert_hostname=False` of urllib3 and others."""
    if any(call.const(99, name) is False for name in ("assert_hostname", "check_hostname", "verify_hostname")):
        return Hit(call.node, "Any valid certificate is accepted, whoever it belongs to", "high")
    return None


RULE = Rule(cwe=297, name="hostname-not-checked", also=(295,), on_call=check, on_assignment=assigned)
