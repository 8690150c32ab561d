"""Numbers that a stranger sent, found by form inside one function: int(request...), float(input())."""

import ast
import re
from collections.abc import Callable, Iterable

FOREIGN = re.compile(r"(int|float)\(.*(request|input\(|argv|self\.get_argument)")


def is_foreign(node: ast.AST) -> bool:
    """Whether an expression turns what a stranger sent into a number."""
    return isinstance(node, ast.Call) and bool(FOREIGN.match(ast.unparse(node)))


def names_given(nodes: Iterable[ast.AST], wanted: Callable[[ast.AST], bool]) -> set[str]:
    """Names that are assigned an expression which is wanted."""
    given = [node for node in nodes if isinstance(node, ast.Assign) and wanted(node.value)]
    return {target.id for node in given for target in node.targets if isinstance(target, ast.Name)}


def unchecked_numbers(function: ast.AST) -> set[str]:
    """Names of foreign numbers that no condition of the function looks at, and no min() limits."""
    nodes = list(ast.walk(function))
    names = names_given(nodes, is_foreign)
    tests = [node if isinstance(node, ast.Compare) else node.test for node in nodes if isinstance(node, LOOKS)]
    looked = {one.id for test in tests for one in ast.walk(test) if isinstance(one, ast.Name)}
    return names - looked


LOOKS = (ast.Compare, ast.If, ast.IfExp, ast.While)
