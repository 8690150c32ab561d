"""What operators make of two values, and which part of a path its caller may choose."""

import ast
from dataclasses import replace

from domainlab.review.values import WEAK, Value, combine, safe

LONGEST_TEXT = 5000
CALLERS = WEAK | {"argv", "env", "file"}


def operation(op: ast.operator, left: Value, right: Value) -> Value:
    """What two values give together."""
    texts = left.known and right.known and isinstance(left.const, str) and isinstance(right.const, str)
    if texts and isinstance(op, ast.Add) and len(left.const) < LONGEST_TEXT:
        return Value(name="str", const=left.const + right.const)
    if isinstance(op, ast.Mult) and isinstance(left.const, str | bytes) and left.known and right.known:
        return Value(
            name=left.name, const=left.const * min(int(right.const), 64) if right.name == "int" else left.const
        )
    if left.name.endswith("Markup()"):  # escapes what is added to it
        return combine([left, safe(right, "html")], name=left.name, built=True)
    if isinstance(op, ast.Add) and not left.known and not left.built:
        left = chosen_folder(left)
    if isinstance(op, ast.Add) and "list" in (left.name, right.name):
        items = tuple((str(place), item) for place, (_, item) in enumerate((*left.items, *right.items)))
        whole = combine([left, right], name="list")
        return replace(whole, items=items[:16], listed=True)
    if isinstance(op, ast.Add):
        return combine([left, right], name="str" if "str" in (left.name, right.name) else "", built=True)
    if isinstance(op, ast.Mod) and (isinstance(left.const, str) or left.built) and left.text:
        return combine([left, right], name="str", built=True)
    if isinstance(op, ast.Div) and "pathlib" in left.name + right.name:
        return combine([chosen_folder(left), right], name="pathlib.Path()", built=True)
    return combine([left, right], built=left.built or right.built)


def chosen_folder(value: Value) -> Value:
    """The folder at the beginning of a path: whoever calls the function or starts the program may choose that."""
    harmless = [replace(one, safe_for=one.safe_for | {"path"}) if one.kind in CALLERS else one for one in value.taints]
    return replace(value, taints=frozenset(harmless))
