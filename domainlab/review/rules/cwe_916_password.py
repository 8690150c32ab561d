"""CWE-916: passwords are hashed so fast that attackers try billions a second."""

import re

from domainlab.review.rule import Call, Hit, Rule
from domainlab.review.vocabulary import PASSWORD

FAST = re.compile(r"^hashlib\.(sha224|sha256|sha384|sha512|sha3_\w+|blake2[bs]|new)$|(Crypto|"
                  r"Cryptodome)\.Hash\.(SHA\d*|SHA3_\d+)\.new$|"
                  r"^hashlib\.(sha256|sha512|blake2b)\(\)\.update$")  # fmt: skip
FEWEST = 100_000  # rounds of PBKDF2
ROUNDS = {"hashlib.pbkdf2_hmac": (3, "iterations", FEWEST), "Crypto.Protocol.KDF.PBKDF2": (3, "count", FEWEST),
          "cryptography.hazmat.primitives.kdf.pbkdf2.PBKDF2HMAC": (3, "iterations", FEWEST),
          "bcrypt.gensalt": (0, "rounds", 10)}  # fmt: skip


def check(call: Call) -> Hit | None:
    """A password goes into a fast hash, or a slow one is told to be fast."""
    if call.name in ROUNDS:
        place, keyword, least = ROUNDS[call.name]
        rounds = call.const(place, keyword)
        if isinstance(rounds, int) and rounds < least:
            return Hit(call.node, f"{rounds} rounds are too few", "high")
        return None
    if call.last == "generate_password_hash":
        return _named_method(call)
    if not FAST.search(call.name):
        return None
    for value in call.args:
        for taint in value.taints:
            if PASSWORD.search(taint.text) and not re.search(r"(?i)hash|digest", taint.text):
                return Hit(call.node, source=taint, confidence="high")
    return None


def _named_method(call: Call) -> Hit | None:
    """Werkzeug takes the method as a text: "pbkdf2:sha256:500", "md5", "plain"."""
    parts = str(call.const(1, "method") or "").split(":")
    few = parts[0] == "pbkdf2" and parts[-1].isdigit() and int(parts[-1]) < FEWEST
    if few or parts[0] in ("plain", "md5", "sha1", "sha224", "sha256", "sha512"):
        return Hit(call.node, f"{':'.join(parts)} is too fast for passwords", "high")
    return None


RULE = Rule(cwe=916, name="fast-password-hash", also=(328, 759, 327, 261), on_call=check)
