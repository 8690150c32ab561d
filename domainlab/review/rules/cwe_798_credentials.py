"""CWE-798: a password, token or key stands in the code."""

import ast
import re
from collections.abc import Iterable

from domainlab.review.rule import Assignment, Call, Comparison, Hit, Rule, matches
from domainlab.review.syntax import Module
from domainlab.review.vocabulary import is_secret, looks_like_secret

ADDRESS = re.compile(r"^[a-z][a-z0-9+.-]*://[^:/@\s]+:([^@/\s{}%$<>]{3,})@[^\s]+")
TOKEN = re.compile(r"^(sk_live_\w{10,}|AKIA[0-9A-Z]{16}|gh[pousr]_\w{30,}|xox[bpars]-[\w-]{10,}|"
                   r"eyJ[\w-]{10,}\.[\w-]+\.[\w-]+|AIza[\w-]{30,})|"
                   r"^-----BEGIN [A-Z ]*PRIVATE KEY|^(Bearer|Basic) [\w+/=.-]{8,}$")  # fmt: skip
POSITIONS = {".login": 1, "pymysql.connect": 2, "MySQLdb.connect": 2, "mysql.connector.connect": 9, "ftplib.FTP": 2,
             ".set_password": 0, ".simple_bind_s": 1, ".userpass": 1, "requests.auth.HTTPBasicAuth": 1,
             ".add_password": 3, "psycopg2.connect": 9, ".starttls_login": 1, "cx_Oracle.connect": 1}  # fmt: skip


def assigned(event: Assignment) -> Hit | None:
    """A constant gets the name of a secret."""
    if is_secret(event.last) and _is_credential(event.value):
        return Hit(event.node, f"`{event.last}` stands in the code", "high")
    return None


def called(call: Call) -> Hit | None:
    """A constant is handed over as a password."""
    for name, value in call.keywords.items():
        if is_secret(name) and _is_credential(value) and value.const not in ("", None):
            return Hit(call.node, f"`{name}` stands in the code", "high")
    auth = call.keywords.get("auth")
    if auth is not None and auth.item("1") is not None and _is_credential(auth.item("1")):
        return Hit(call.node, "The password stands in the code", "high")
    for name, place in POSITIONS.items():
        if matches(call.name, name) and place < len(call.args) and _is_credential(call.args[place]):
            return Hit(call.node, "The password stands in the code", "high")
    return None


def compared(event: Comparison) -> Hit | None:
    """A secret is compared with a constant."""
    if not isinstance(event.op, ast.Eq | ast.NotEq):
        return None
    for mine, node, other in (
        (event.left, event.node.left, event.right),
        (event.right, event.node.comparators[0], event.left),
    ):
        secret = is_secret(_word(node)) and not mine.known
        if secret and _is_credential(other):
            return Hit(event.node, "The password stands in the code", "high")
    return None


def _word(node: ast.AST) -> str:
    """The last word of a place: x.password, form["password"], form.get("password")."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.args:
        node = node.args[0]
    elif isinstance(node, ast.Subscript):
        node = node.slice
    word = getattr(node, "attr", getattr(node, "id", getattr(node, "value", "")))
    return word if isinstance(word, str) else ""


def written(module: Module) -> Iterable[Hit]:
    """Secrets that show by their form, and defaults of parameters."""
    for node in module.walk(ast.Constant):
        if isinstance(node.value, str) and (TOKEN.match(node.value) or _has_password(node.value)):
            yield Hit(node, "A secret stands in the code", "high")
    for function in module.functions:
        spec = function.args
        positional = spec.posonlyargs + spec.args
        pairs = list(zip(reversed(positional), reversed(spec.defaults), strict=False))
        for parameter, default in [*pairs, *zip(spec.kwonlyargs, spec.kw_defaults, strict=True)]:
            text = default.value if isinstance(default, ast.Constant) else None
            if is_secret(parameter.arg) and isinstance(text, str) and looks_like_secret(text):
                yield Hit(default, f"`{parameter.arg}` has a secret as its default", "high")


def _has_password(text: str) -> bool:
    match = ADDRESS.match(text)
    return bool(match) and match.group(1) not in ("password", "pass", "secret", "changeme", "PASSWORD")


def _is_credential(value) -> bool:
    const = value.const if value.known else None
    if isinstance(const, bytes):
        const = const.decode("latin-1")
    return isinstance(const, str) and looks_like_secret(const)


RULE = Rule(
    cwe=798,
    name="hard-coded-credentials",
    also=(259, 321, 522),
    on_call=called,
    on_assignment=assigned,
    on_comparison=compared,
    on_module=written,
)
