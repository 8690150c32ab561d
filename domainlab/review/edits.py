"""Change the text of a file at the places of its syntax tree, and nothing else in it."""

import ast
import difflib
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Edit:
    """Replace a stretch of the source; lines count from 1, columns are bytes from 0 as in `ast`."""

    start: tuple[int, int]
    end: tuple[int, int]
    text: str


def replaced(node: ast.AST, text: str) -> Edit:
    """An edit that puts a text in the place of a node."""
    return Edit(start=(node.lineno, node.col_offset), end=(node.end_lineno, node.end_col_offset), text=text)


def with_keyword(call: ast.Call, text: str) -> Edit:
    """An edit that adds a keyword to a call, before its closing parenthesis."""
    place = (call.end_lineno, call.end_col_offset - 1)
    last = max(
        [*call.args, *(word.value for word in call.keywords)], key=lambda one: (one.end_lineno,
        one.end_col_offset), default=None
    )  # fmt: skip
    if last is None:
        return Edit(start=place, end=place, text=text)
    place = (last.end_lineno, last.end_col_offset)
    return Edit(start=place, end=place, text=f", {text}")


def apply_edits(source: str, edits: Iterable[Edit], imports: Iterable[str] = ()) -> str:
    """The source after some edits that do not overlap, with imports added where they are missing."""
    lines = source.split("\n")
    for edit in sorted(edits, key=lambda one: one.start, reverse=True):
        (first, start), (last, end) = edit.start, edit.end
        before = lines[first - 1].encode()[:start].decode()
        after = lines[last - 1].encode()[end:].decode()
        lines[first - 1 : last] = (before + edit.text + after).split("\n")
    text = "\n".join(lines)
    for line in imports:
        text = with_import(text, line)
    return text


def with_import(source: str, line: str) -> str:
    """The source with an import statement after the module's docstring and `from __future__` lines."""
    tree = ast.parse(source)
    wanted = ast.dump(ast.parse(line).body[0])
    if any(ast.dump(node) == wanted for node in tree.body):
        return source
    after = 0
    for node in tree.body:
        is_text = (
            isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
        )
        if is_text or (isinstance(node, ast.ImportFrom) and node.module == "__future__"):
            after = node.end_lineno
        else:
            break
    lines = source.split("\n")
    return "\n".join([*lines[:after], line, *lines[after:]])


def as_patch(before: str, after: str, path: str) -> str:
    """The change as a unified diff that `git apply` and `patch -p1` take."""
    old, new = before.splitlines(keepends=True), after.splitlines(keepends=True)
    text = []
    for line in difflib.unified_diff(old, new, f"a/{path}", f"b/{path}"):
        text.append(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n")
    return "".join(text)
