"""For each weakness that has one: the changes that may repair it, the smallest first. `prove` decides."""

import ast
from collections.abc import Callable, Iterator

from domainlab.review.edits import Edit, replaced, with_keyword
from domainlab.review.fixers_sql import parameterized
from domainlab.review.fixers_text import Change, escaped_filter, escaped_page, one_line_log, quoted_command
from domainlab.review.syntax import Module

RANDOM = frozenset("random randint randrange choice choices sample getrandbits uniform shuffle randbytes".split())


def keyword(text: str, *, without: str = "") -> Callable[[Module, ast.AST], Iterator[Change]]:
    """A fixer that sets a keyword of a call to another value, or takes it away (`text` is "")."""
    name = without or text.partition("=")[0]

    def fix(module: Module, node: ast.AST) -> Iterator[Change]:
        if not isinstance(node, ast.Call):
            return
        present = next((word for word in node.keywords if word.arg == name), None)
        if present is not None and text:
            yield [replaced(present.value, text.partition("=")[2])], []
        elif present is not None:
            yield [_without(node, present)], []
        elif text:
            yield [with_keyword(node, text)], []

    return fix


def _without(call: ast.Call, word: ast.keyword) -> Edit:
    """Take a keyword out of a call, with the comma before or after it."""
    parts = sorted([*call.args, *call.keywords], key=lambda one: (one.lineno, one.col_offset))
    place = parts.index(word)
    if place:
        before = parts[place - 1]
        return Edit(
            start=(before.end_lineno, before.end_col_offset), end=(word.end_lineno, word.end_col_offset), text=""
        )
    if len(parts) > 1:
        return Edit(start=(word.lineno, word.col_offset), end=(parts[1].lineno, parts[1].col_offset), text="")
    return replaced(word, "")


def safe_yaml(module: Module, node: ast.AST) -> Iterator[Change]:
    """CWE-502: yaml.load with the safe loader."""
    if isinstance(node, ast.Call) and module.dotted(node.func) in ("yaml.load", "yaml.unsafe_load", "yaml.full_load"):
        first = ast.unparse(node.args[0]) if node.args else ""
        yield (
            [replaced(node, f"{ast.unparse(node.func.value)}.safe_load({first})")],
            [],
        )


def literal(module: Module, node: ast.AST) -> Iterator[Change]:
    """CWE-95: ast.literal_eval in the place of eval."""
    if isinstance(node, ast.Call) and module.dotted(node.func) == "eval" and len(node.args) == 1:
        yield [replaced(node.func, "ast.literal_eval")], ["import ast"]


def system_random(module: Module, node: ast.AST) -> Iterator[Change]:
    """CWE-330: the system's generator in the place of the predictable one, in the whole statement."""
    edits = [
        replaced(one.func, f"random.SystemRandom().{one.func.attr}")
        for one in ast.walk(node)
        if isinstance(one, ast.Call) and isinstance(one.func, ast.Attribute) and one.func.attr in RANDOM
        if module.dotted(one.func.value) == "random"
    ]
    if edits:
        yield edits, ["import random"]


def compare_digest(module: Module, node: ast.AST) -> Iterator[Change]:
    """CWE-208: hmac.compare_digest in the place of == and !=."""
    if isinstance(node, ast.Compare) and len(node.ops) == 1:
        negation = "not " if isinstance(node.ops[0], ast.NotEq) else ""
        sides = f"{ast.unparse(node.left)}, {ast.unparse(node.comparators[0])}"
        yield [replaced(node, f"{negation}hmac.compare_digest({sides})")], ["import hmac"]


def narrow_mode(module: Module, node: ast.AST) -> Iterator[Change]:
    """CWE-732: the same mode without the right of others to write."""
    for one in ast.walk(node):
        if isinstance(one, ast.Constant) and type(one.value) is int and one.value & 0o022:
            yield [replaced(one, f"0o{one.value & ~0o022:03o}")], []


def closed_mask(module: Module, node: ast.AST) -> Iterator[Change]:
    """CWE-276: the usual mask."""
    if isinstance(node, ast.Call) and len(node.args) == 1:
        yield [replaced(node.args[0], "0o022")], []


def long_key(module: Module, node: ast.AST) -> Iterator[Change]:
    """CWE-326: 2048 bits instead of fewer."""
    for one in ast.walk(node):
        if isinstance(one, ast.Constant) and type(one.value) is int and 256 < one.value < 2048:
            yield [replaced(one, "2048")], []


def equality(module: Module, node: ast.AST) -> Iterator[Change]:
    """CWE-595: == in the place of `is`."""
    if isinstance(node, ast.Compare) and len(node.ops) == 1:
        sign = "==" if isinstance(node.ops[0], ast.Is) else "!="
        yield [replaced(node, f"{ast.unparse(node.left)} {sign} {ast.unparse(node.comparators[0])}")], []


def whole_match(module: Module, node: ast.AST) -> Iterator[Change]:
    """CWE-777: fullmatch in the place of match."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "match":
        yield [replaced(node.func, f"{ast.unparse(node.func.value)}.fullmatch")], []


def real_file(module: Module, node: ast.AST) -> Iterator[Change]:
    """CWE-377: a file that is made together with its name."""
    if isinstance(node, ast.Call) and module.dotted(node.func) == "tempfile.mktemp":
        inside = ", ".join([*map(ast.unparse, node.args), *map(ast.unparse, node.keywords), "delete=False"])
        yield [replaced(node, f"tempfile.NamedTemporaryFile({inside}).name")], ["import tempfile"]


def closed_parser(module: Module, node: ast.AST) -> Iterator[Change]:
    """CWE-611: a parser that follows nothing."""
    if (
        isinstance(node, ast.Call)
        and module.dotted(node.func).startswith("lxml.")
        and not node.keywords
        and len(node.args) == 1
    ):
        parser = "lxml.etree.XMLParser(resolve_entities=False, no_network=True)"
        yield [with_keyword(node, f"parser={parser}")], ["import lxml.etree"]


def one_step_less(module: Module, node: ast.AST) -> Iterator[Change]:
    """CWE-193: the range without the step that goes too far."""
    for one in ast.walk(node):
        if isinstance(one, ast.BinOp) and isinstance(one.op, ast.Add) and ast.unparse(one.left).startswith("len("):
            yield [replaced(one, ast.unparse(one.left))], []


FIXERS: dict[int, tuple[Callable[[Module, ast.AST], Iterator[Change]], ...]] = {
    22: (keyword('filter="data"'),),
    78: (quoted_command,),
    79: (escaped_page,),
    89: (parameterized,),
    90: (escaped_filter,),
    95: (literal,),
    117: (one_line_log,),
    193: (one_step_less,),
    208: (compare_digest,),
    276: (closed_mask,),
    295: (keyword("", without="verify"), keyword("", without="verify_ssl"), keyword("", without="ssl")),
    326: (long_key,),
    330: (system_random,),
    377: (real_file,),
    489: (keyword("debug=False"),),
    502: (safe_yaml,),
    595: (equality,),
    611: (closed_parser, keyword("resolve_entities=False")),
    614: (keyword("secure=True"),),
    732: (narrow_mode,),
    777: (whole_match,),
    1004: (keyword("httponly=True"),),
    1275: (keyword('samesite="Lax"'),),
}
