"""What operators make of two values, and which part of a path its caller may choose."""

import ast
import operator
from dataclasses import replace

from domainlab.review.values import WEAK, Value, combine, safe

LONGEST_TEXT = 5000
LARGEST = 1 << 62  # numbers beyond are not worked out
ARITHMETIC = {
    ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod, ast.BitOr: operator.or_, ast.BitAnd: operator.and_,
}  # fmt: skip
COMPARISONS = {
    ast.Eq: operator.eq, ast.NotEq: operator.ne, ast.Lt: operator.lt, ast.LtE: operator.le, ast.Gt: operator.gt,
    ast.GtE: operator.ge,
}  # fmt: skip
CALLERS = WEAK | {"argv", "env", "file"}


def operation(op: ast.operator, left: Value, right: Value) -> Value:
    """What two values give together."""
    texts = left.known and right.known and isinstance(left.const, str) and isinstance(right.const, str)
    if texts and isinstance(op, ast.Add) and len(left.const) < LONGEST_TEXT:
        return Value(name="str", const=left.const + right.const)
    number = worked_out(op, left, right)
    if number is not None:
        return number
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
    if isinstance(op, ast.Mod) and right.name == "dict" and right.items:
        named = [value for name, value in right.items if f"%({name})" in left.text]
        return combine([left, *(named or [right])], name="str", built=True)
    if isinstance(op, ast.Mod) and (isinstance(left.const, str) or left.built) and left.text:
        return combine([left, right], name="str", built=True)
    if isinstance(op, ast.Div) and "pathlib" in left.name + right.name:
        return combine([chosen_folder(left), right], name="pathlib.Path()", built=True)
    return combine([left, right], built=left.built or right.built)


def worked_out(op: ast.operator, left: Value, right: Value) -> Value | None:
    """The number that two known whole numbers give; None where they are none, or where it is too large."""
    numbers = all(_is_number(value) for value in (left, right))
    if not numbers or type(op) not in ARITHMETIC or (isinstance(op, ast.FloorDiv | ast.Mod) and not right.const):
        return None
    result = ARITHMETIC[type(op)](left.const, right.const)
    return Value(name="int", const=result) if abs(result) < LARGEST else None


def compared(op: ast.cmpop, left: Value, right: Value) -> Value:
    """What a comparison gives: known where two numbers or two texts are known."""
    texts = all(value.known and isinstance(value.const, str) for value in (left, right))
    if (texts or (_is_number(left) and _is_number(right))) and type(op) in COMPARISONS:
        return Value(name="bool", const=COMPARISONS[type(op)](left.const, right.const))
    return Value(name="bool")


def part_of(whole: Value, index: Value) -> Value:
    """A part of a constant text: one place where that is known, else the text, which is constant too."""
    text, place = whole.const, index.const if _is_number(index) else None
    if isinstance(text, str) and place is not None and -len(text) <= place < len(text):
        return Value(name=whole.name, const=text[place])
    return Value(name=whole.name, const=text)


def _is_number(value: Value) -> bool:
    return value.known and isinstance(value.const, int) and not isinstance(value.const, bool)


def chosen_folder(value: Value) -> Value:
    """The folder at the beginning of a path: whoever calls the function or starts the program may choose that."""
    harmless = [replace(one, safe_for=one.safe_for | {"path"}) if one.kind in CALLERS else one for one in value.taints]
    return replace(value, taints=frozenset(harmless))
