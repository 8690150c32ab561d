"""CWE-760: the same salt for every password."""

import re

from domainlab.review.rule import Call, Hit, Rule
from domainlab.review.vocabulary import PASSWORD

SALTED = {
    "hashlib.pbkdf2_hmac": 2, "hashlib.scrypt": 9, "bcrypt.hashpw": 1, "bcrypt.kdf": 1, "crypt.crypt": 1,
    "cryptography.hazmat.primitives.kdf.pbkdf2.PBKDF2HMAC": 2, "cryptography.hazmat.primitives.kdf.scrypt.Scrypt": 0,
    "Crypto.Protocol.KDF.PBKDF2": 1, "Crypto.Protocol.KDF.scrypt": 1, "argon2.low_level.hash_secret": 1,
    "Cryptodome.Protocol.KDF.PBKDF2": 1,
}  # fmt: skip


def check(call: Call) -> Hit | None:
    """The salt is a constant."""
    if call.name not in SALTED:
        return _mixed_in(call)
    salt = call.argument(SALTED[call.name], "salt")
    if salt is None:
        return None
    if (salt.known and isinstance(salt.const, str | bytes)) or (salt.name == "str.encode()" and not salt.taints):
        return Hit(call.node, "Every password has the same salt", "high")
    taint = salt.reaching("guess", {"random"})
    return Hit(call.node, source=taint) if taint else None


def _mixed_in(call: Call) -> Hit | None:
    """A fast hash of a password to which a constant was added."""
    if not re.match(r"hashlib\.(md5|sha\w+|blake2\w)$", call.name) or not call.args or not call.args[0].built:
        return None
    value = call.args[0]
    constant = re.search(r"\w{3,}", value.text.replace("utf-8", "").replace("utf8", ""))
    if constant and any(PASSWORD.search(taint.text) for taint in value.taints):
        return Hit(call.node, "Every password gets the same constant added", "medium")
    return None


RULE = Rule(cwe=760, name="constant-salt", also=(759, 916, 330), on_call=check)
