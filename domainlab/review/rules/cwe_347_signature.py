"""CWE-347: a signature is there and nobody checks it."""

import ast
import re
from collections.abc import Iterable

from domainlab.review.rule import REMOTE, Call, Hit, Rule
from domainlab.review.syntax import Module

MARKS = re.compile(r"(?i)(signature|hmac|compare_digest|\bsig\b|verify_sig|self\.mark|\bmac\b|given|digest)")
DECODERS = re.compile(
    r"(^|\.)(jwt|jose\.jwt|python_jose\.jwt|jwt\.PyJWT\(\)|authlib\.jose\.jwt)\.(decode|decode_complete)$"
)
WRONG = re.compile(r"(InvalidSignature|BadSignature|SignatureError|VerificationError|InvalidTokenError)")
UNCHECKED = ("jwt.get_unverified_claims", "jose.jwt.get_unverified_claims", "jose.jws.get_unverified_claims",
             "itsdangerous.URLSafeSerializer().loads_unsafe", ".loads_unsafe")  # fmt: skip


def ignored(module: Module) -> Iterable[Hit]:
    """A signature that does not fit is noticed, and the data is used all the same."""
    for node in module.walk(ast.If):
        test = ast.unparse(node.test)
        wrong = test.startswith("not ") or " != " in test
        if wrong and MARKS.search(test) and not node.orelse and node.body and not _leaves(node.body):
            yield Hit(node, "A wrong signature changes nothing", "medium")


def swallowed(module: Module) -> Iterable[Hit]:
    """The error that says that a signature is wrong is caught, and the function goes on."""
    for handler in module.walk(ast.ExceptHandler):
        kind = ast.unparse(handler.type) if handler.type else ""
        idle = all(isinstance(line, ast.Pass) or (_is_call(line) and not _ends(line)) for line in handler.body)
        if WRONG.search(kind) and idle:
            yield Hit(handler, "A wrong signature changes nothing", "medium")


def _is_call(line: ast.stmt) -> bool:
    return isinstance(line, ast.Expr) and isinstance(line.value, ast.Call | ast.Constant)


def _ends(line: ast.stmt) -> bool:
    name = ast.unparse(line.value.func) if _is_call(line) and isinstance(line.value, ast.Call) else ""
    return name.rpartition(".")[2] in ("abort", "exit", "send_error", "fail", "append", "add")


def on_module(module: Module) -> Iterable[Hit]:
    """Wrong signatures that change nothing, by condition or by exception."""
    yield from ignored(module)
    yield from swallowed(module)


def _leaves(body: list[ast.stmt]) -> bool:
    last = body[-1]
    if isinstance(last, ast.Return | ast.Raise | ast.Continue | ast.Break | ast.Assign):
        return True
    return isinstance(last, ast.Expr) and isinstance(last.value,
    ast.Call) and ast.unparse(last.value.func).rpartition(".")[2] in (
        "abort", "exit", "send_error", "fail", "append", "add", "error",
    )  # fmt: skip


def check(call: Call) -> Hit | None:
    """A token is decoded without its signature, or with an algorithm that the token may choose."""
    if call.last == "startswith" and any(taint.kind == "mac" for taint in call.receiver.taints):
        return Hit(call.node, "The beginning of a signature is enough, even an empty one", "high")
    if any(call.name == name or (name[0] == "." and call.name.endswith(name)) for name in UNCHECKED):
        return Hit(call.node, "Claims are read without a check of the signature", "high")
    if not DECODERS.search(call.name):
        if call.last == "encode" and "jwt" in call.name and call.const(99, "algorithm") in ("none", "None"):
            return Hit(call.node, "The token is not signed", "high")
        return None
    if call.const(99, "verify") is False or call.const(2, "verify") is False:
        return Hit(call.node, "verify=False: the signature is not checked", "high")
    options = call.keywords.get("options")
    flag = options.item("verify_signature") if options else None
    if flag is not None and flag.known and flag.const is False:
        return Hit(call.node, "verify_signature is off", "high")
    allowed = call.argument(2, "algorithms")
    if allowed is not None and "none" in allowed.text.lower().split("\0"):
        return Hit(call.node, "Unsigned tokens are accepted", "high")
    chosen = allowed.items if allowed is not None and allowed.listed else ()
    if any(value.reaching("algorithm", REMOTE | {"parameter"}) and not value.known for _, value in chosen):
        return Hit(call.node, "The token chooses how it is checked", "high")
    if allowed is not None and re.search(r"get_unverified_header", allowed.name):
        return Hit(call.node, "The token chooses how it is checked", "high")
    return None


RULE = Rule(cwe=347, name="signature-not-checked", also=(345, 287), on_call=check, on_module=on_module)
