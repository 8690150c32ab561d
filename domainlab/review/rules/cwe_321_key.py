"""CWE-321: a key of a cipher or signature stands in the code."""

import re

from domainlab.review.rule import Call, Hit, Rule

KEYED = {
    "jwt.encode": 1, "jwt.decode": 1, "hmac.new": 0, "hmac.digest": 0, "cryptography.fernet.Fernet": 0,
    "Crypto.Cipher.AES.new": 0, "Cryptodome.Cipher.AES.new": 0, "Crypto.Cipher.DES3.new": 0, "jose.jwt.encode": 1,
    "cryptography.hazmat.primitives.ciphers.algorithms.AES": 0, "itsdangerous.URLSafeTimedSerializer": 0,
    "itsdangerous.URLSafeSerializer": 0, "itsdangerous.TimestampSigner": 0, "itsdangerous.Signer": 0,
    "Crypto.Hash.HMAC.new": 0, "cryptography.hazmat.primitives.ciphers.aead.AESGCM": 0, "jose.jwt.decode": 1,
    "cryptography.hazmat.primitives.ciphers.algorithms.TripleDES": 0, "Crypto.Cipher.ChaCha20.new": 0,
    "nacl.secret.SecretBox": 0, "jwt.PyJWT().encode": 1, "authlib.jose.jwt.encode": 2,
}  # fmt: skip


def check(call: Call) -> Hit | None:
    """The key is a constant."""
    place = KEYED.get(call.name)
    if place is None:
        return None
    value = call.argument(place, "key", "secret_key", "secret")
    if value is None or not value.known or not isinstance(value.const, str | bytes) or not value.const:
        return None
    text = value.const if isinstance(value.const, str) else value.const.decode("latin-1")
    return None if re.match(r"-----BEGIN PUBLIC", text) else Hit(call.node, "The key stands in the code", "high")


RULE = Rule(cwe=321, name="hard-coded-key", also=(798, 259), on_call=check)
