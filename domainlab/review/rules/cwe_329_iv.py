"""CWE-329: an initialisation vector or nonce that everybody can foretell."""

import re

from domainlab.review.rule import Call, Hit, Rule

MODES = ("CBC", "CFB", "OFB", "CTR", "GCM", "CFB8", "EAX", "CCM")
CONSTANT = (
    "bytes()",
    "bytearray()",
    "bytes.fromhex()",
    "str.encode()",
    "bytes.ljust()",
    "bytes.rjust()",
    "bytes.zfill()",
)


def check(call: Call) -> Hit | None:
    """The vector is a constant, or random numbers that are not for security."""
    if ".Cipher." in call.name and call.last == "new":
        value = call.argument(2, "iv", "IV", "nonce")
    elif ".ciphers.modes." in call.name and call.last in MODES:
        value = call.argument(0, "initialization_vector", "nonce")
    elif call.last == "encrypt" and call.receiver.name.endswith(("AESGCM()", "ChaCha20Poly1305()", "AESCCM()")):
        value = call.argument(0, "nonce")
    else:
        return None
    if value is None:
        return None
    if (value.known and isinstance(value.const, str | bytes)) or _is_constant(value):
        return Hit(call.node, "The vector is the same every time", "high")
    if any(re.search(r"(^|_)key$", one.text) for one in value.taints):
        return Hit(call.node, "The vector is made from the key, so it is the same every time", "medium")
    taint = value.reaching("guess", {"random", "predictable"})
    return Hit(call.node, source=taint, confidence="high") if taint else None


def _is_constant(value) -> bool:
    """Whether it is made from constants alone: bytes(16), bytes.fromhex(...)."""
    return not value.taints and value.name in CONSTANT


RULE = Rule(cwe=329, name="predictable-iv", also=(1204, 330), on_call=check)
