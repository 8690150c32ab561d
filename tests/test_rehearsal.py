"""The rehearsal notices each way to break an exercise, and leaves the notebook as it found it."""

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from nbmake.nb_run import NotebookRun

from domainlab.lab.offline import KERNEL_NAME
from rehearsal import rehearsed, solution_code, write_rehearsed

REFERENCE = "from domainlab.lab.checks import find_exercise\nanswer = find_exercise('00.1').reference"


def cell(source, *tags):
    make = new_markdown_cell if "solution" in tags else new_code_cell
    return make(source, metadata={"tags": list(tags)})


def exercise(stub="answer = None", check="answer = lab.check('00.1', answer)", solution=REFERENCE):
    return [
        cell("from domainlab import lab\nstarts = 1", "setup"),
        cell(stub, "exercise"),
        cell(check, "check"),
        cell(f"<details>\n\n```python\n{solution}\n```\n\n</details>", "solution"),
    ]


def run(folder, cells):
    path = folder / "notebooks" / "00_small.ipynb"
    path.parent.mkdir()
    nbformat.write(new_notebook(cells=cells), path)
    return NotebookRun(write_rehearsed(path, folder), 300, kernel=KERNEL_NAME).execute()


def test_an_exercise_is_rehearsed_right_after_its_check():
    cells = [*exercise(), cell("after = 1", "run")]
    copied = rehearsed(new_notebook(cells=cells))
    sources = [one.source for one in copied.cells]
    assert sources[:3] == [one.source for one in cells[:3]]
    shown = ["answer = None", "answer = lab.check('00.1', answer)"]
    assert sources[3].splitlines()[1] == f"rehearse('00.1', {shown!r}, {REFERENCE + chr(10)!r})"
    assert sources[4:] == [one.source for one in cells[3:]]


def test_the_original_is_not_changed():
    original = new_notebook(cells=exercise())
    before = nbformat.writes(original)
    rehearsed(original)
    assert nbformat.writes(original) == before


def test_each_check_gets_the_cells_since_the_last_one_and_its_own_solution():
    second = [cell("b = None", "exercise"), cell("b = lab.check('00.2', b)", "check")]
    second.append(cell("<details>\n\n```python\nb = 2\n```\n\n</details>", "solution"))
    notebook = new_notebook(cells=[*exercise(solution="answer = 1"), *second])
    assert solution_code(notebook, "00.1") == "answer = 1\n"
    assert solution_code(notebook, "00.2") == "b = 2\n"
    assert solution_code(notebook, "00.3") == ""
    calls = [one.source for one in rehearsed(notebook).cells if "rehearse(" in one.source]
    assert ["answer = None" in call for call in calls] == [True, False]
    assert ["b = None" in call for call in calls] == [False, True]


def test_a_sound_exercise_passes_and_the_next_cells_see_the_untouched_state(tmp_path):
    after = (
        "import os\n"
        "reference = find_exercise('00.1').reference\n"
        "os.path.basename(os.getcwd()), 'DOMAINLAB_ANSWERS' in os.environ, answer == reference, starts"
    )
    result = run(tmp_path, [*exercise(), cell(after, "run")])
    assert result.error is None
    assert result.nb.cells[-1].outputs[0].data["text/plain"] == "('notebooks', False, True, 1)"


@pytest.mark.parametrize(
    ("broken", "said"),
    [
        ({"solution": "answer = -1"}, "with the code of its solution"),
        ({"stub": REFERENCE}, "untouched"),
        ({"check": "lab.check('00.1', None)"}, "with the code of its solution"),
        ({"check": "answer = lab.check('00.1', answer)\nassert answer == 'none'"}, "AssertionError"),
    ],
    ids=["a solution that rots", "a stub that gives the answer", "a check of nothing", "a check that stops"],
)
def test_a_broken_exercise_is_noticed(tmp_path, broken, said):
    result = run(tmp_path, exercise(**broken))
    assert result.error is not None
    assert said in result.error.trace
