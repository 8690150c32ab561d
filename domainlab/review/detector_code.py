"""Code as the learned detector reads it: one list of tokens per function, names and texts normalised away.

A sentence encoder reads 256 tokens, a function is often longer, and most of it says nothing about a weakness. So each
function becomes the events that a reviewer looks at: which call, with what sort of value in which place, which
keyword, what is compared, returned, caught. A local name stands for the value it was given last.

>>> [unit.name for unit in read_units("def f(c, n):\\n    q = 'x' + n\\n    c.execute(q)\\n")]
['f']
>>> "a:execute:0:concat" in read_units("def f(c, n):\\n    q = 'x' + n\\n    c.execute(q)\\n")[0].tokens
True
"""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from domainlab.errors import DataError
from domainlab.review.syntax import FUNCTIONS, Module, parse_module

MODULE = "<module>"  # the unit of everything outside functions
WORD = re.compile(r"[a-z]{3,}")
MOST_ARGUMENTS = 4
NESTED = (*FUNCTIONS, ast.ClassDef)
DISPLAYS = {ast.List: "list", ast.Tuple: "tuple", ast.Dict: "dict", ast.Set: "set", ast.Lambda: "lambda"}


@dataclass(frozen=True, kw_only=True)
class Unit:
    """A function of a file, or the code outside functions; lines count from 1."""

    name: str
    line: int
    end_line: int
    tokens: tuple[str, ...]


def read_units(source: str, path: str = "code.py") -> list[Unit]:
    """Every outermost function and method of a file, and last what stands outside them.

    Raises:
        DataError: the source does not parse.
    """
    try:
        module = parse_module(source, path)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise DataError(f"{path}: expected Python code that parses; {error}.") from error
    units = [_unit(module, node.name, node, [node]) for node in _functions(module.tree)]
    outside = [node for node in _outside(module.tree)]
    if outside:
        units.append(_unit(module, MODULE, None, outside))
    return units


def unit_at(units: list[Unit], line: int) -> Unit | None:
    """The unit that holds a line: the function around it, else the code outside functions."""
    inside = [unit for unit in units if unit.name != MODULE and unit.line <= line <= unit.end_line]
    return inside[0] if inside else next((unit for unit in units if unit.name == MODULE), None)


def _functions(node: ast.AST) -> Iterator[ast.FunctionDef]:
    """Outermost functions, in order; those inside a function belong to it."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, FUNCTIONS):
            yield child
        elif isinstance(child, ast.stmt | ast.excepthandler):
            yield from _functions(child)


def _outside(node: ast.AST) -> Iterator[ast.stmt]:
    """Statements outside functions: of the file and of its classes, without their definitions."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.ClassDef):
            yield from _outside(child)
        elif isinstance(child, ast.stmt) and not isinstance(child, (*FUNCTIONS, ast.Import, ast.ImportFrom)):
            yield child


def _unit(module: Module, name: str, node: ast.AST | None, body: list[ast.AST]) -> Unit:
    reader = _Reader(module)
    for part in body:
        reader.visit(part)
    calls = [token[2:] for token in reader.tokens if token.startswith("c:")]
    tokens = [*reader.tokens, *(f"b:{first}>{second}" for first, second in pairwise(calls))]
    line = getattr(node, "lineno", 1)
    decorated = [one.lineno for one in getattr(node, "decorator_list", [])]
    end = getattr(node, "end_lineno", len(module.lines))
    return Unit(name=name, line=min([line, *decorated]), end_line=end, tokens=tuple(tokens))


class _Reader(ast.NodeVisitor):
    """Walks a piece of code in order and writes down its events."""

    def __init__(self, module: Module) -> None:
        self.module, self.tokens, self.values = module, [], {}

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        arguments = node.args
        for one in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs):
            self.values[one.arg] = "param"
        self.tokens += [f"d:{self.name(one)[1]}" for one in node.decorator_list]
        self.generic_visit(node)

    visit_AsyncFunctionDef = visit_FunctionDef

    def visit_Assign(self, node: ast.Assign) -> None:
        self.generic_visit(node)
        for target in node.targets:
            if isinstance(target, ast.Name):
                self.values[target.id] = self.kind(node.value)
            label = getattr(target, "id", getattr(target, "attr", ""))
            if isinstance(target, ast.Subscript) and isinstance(target.slice, ast.Constant):
                label = str(target.slice.value)
            if label:
                value = node.value.value if isinstance(node.value, ast.Constant) else None
                shown = str(value) if isinstance(value, bool | int) else self.kind(node.value)
                self.tokens += [f"=:{word}:{shown}" for word in WORD.findall(label.lower())]

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        if node.value is not None:
            self.visit_Assign(ast.Assign(targets=[node.target], value=node.value))

    def visit_AugAssign(self, node: ast.AugAssign) -> None:
        self.generic_visit(node)
        if isinstance(node.target, ast.Name):
            self.values[node.target.id] = "concat"

    def visit_Call(self, node: ast.Call) -> None:
        full, last = self.name(node.func)
        self.tokens += [f"c:{last}", f"f:{full}"]
        for place, argument in enumerate(node.args[:MOST_ARGUMENTS]):
            self.tokens.append(f"a:{last}:{place}:{self.kind(argument)}")
        for keyword in node.keywords:
            value = keyword.value.value if isinstance(keyword.value, ast.Constant) else None
            shown = str(value) if isinstance(value, bool | int) or value is None else "str"
            shown = shown if isinstance(keyword.value, ast.Constant) else self.kind(keyword.value)
            self.tokens.append(f"k:{last}:{keyword.arg}={shown}")
        self.generic_visit(node)

    def visit_Compare(self, node: ast.Compare) -> None:
        sides = ":".join(self.kind(one) for one in (node.left, node.comparators[0]))
        self.tokens.append(f"cmp:{type(node.ops[0]).__name__}:{sides}")
        self.generic_visit(node)

    def visit_Return(self, node: ast.Return) -> None:
        self.tokens.append(f"ret:{self.kind(node.value) if node.value else 'none'}")
        self.generic_visit(node)

    def visit_Raise(self, node: ast.Raise) -> None:
        self.tokens.append(f"raise:{self.name(node.exc)[1] if node.exc else ''}")
        self.generic_visit(node)

    def visit_ExceptHandler(self, node: ast.ExceptHandler) -> None:
        caught = self.name(node.type)[1] if node.type else "all"
        self.tokens.append(f"except:{caught}:{type(node.body[0]).__name__}")
        self.generic_visit(node)

    def visit_Assert(self, node: ast.Assert) -> None:
        self.tokens.append("assert")
        self.generic_visit(node)

    def visit_Constant(self, node: ast.Constant) -> None:
        if isinstance(node.value, str) and not self.is_docstring(node):
            self.tokens += [f"w:{word}" for word in WORD.findall(node.value.lower())[:20]]

    def is_docstring(self, node: ast.Constant) -> bool:
        """Whether a text is a docstring or a bare text: words for people, which change nothing."""
        return isinstance(self.module.parent(node), ast.Expr)

    def name(self, node: ast.AST) -> tuple[str, str]:
        """The full name (its last two parts) and the last part of what is called or named."""
        parts = self.module.dotted(node).replace("()", "").replace("[]", "").strip(".").split(".")
        return ".".join(parts[-2:]), parts[-1]

    def kind(self, node: ast.AST) -> str:
        """What sort of value an expression is."""
        if isinstance(node, ast.Constant):
            return type(node.value).__name__
        if isinstance(node, ast.Name):
            return self.values.get(node.id, "name")
        if isinstance(node, ast.JoinedStr):
            return "fstring" if any(isinstance(one, ast.FormattedValue) for one in node.values) else "str"
        if isinstance(node, ast.BinOp):
            sides = {self.kind(node.left), self.kind(node.right)}
            if isinstance(node.op, ast.Mod) and self.kind(node.left) == "str":
                return "percent"
            return "str" if sides == {"str"} else "concat" if sides & {"str", "concat", "fstring"} else "operation"
        if isinstance(node, ast.Call):
            last = self.name(node.func)[1]
            return "format" if last == "format" else f"call {last}"
        if isinstance(node, ast.Attribute | ast.Subscript):
            return f"part {self.name(node)[1]}"
        return DISPLAYS.get(type(node), type(node).__name__.lower())
