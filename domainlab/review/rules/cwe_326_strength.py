"""CWE-326: keys that are too short for the attackers of today."""

import re

from domainlab.review.rule import Call, Hit, Rule

SMALLEST = 2048  # bits, NIST SP 800-131A
GENERATORS = {
    "cryptography.hazmat.primitives.asymmetric.rsa.generate_private_key": (1, "key_size"),
    "cryptography.hazmat.primitives.asymmetric.dsa.generate_private_key": (0, "key_size"),
    "cryptography.hazmat.primitives.asymmetric.dsa.generate_parameters": (0, "key_size"),
    "cryptography.hazmat.primitives.asymmetric.dh.generate_parameters": (1, "key_size"),
    "Crypto.PublicKey.RSA.generate": (0, "bits"), "Crypto.PublicKey.DSA.generate": (0, "bits"),
    "Cryptodome.PublicKey.RSA.generate": (0, "bits"), "Cryptodome.PublicKey.DSA.generate": (0, "bits"),
    "rsa.newkeys": (0, "nbits"), "OpenSSL.crypto.PKey().generate_key": (1, "bits"),
    "paramiko.RSAKey.generate": (0, "bits"), "paramiko.DSSKey.generate": (0, "bits"),
    "Crypto.PublicKey.ElGamal.generate": (0, "bits"),
}  # fmt: skip
CURVES = re.compile(r"\b(SECP192R1|SECT163[KR][12]|SECT233[KR]1|P-?192|prime192v1)\b")


def check(call: Call) -> Hit | None:
    """A generator is asked for a small key, a small curve is chosen, or a command makes a small key."""
    if call.name in GENERATORS:
        place, keyword = GENERATORS[call.name]
        bits = call.const(place, keyword)
        if isinstance(bits, int) and bits < SMALLEST:
            return Hit(call.node, f"A key of {bits} bits is too short; {SMALLEST} is the least", "high")
    if CURVES.search(call.name) or any(CURVES.search(f"{value.name} {value.text}") for value in call.args):
        return Hit(call.node, "The curve is too small", "high")
    if call.name.startswith(("subprocess.", "os.")) and call.args:
        words = call.args[0].text.replace("\0", " ").split()
        if any(word.endswith(("ssh-keygen", "openssl")) for word in words):
            sizes = [int(word) for word in words if word.isdigit() and 256 < int(word) < SMALLEST]
            if sizes and not {"ecdsa", "ed25519", "ec"} & set(words):
                return Hit(call.node, f"A key of {sizes[0]} bits is too short", "high")
    return None


RULE = Rule(cwe=326, name="short-key", also=(327,), on_call=check)
