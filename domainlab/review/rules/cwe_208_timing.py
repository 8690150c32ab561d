"""CWE-208: `==` on secrets stops at the first difference, and the time it took tells how far it came."""

import ast
import re
from collections.abc import Iterable

from domainlab.review.rule import Comparison, Hit, Rule
from domainlab.review.syntax import Module, key_of
from domainlab.review.values import Value

SECRET = re.compile(
    r"(?i)(signature|digest|hmac|(^|_)mac$|(^|_)sig$|api_?key|token|secret|csrf|passw(or)?d_?hash|hashed|pw_?hash)"
)
OTHER = re.compile(r"(?i)(type|name|count|_id$|algorithm|length|len$|kind|version|expire|tokens$|tokenizer|pos_)")
DIGEST = (".hexdigest()", ".digest()", "hmac.digest()")


def compared(event: Comparison) -> Hit | None:
    """A secret or a digest is compared with something that is no constant."""
    if not isinstance(event.op, ast.Eq | ast.NotEq) or event.left.known or event.right.known:
        return None
    sides = (event.left, event.node.left), (event.right, event.node.comparators[0])
    if not any(_is_secret(value, node) for value, node in sides):
        return None
    if all("request" in value.kinds("html") for value, _ in sides) or any(
        isinstance(node, ast.Constant) for _, node in sides
    ):
        return None
    return Hit(event.node, "Compared byte by byte, so that the time tells how much was right")


def _is_secret(value: Value, node: ast.AST) -> bool:
    if "mac" in value.kinds("html"):
        return True
    if value.name.endswith(DIGEST):
        return any(taint.kind == "secret" for taint in value.taints)
    word = key_of(node) or (key_of(node.func) if isinstance(node, ast.Call) else "")
    if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant):
        word = str(node.slice.value)
    last = word.rpartition(".")[2]
    return bool(SECRET.search(last)) and not OTHER.search(last)


def loops(module: Module) -> Iterable[Hit]:
    """A comparison written as a loop that returns at the first difference."""
    for function in module.functions:
        for loop in (node for node in ast.walk(function) if isinstance(node, ast.For)):
            test = loop.body[0] if len(loop.body) == 1 else None
            leaves = isinstance(test, ast.If) and isinstance(test.body[0], ast.Return)
            if leaves and isinstance(test.test, ast.Compare) and isinstance(test.test.ops[0], ast.NotEq):
                lengths = any(
                    "len(" in ast.unparse(node) for node in ast.walk(function) if isinstance(node, ast.Compare)
                )
                if lengths and ast.unparse(loop.iter).startswith("zip("):
                    yield Hit(test, "The loop ends at the first difference")


RULE = Rule(cwe=208, name="timing-difference", also=(385, 203), on_comparison=compared, on_module=loops)
