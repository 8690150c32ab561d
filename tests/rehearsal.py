"""One run of a notebook for every answer state: untouched, answered wrong, right, and by its solutions.

A notebook must pass untouched, with every exercise answered right and with every exercise answered wrong.
Three full runs would cost three times the training. But the states differ in nothing except the cells of
an exercise: `check` hands on the learner's answer when it is right and the reference otherwise, and
"right" means equal to the reference. So each notebook runs once, and right after each check its exercise
is rehearsed in the same kernel, with everything measured so far at hand: the exercise's own cells again
with a wrong answer put in, with the right one, with the code of the notebook's solution, and untouched to
restore what the next cells expect. Each rehearsal must show the verdict that belongs to it. At the end every
phenomenon is broken once (tests/breaking.py). The full runs exist too: `pytest -m slow`.
"""

import copy
import os
import re
from pathlib import Path

import nbformat
from IPython import get_ipython
from IPython.utils.capture import capture_output
from nbformat import NotebookNode

from breaking import breaking_cell

CHECK = re.compile(r"""\bcheck\(\s*["'](\d\d\.\d)["']""")
FENCED = re.compile(r"```python\n(.*?)```", re.DOTALL)


def tags(cell: NotebookNode) -> list[str]:
    return cell.metadata.get("tags", [])


def write_rehearsed(path: Path, folder: Path) -> Path:
    """Write the copy of a notebook that nbmake runs in its place; it works in the folder of the original."""
    notebook = rehearsed(nbformat.read(path, as_version=4))
    here = f"import os, sys\nos.chdir({str(path.parent)!r})\nsys.path.append({str(Path(__file__).parent)!r})"
    notebook.cells.insert(0, nbformat.v4.new_code_cell(here, id="rehearsal-start"))
    if breaking := breaking_cell(notebook):
        notebook.cells.append(nbformat.v4.new_code_cell(breaking, id="breaking"))
    copied = folder / path.name
    nbformat.write(notebook, copied)
    return copied


def rehearsed(notebook: NotebookNode) -> NotebookNode:
    """A copy of the notebook with a rehearsal after each check."""
    cells, exercise = [], []
    for cell in notebook.cells:
        cells.append(copy.deepcopy(cell))
        if cell.cell_type == "code" and {"exercise", "check"} & set(tags(cell)):
            exercise.append(cell.source)
        if cell.cell_type == "code" and (found := CHECK.search(cell.source)):
            solution = solution_code(notebook, found[1])
            call = f"from rehearsal import rehearse\nrehearse({found[1]!r}, {exercise!r}, {solution!r})"
            cells.append(nbformat.v4.new_code_cell(call, id=f"rehearsal-{found[1].replace('.', '-')}"))
            exercise = []
    return nbformat.from_dict({**notebook, "cells": cells})


def solution_code(notebook: NotebookNode, exercise_id: str) -> str:
    """The Python in the first solution cell below the check of an exercise; "" where there is none."""
    below = False
    for cell in notebook.cells:
        found = CHECK.search(cell.source) if cell.cell_type == "code" else None
        below = found[1] == exercise_id if found else below
        if below and "solution" in tags(cell):
            return "\n".join(FENCED.findall(cell.source))
    return ""


def rehearse(exercise_id: str, cells: list[str], solution: str) -> None:
    """Run the cells of one exercise in every state, in the notebook's kernel; the last one is the check."""
    wrong = rf"✘ {re.escape(exercise_id)} (wrong|crashed)"
    right = rf"✔ {re.escape(exercise_id)} right"
    untouched = rf"– {re.escape(exercise_id)} not attempted"
    expect(run_cells(cells, answers="wrong"), wrong, f"{exercise_id} with a wrong answer put in")
    expect(run_cells(cells, answers="right"), right, f"{exercise_id} with the right answer put in")
    solved = [*cells[:-1], solution, cells[-1]]
    expect(run_cells(solved), right, f"{exercise_id} with the code of its solution")
    expect(run_cells(cells), untouched, f"{exercise_id} untouched")


def run_cells(cells: list[str], *, answers: str = "") -> str:
    """Run cells in this kernel and return what they showed, as text."""
    os.environ["DOMAINLAB_ANSWERS"] = answers
    with capture_output() as shown:
        try:
            for source in cells:
                get_ipython().run_cell(source).raise_error()
        finally:
            del os.environ["DOMAINLAB_ANSWERS"]
    return "\n".join([shown.stdout, *(output.data.get("text/plain", "") for output in shown.outputs)])


def expect(text: str, pattern: str, situation: str) -> None:
    if not re.search(pattern, text):
        raise AssertionError(f"exercise {situation}: the check should show {pattern!r}; it shows {text!r}")
