"""CWE-327: ciphers, modes and protocol versions that are broken."""

import ast
import re
from collections.abc import Iterable

from domainlab.review.rule import Assignment, Call, Hit, Rule
from domainlab.review.syntax import Module

CIPHERS = re.compile(
    r"(Crypto|Cryptodome)\.Cipher\.(DES|DES3|ARC2|ARC4|Blowfish|CAST|XOR)\.new$|"
    r"cryptography\.hazmat\.(primitives\.ciphers|decrepit\.ciphers)\.(algorithms|algorithms\.\w+)\.(ARC4|RC2|Blowfish|IDEA|CAST5|SEED|TripleDES)$|"
    r"^(pyDes\.(des|triple_des)|crypt\.crypt)$"
)
VERSIONS = re.compile(r"(PROTOCOL_SSLv2|PROTOCOL_SSLv3|PROTOCOL_SSLv23|PROTOCOL_TLSv1|PROTOCOL_TLSv1_1|SSLv[23]_METHOD|"
                      r"TLSv1_METHOD|TLSv1_1_METHOD|TLSVersion\.(SSLv3|TLSv1|TLSv1_1)|SSLv2|SSLv3)$")  # fmt: skip
WEAK_SUITES = re.compile(r"(?i)(^|[:+ ])(all|rc4|des|3des|md5|null|anull|enull|exp|low|export|adh)([:+ -]|$)")


def check(call: Call) -> Hit | None:
    """A broken cipher, ECB, an old protocol version, or weak suites."""
    if CIPHERS.search(call.name):
        return Hit(
            call.node, f"{call.name.rpartition('.')[0].rpartition('.')[2] or call.last} is broken or too weak", "high"
        )
    if call.name.endswith("ciphers.modes.ECB"):
        return Hit(call.node, "ECB shows equal blocks as equal blocks", "high")
    if ".Cipher." in call.name and call.last == "new":
        mode = call.argument(1, "mode")
        if mode is not None and mode.name.endswith("MODE_ECB"):
            return Hit(call.node, "ECB shows equal blocks as equal blocks", "high")
    values = [*call.args, *call.keywords.values()]
    if any(VERSIONS.search(value.name) for value in values) and re.search(
        r"(?i)ssl|tls|context|wrap|pool|connect", call.name
    ):
        return Hit(call.node, "The protocol version is broken", "high")
    if (
        call.last == "set_ciphers"
        and call.args
        and WEAK_SUITES.search(re.sub(r"[!-][A-Za-z0-9]+", "", call.args[0].text))
    ):
        return Hit(call.node, "The list allows broken ciphers")
    return None


def assigned(event: Assignment) -> Hit | None:
    """`context.minimum_version = ssl.TLSVersion.TLSv1`."""
    if event.last in ("minimum_version", "ssl_version") and VERSIONS.search(event.value.name):
        return Hit(event.node, "The protocol version is broken", "high")
    return None


def homemade(module: Module) -> Iterable[Hit]:
    """A function that is named after encrypting and combines characters with a repeated key by XOR."""
    for function in module.functions:
        if not re.search(r"(?i)(encrypt|decrypt|cipher|scramble|obfuscat|seal|protect|encode|mask|xor)", function.name):
            continue
        shift = next((node for node in ast.walk(function) if _shifts(node)), None)
        if shift is not None and not re.search(r"(?i)encode|mask", function.name):
            yield Hit(shift, "A cipher of one's own: shifted letters are read with pencil and paper", "high")
            continue
        for node in ast.walk(function):
            if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitXor) and _repeats(function):
                yield Hit(node, "A cipher of one's own: XOR with a repeated key is read with pencil and paper", "high")
                break


def _shifts(node: ast.AST) -> bool:
    """Whether a character is made from another by adding to its number: chr((ord(c) + shift) % 256)."""
    if not (isinstance(node, ast.Call) and getattr(node.func, "id", "") == "chr"):
        return False
    inner = [one for argument in node.args for one in ast.walk(argument)]
    adds = any(isinstance(one, ast.BinOp) and isinstance(one.op, ast.Add | ast.Sub) for one in inner)
    return adds and any(isinstance(one, ast.Call) and getattr(one.func, "id", "") == "ord" for one in inner)


def _repeats(function: ast.FunctionDef) -> bool:
    texts = [ast.unparse(node) for node in ast.walk(function) if isinstance(node, ast.BinOp | ast.Call)]
    return any("% len(" in text or "cycle(" in text for text in texts)


RULE = Rule(cwe=327, name="broken-cipher", also=(326, 1240), on_call=check, on_assignment=assigned, on_module=homemade)
