"""What the code cells may contain: plain Python that runs wherever the pinned packages are."""

import ast
import sys
from collections.abc import Iterator

from notebook_rules.lesson import CLAIM, Lesson
from pins import pinned_modules
from rehearsal import tags

HIDING = {"raises-exception", "skip-execution"}


def plain_python(lesson: Lesson) -> Iterator[str]:
    """No shell lines, no magics, no installing: the environment is made once, outside."""
    for cell in lesson.code:
        if any(line.lstrip().startswith(("!", "%")) for line in cell.source.splitlines()):
            yield f"cell {cell.id}: no lines with ! or %"
        elif "pip install" in cell.source:
            yield f"cell {cell.id}: nothing is installed from a notebook"
        else:
            try:
                ast.parse(cell.source)
            except SyntaxError as error:
                yield f"cell {cell.id}: {error}"


def nothing_skipped(lesson: Lesson) -> Iterator[str]:
    """Every cell runs, and every error counts."""
    for cell in lesson.cells:
        if hiding := HIDING & set(tags(cell)):
            yield f"cell {cell.id}: the tag {sorted(hiding)[0]} hides failures"
    for node, cell in walk(lesson):
        if isinstance(node, ast.If) and isinstance(node.test, ast.Constant):
            yield f"cell {cell.id}: `if {node.test.value}:` is code that never runs or always does"


def imports_pinned(lesson: Lesson) -> Iterator[str]:
    """A notebook imports the standard library, domainlab, and what requirements.txt pins."""
    known = sys.stdlib_module_names | pinned_modules() | {"domainlab"}
    for node, cell in walk(lesson):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
        for name in names:
            if name.partition(".")[0] not in known:
                yield f"cell {cell.id}: {name} is not pinned in requirements.txt"


def claims_are_its_own(lesson: Lesson) -> Iterator[str]:
    """Claims carry the notebook's number, come once each, and stand in cells tagged claim."""
    for one in lesson.claim_ids:
        if not one.startswith(f"{lesson.id}."):
            yield f"claim {one} is not of notebook {lesson.id}"
        if lesson.claim_ids.count(one) > 1:
            yield f"claim {one} is made twice"
    if not lesson.claim_ids:
        yield "the notebook makes no claim"
    for cell in lesson.code:
        if CLAIM.search(cell.source) and "claim" not in tags(cell):
            yield f"cell {cell.id} makes a claim and must be tagged claim"


def walk(lesson: Lesson) -> Iterator[tuple[ast.AST, object]]:
    """Every node of every cell that parses, with its cell."""
    for cell in lesson.code:
        try:
            tree = ast.parse(cell.source)
        except SyntaxError:
            continue  # plain_python reports it
        for node in ast.walk(tree):
            yield node, cell
