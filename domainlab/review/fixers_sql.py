"""CWE-89: a statement that is put together from parts becomes a constant one with parameters."""

import ast
import re
from collections.abc import Iterator

from domainlab.review.edits import replaced
from domainlab.review.fixers_text import Change, text_of
from domainlab.review.syntax import Module

STYLES = (("sqlite3", "?"), ("psycopg2", "%s"), ("psycopg", "%s"), ("pymysql", "%s"), ("MySQLdb", "%s"))
METHODS = ("execute",)
HOLE = re.compile(r"%\(?\w*\)?s|%d|\{\w*\}")
VALUE = re.compile(r"(?i)([=<>]|\blike|\blimit|\boffset|\bvalues\s*\(|\bvalues\s*\([^)]*,)\s*$")
Part = str | ast.AST


def parameterized(module: Module, call: ast.Call) -> Iterator[Change]:
    """The statement with placeholders, and its values as a tuple; only for drivers whose placeholder is known."""
    mark = next((sign for name, sign in STYLES if module.imports(name)), None)
    if not isinstance(call, ast.Call):
        return
    plain = (
        isinstance(call.func, ast.Attribute) and call.func.attr in METHODS and len(call.args) == 1 and not call.keywords
    )
    if mark is None or not plain:
        return
    text = text_of(module, call.args[0])
    parts = parts_of(text)
    if parts is None:
        return
    made = statement(parts, mark)
    if made is None:
        return
    constant, values = made
    parameters = f"({', '.join(values)},)"
    argument = call.args[0]
    if text is argument:
        yield [replaced(argument, f"{constant}, {parameters}")], []
    else:
        yield [replaced(text, constant), replaced(argument, f"{ast.unparse(argument)}, {parameters}")], []


def parts_of(node: ast.AST) -> list[Part] | None:
    """Constant and variable parts of a text, in order; None for a form that is not understood."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return [node.value]
    if isinstance(node, ast.JoinedStr):
        if any(
            isinstance(one, ast.FormattedValue) and (one.format_spec or one.conversion != -1) for one in node.values
        ):
            return None
        return [one.value for one in node.values]
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        left, right = parts_of(node.left), parts_of(node.right)
        return None if left is None or right is None else left + right
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mod) and isinstance(node.left, ast.Constant):
        values = node.right.elts if isinstance(node.right, ast.Tuple) else [node.right]
        return _filled(node.left.value, values, r"%[sd]")
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "format":
        plain = isinstance(node.func.value, ast.Constant) and not node.keywords
        return _filled(node.func.value.value, node.args, r"\{\d?\}") if plain else None
    return [node]


def statement(parts: list[Part], mark: str) -> tuple[str, list[str]] | None:
    """The constant statement and the parameters; a part inside quotes becomes a parameter together with them."""
    text, values, inside = "", [], None
    for part in parts:
        if not isinstance(part, str):
            if inside is None and not _is_value(text):
                return None  # names of tables and columns cannot be parameters
            inside = [part] if inside is None else [*inside, part]
            if not text.endswith("\0"):
                text, values, inside = text + mark, [*values, ast.unparse(part)], None
            continue
        for piece in re.split(r"(')", part):
            if piece == "'" and text.endswith("\0"):  # the quote ends
                text, values, inside = text[:-1] + mark, [*values, _joined(inside or [])], None
            elif piece == "'":
                text, inside = text + "\0", []
            elif text.endswith("\0"):
                inside = [*(inside or []), piece] if piece else inside
            else:
                text += piece
    return None if text.endswith("\0") or not values else (_literal(text), values)


def _is_value(text: str) -> bool:
    """Whether a value may stand after this text: after a comparison, LIKE, LIMIT, or inside VALUES (...)."""
    return text.endswith("\0") or bool(VALUE.search(text))


def _joined(parts: list[Part]) -> str:
    if len(parts) == 1 and not isinstance(parts[0], str):
        return ast.unparse(parts[0])
    return " + ".join(repr(one) if isinstance(one, str) else f"str({ast.unparse(one)})" for one in parts) or "''"


def _filled(text: str, values: list[ast.AST], hole: str) -> list[Part] | None:
    pieces = re.split(hole, text)
    if len(pieces) != len(values) + 1 or "%%" in text or "{{" in text:
        return None
    parts: list[Part] = [pieces[0]]
    for value, piece in zip(values, pieces[1:], strict=True):
        parts += [value, piece]
    return parts


def _literal(text: str) -> str:
    if "\n" in text and '"""' not in text and "\\" not in text:
        return f'"""{text}"""'
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'
