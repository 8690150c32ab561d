"""CWE-328: hash functions for which collisions are cheap."""

import re

from domainlab.review.rule import Call, Hit, Rule

WEAK = re.compile(
    r"^hashlib\.(md5|sha1|md4)$|(Crypto|Cryptodome)\.Hash\.(MD2|MD4|MD5|SHA|SHA1)\.new$|^(md5|sha)\.new$|"
    r"cryptography\.hazmat\.primitives\.hashes\.(MD5|SHA1)$|^passlib\.hash\.(md5_crypt|hex_md5|sha1_crypt|hex_sha1|ldap_md5|des_crypt|lmhash|nthash|mysql323)\b"
)
NAMES = re.compile(r"(?i)^(md[245]|sha-?1)$")
USES = ("hmac.new", "hmac.digest", "hashlib.new", "hashlib.pbkdf2_hmac", "hashlib.file_digest")


def check(call: Call) -> Hit | None:
    """A weak function by name, or handed to HMAC and the like."""
    flag = call.keywords.get("usedforsecurity")
    if flag is not None and flag.known and flag.const is False:
        return None
    if WEAK.search(call.name):
        return Hit(call.node, f"{call.last} is no longer collision-resistant", "high")
    if call.name in USES:
        values = [*call.args, *call.keywords.values()]
        if any(NAMES.match(value.text) or WEAK.search(value.name) for value in values):
            return Hit(call.node, "The hash function is no longer collision-resistant", "high")
    return None


RULE = Rule(cwe=328, name="weak-hash", also=(327, 916, 326), on_call=check)
