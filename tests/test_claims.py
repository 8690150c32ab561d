"""That claims can fail: every breakage names cells and claims that exist, and one that breaks nothing is found out."""

import nbformat
import pytest
from nbmake.nb_run import NotebookRun

from breaking import BREAKS, breaking_cell
from domainlab.lab.offline import KERNEL_NAME
from domainlab.settings import ROOT
from notebook_rules.lesson import read_lesson

LESSONS = [read_lesson(path) for path in sorted((ROOT / "notebooks").glob("*.ipynb"))]


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.path.stem)
def test_every_breakage_names_a_claim_and_cells_of_its_notebook(lesson):
    sources = {cell.id: cell.source for cell in lesson.code}
    for broken in BREAKS[lesson.id]:
        assert set(broken.rerun) <= set(sources)
        assert broken.claim in sources[broken.rerun[-1]]


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.path.stem)
def test_nearly_every_claim_is_broken_once(lesson):
    unbroken = set(lesson.claim_ids) - {broken.claim for broken in BREAKS[lesson.id]}
    assert len(unbroken) <= 1, f"no test breaks {sorted(unbroken)}"


@pytest.mark.parametrize(("sabotage", "found_out"), [("kept = 0.1", False), ("kept = 0.99", True)])
def test_a_breakage_that_breaks_nothing_is_found_out(tmp_path, monkeypatch, sabotage, found_out):
    claim = 'from domainlab import lab\nlab.claim("98.a", "It holds.", kept, ">=", 0.95, seeds=1, source="this test")'
    new = nbformat.v4.new_code_cell
    monkeypatch.setitem(BREAKS, "98", ())
    notebook = nbformat.v4.new_notebook(
        cells=[new("kept = 0.98", id="measure"), new(claim, id="claim")], metadata={"domainlab": {"id": "98"}}
    )
    broken = f"breaking.Break(claim='98.a', sabotage={sabotage!r}, rerun=('claim',))"
    add = f"import breaking\nbreaking.BREAKS['98'] = ({broken},)"
    path = f"import sys\nsys.path.append({str(ROOT / 'tests')!r})\n"
    notebook.cells.append(new(path + add + "\n" + breaking_cell(notebook)))
    file = tmp_path / "98_test.ipynb"
    nbformat.write(notebook, file)
    error = NotebookRun(file, 60, kernel=KERNEL_NAME).execute().error
    assert (error is not None) == found_out, error and error.trace
    if found_out:
        assert "still holds" in error.summary or "still holds" in error.trace
