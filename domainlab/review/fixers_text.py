"""Fixes that clean the foreign parts of a text where it is put together."""

import ast
from collections.abc import Iterator

from domainlab.review.edits import Edit, replaced
from domainlab.review.syntax import Module

ESCAPES = (("ldap3", "ldap3.utils.conv"), ("ldap", "ldap.filter"))
Change = tuple[list[Edit], list[str]]  # edits, and imports that they need


def text_of(module: Module, node: ast.AST) -> ast.AST:
    """The expression that makes a text: a name stands for the one assignment that gives it."""
    for _ in range(3):
        if not isinstance(node, ast.Name):
            break
        around = module.around(node)
        made = [
            one for one in ast.walk(around)
            if isinstance(one, ast.Assign) and [getattr(target, "id", None) for target in one.targets] == [node.id]
        ]  # fmt: skip
        if len(made) != 1:
            break
        node = made[0].value
    return node


def holes(node: ast.AST) -> list[ast.AST]:
    """The variable parts of a text that is put together by +, %, format or an f-string."""
    if isinstance(node, ast.JoinedStr):
        return [part.value for part in node.values if isinstance(part, ast.FormattedValue)]
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        return [*holes(node.left), *holes(node.right)]
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mod):
        return node.right.elts if isinstance(node.right, ast.Tuple) else [node.right]
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "format":
        return [*node.args, *(word.value for word in node.keywords)]
    return [] if isinstance(node, ast.Constant) else [node]


def wrapped(module: Module, text: ast.AST, before: str, after: str, imports: list[str]) -> Iterator[Change]:
    """Each variable part cleaned alone, then all of them."""
    parts = [
        part for part in holes(text_of(module, text)) if not isinstance(part, ast.Constant | ast.Dict | ast.Starred)
    ]
    parts = [part for part in parts if not _is_whole(part) and not _clashes(part, module)]
    single = [replaced(part, f"{before}{ast.unparse(part)}{after}") for part in parts]
    for edit in single:
        yield [edit], imports
    if len(single) > 1:
        yield single, imports


def _is_whole(node: ast.AST) -> bool:
    """Whether a part is itself put together from others, so that cleaning it would spoil what belongs to it."""
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in ("join", "format")


def _clashes(node: ast.AST, module: Module) -> bool:
    """Whether the part stands in an f-string and has quotes, which Python before 3.12 refuses to nest."""
    parent = module.parent(node)
    return isinstance(parent, ast.FormattedValue) and any(sign in ast.unparse(node) for sign in "'\"\\")


def quoted_command(module: Module, call: ast.Call) -> Iterator[Change]:
    """CWE-78: shlex.quote around what is foreign in a command line."""
    if isinstance(call, ast.Call) and call.args:
        yield from wrapped(module, call.args[0], "shlex.quote(", ")", ["import shlex"])


def escaped_page(module: Module, node: ast.AST) -> Iterator[Change]:
    """CWE-79: escape around what is foreign in a page."""
    text = (
        node.value
        if isinstance(node, ast.Return)
        else node.args[0]
        if isinstance(node, ast.Call) and node.args
        else None
    )
    if text is not None:
        yield from wrapped(module, text, "html.escape(str(", "))", ["import html"])


def escaped_filter(module: Module, call: ast.Call) -> Iterator[Change]:
    """CWE-90: the library's own function around what is foreign in a filter."""
    if not isinstance(call, ast.Call):
        return
    name = next((inner for outer, inner in ESCAPES if module.imports(outer)), None)
    if name is None:
        return
    for argument in [*call.args, *(word.value for word in call.keywords)]:
        yield from wrapped(
            module, argument, "escape_filter_chars(", ")", [f"from {name} import escape_filter_chars"]
        )  # fmt: skip


def one_line_log(module: Module, call: ast.Call) -> Iterator[Change]:
    """CWE-117: line ends taken out of what is foreign in a message."""
    if not isinstance(call, ast.Call):
        return
    before, after = "str(", ').replace("\\r", "").replace("\\n", "")'
    for argument in call.args[1:] or call.args:
        yield from wrapped(module, argument, before, after, [])
