"""What a condition proves about the data that it tests.

`if name not in ALLOWED: abort(400)` leaves only harmless names behind it. Each proof names a place ("name",
"self.path") and the kinds of sink that it closes, for the branch in which the condition is true or false.
"""

import ast
import re

from domainlab.review.syntax import key_of

ALL = frozenset({"*"})
PATH = frozenset({"path"})
URL = frozenset({"url", "redirect"})
CHARACTERS = frozenset("isalnum isalpha isdigit isdecimal isnumeric isidentifier".split())
CHECKER = re.compile(
    r"(?i)(valid|allowed|is_safe|safe_|whitelist|allowlist|permitted|has_allowed|sanit|^_?(is|looks|may|can)_(?!file|dir|abs|auth|ajax|xhr|json|none|admin|staff|login|active))"
)
UNWRAP = frozenset("lower upper strip split rsplit partition rpartition rstrip lstrip casefold decode".split())
QUOTED = frozenset({"sql", "xpath"})
REFUSES = re.compile(
    r"(?i)(invalid|unsafe|malicious|forbidden|blocked|dangerous|suspicious|not_allowed|is_private|is_internal|is_local_address)"
)
SIZE = frozenset({"alloc"})
PARTS = frozenset("netloc hostname host scheme name stem suffix parent parents parts filename".split())  # of a whole

Proof = tuple[ast.AST, frozenset[str]]


def proofs(test: ast.AST, truth: bool) -> list[Proof]:
    """What holds where `test` came out as `truth`: places, and the kinds of sink that they can no longer reach."""
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        return proofs(test.operand, not truth)
    if isinstance(test, ast.BoolOp):
        if isinstance(test.op, ast.And) == truth:  # all parts are known to be `truth`
            return [proof for part in test.values for proof in proofs(part, truth)]
        return _in_every_case([proofs(part, truth) for part in test.values])
    if isinstance(test, ast.Attribute) and _is_part_of_url(test):
        return [] if truth else _inner(test.value, URL)
    if looked_at := _first_character(test):
        return looked_at
    if isinstance(test, ast.Compare) and len(test.ops) == 1:
        return _compared(test.left, test.ops[0], test.comparators[0], truth)
    if isinstance(test, ast.Compare):  # 0 < size < LIMIT
        return [proof for part in (test.left, *test.comparators) for proof in _inner(part, SIZE)]
    if isinstance(test, ast.Call):
        return _called(test, truth)
    if isinstance(test, ast.NamedExpr):
        return proofs(test.value, truth)
    return []


def _in_every_case(cases: list[list[Proof]]) -> list[Proof]:
    """What holds whichever of several conditions came out so: places that all of them prove something about."""
    tables = [_by_place(case) for case in cases]
    found = []
    for key, (node, sinks) in tables[0].items():
        if all(key in table for table in tables[1:]):
            for table in tables[1:]:
                other = table[key][1]
                sinks = other if "*" in sinks else sinks if "*" in other else sinks & other
            if sinks:
                found.append((node, sinks))
    return found


def _by_place(case: list[Proof]) -> dict[str, Proof]:
    table: dict[str, Proof] = {}
    for node, sinks in case:
        if key := key_of(node):
            table[key] = node, sinks | table.get(key, (node, frozenset()))[1]
    return table


def _compared(left: ast.AST, op: ast.cmpop, right: ast.AST, truth: bool) -> list[Proof]:
    positive = isinstance(op, ast.In | ast.Eq | ast.Is) == truth
    if isinstance(op, ast.In | ast.NotIn):
        if isinstance(left, ast.Constant):  # ".." in path, "\n" in value
            return [] if positive else _without(str(left.value), right)
        if isinstance(right, ast.Attribute) and right.attr == "parents":
            return _inner(right.value, PATH) if positive else []
        return _all(left) if positive and not _is_text(right) else []
    if isinstance(op, ast.Eq | ast.NotEq) and positive:
        for side, other in ((left, right), (right, left)):
            if _unwraps_path(side):
                return [(side, PATH), *_inner(side, PATH)]
            fixed = isinstance(other, ast.Constant) and other.value not in ("", None, 0)
            if fixed or (isinstance(other, ast.Name) and other.id.isupper()):
                return _all(side)
            if _is_part_of_url(side):
                return _inner(side, URL)
    if isinstance(op, ast.Gt | ast.GtE | ast.Lt | ast.LtE):
        return [*_inner(left, SIZE), *_inner(right, SIZE)]
    return []


def _called(call: ast.Call, truth: bool) -> list[Proof]:
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    owner = call.func.value if isinstance(call.func, ast.Attribute) else None
    if name == "startswith" and call.args and owner is not None:
        return _begins(owner, call.args[0], truth)
    if name == "any" and call.args and isinstance(call.args[0], ast.GeneratorExp):
        return [] if truth else _none_of(call.args[0])
    if REFUSES.search(name):
        return [] if truth else [proof for argument in call.args for proof in _all(argument)]
    if not truth:
        return []
    if name in CHARACTERS and owner is not None:
        return _all(owner)
    if name in ("match", "fullmatch") and call.args:
        return _all(call.args[-1] if key_of(owner) != "re" else call.args[min(1, len(call.args) - 1)])
    if name == "is_relative_to" and owner is not None:
        return [(owner, PATH), *_inner(owner, PATH)]
    if name == "endswith" and owner is not None:
        return [(owner, frozenset({"url"}))] if _is_part_of_url(owner) else []
    if name == "all" and call.args and isinstance(call.args[0], ast.GeneratorExp):
        return _all(call.args[0].generators[0].iter)
    if CHECKER.search(name):
        return [proof for argument in call.args for proof in _all(argument)] + ([(owner, ALL)] if owner else [])
    return []


def checked_arguments(call: ast.Call) -> list[ast.AST]:
    """The arguments of a call that stands alone and is named after checking: `validate_name(x)` raises or passes."""
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    if re.search(r"(?i)^_?(validate|ensure|check|assert|verify|require)", name) or CHECKER.search(name):
        return [*call.args, *(keyword.value for keyword in call.keywords)]
    if name == "relative_to" and isinstance(call.func, ast.Attribute):
        return [call.func.value]
    if name in ("int", "float", "UUID", "ip_address", "ip_network", "strptime", "fromisoformat"):
        return call.args[:1]
    return []


def _begins(owner: ast.AST, beginning: ast.AST, truth: bool) -> list[Proof]:
    """What the beginning of a text proves: a folder proves a path, a whole host with its slash an address.

    "/" alone proves nothing about an address, since //evil.example begins with it too; not to begin with // does.
    """
    if not isinstance(beginning, ast.Constant):
        return [(owner, PATH | URL), *_inner(owner, PATH)] if truth else []
    text = beginning.value
    if not isinstance(text, str) or (truth and text == "/"):
        return []
    if text.startswith(("//", "/\\", "http", "\\")) and not truth:
        return [(owner, frozenset({"redirect"})), *_inner(owner, frozenset({"redirect"}))]
    whole = "://" in text and text.rstrip("/").count("/") >= 2 and text.count("/") >= 3
    return [(owner, PATH | URL if whole else PATH), *_inner(owner, PATH)] if truth else []


def _none_of(generator: ast.GeneratorExp) -> list[Proof]:
    """`not any(sign in text for sign in BAD)` looks at the text; so does `not any(... for part in text)`."""
    element = generator.elt
    compares = isinstance(element, ast.Compare) and isinstance(element.ops[0], ast.In)
    if compares and isinstance(element.comparators[0], ast.Name):
        return _all(element.comparators[0])
    return _all(generator.generators[0].iter)


def _all(node: ast.AST) -> list[Proof]:
    return [(node, ALL), *_inner(node, ALL)]


def _inner(node: ast.AST, sinks: frozenset[str]) -> list[Proof]:
    """The places inside an expression that was tested: os.path.basename(x), x.lower(), urlparse(x).netloc, x[0]."""
    found = []
    while not isinstance(node, ast.Name):
        if isinstance(node, ast.Call):
            if isinstance(node.func, ast.Attribute) and node.func.attr in UNWRAP:
                node = node.func.value
            elif node.args:
                node = node.args[0]
            elif isinstance(node.func, ast.Attribute):
                node = node.func.value
            else:
                break
        elif isinstance(node, ast.List | ast.Tuple) and node.elts:
            node = node.elts[0]
        elif isinstance(node, ast.Attribute | ast.Subscript):
            found.append((node, sinks))
            if is_field(node):
                break
            node = node.value
        else:
            break
    return [*found, (node, sinks)] if isinstance(node, ast.Name) else found


def is_field(node: ast.AST) -> bool:
    """Whether it is one entry among others: `row["kind"] == "file"` says nothing about row["name"]."""
    if isinstance(node, ast.Subscript):
        return isinstance(node.slice, ast.Constant) and isinstance(node.slice.value, str)
    of_object = isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name)
    return of_object and node.value.id not in ("self", "cls") and node.attr not in PARTS


def _without(text: str, node: ast.AST) -> list[Proof]:
    if isinstance(node, ast.BinOp):  # "\n" in name + value
        return [*_without(text, node.left), *_without(text, node.right)]
    if text in ("..", "../", "/", "\\"):
        return [(node, PATH), *_inner(node, PATH)]
    if text in ("'", ";", "--", "`"):
        return [(node, QUOTED), *_inner(node, QUOTED)]
    if text == '"':
        return [(node, frozenset({"xpath"})), *_inner(node, frozenset({"xpath"}))]
    if text in ("\n", "\r", "\r\n"):
        return [(node, frozenset({"log", "header", "mail"}))]
    return []


def _first_character(test: ast.AST) -> list[Proof]:
    """A look at the first character for a formula, whichever way it came out: what follows acts on it."""
    if isinstance(test, ast.Call) and isinstance(test.func, ast.Attribute) and test.func.attr == "startswith":
        place, signs = test.func.value, test.args[:1]
    elif isinstance(test, ast.Compare) and isinstance(test.ops[0], ast.In | ast.NotIn):
        place, signs = test.left, test.comparators
    else:
        return []
    names = any(isinstance(sign, ast.Name) and "formula" in sign.id.lower() for sign in signs)
    texts = [part.value for sign in signs for part in ast.walk(sign) if isinstance(part, ast.Constant)]
    if not names and not any(isinstance(text, str) and text[:1] == "=" for text in texts):
        return []
    return _inner(place, frozenset({"csv"}))


def _is_text(node: ast.AST) -> bool:
    """Whether `x in node` looks for a part of a text, which proves nothing about the rest of it."""
    return isinstance(node, ast.Constant) and isinstance(node.value, str) and len(node.value) > 40


def _unwraps_path(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in (
        "basename", "commonpath", "commonprefix", "realpath", "secure_filename",
    )  # fmt: skip


def _is_part_of_url(node: ast.AST) -> bool:
    return isinstance(node, ast.Attribute) and node.attr in ("netloc", "hostname", "host", "scheme")
