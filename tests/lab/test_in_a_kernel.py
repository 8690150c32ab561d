"""The lab in a real notebook kernel, the way our runner starts one."""

from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

ROOT = Path(__file__).resolve().parents[2]
SETUP = "from domainlab import lab\nimport pandas as pd"
FIGURE = """frame = pd.DataFrame({"arm": ["a"], "metric": ["m"], "mean": [1.0], "low": [0.5], "high": [1.5]})
lab.with_intervals(frame, title="One is one", alt="One bar.", ylabel="share")"""
QUESTIONS = """guess = lab.predict("00.a", "How much?", low=0, high=1)
lab.quiz("00")
lab.decision_table(["x"], key={"x": "RAG"});"""


def run_cells(*sources):
    cells = [nbformat.v4.new_code_cell(source) for source in sources]
    notebook = nbformat.v4.new_notebook(cells=cells)
    place = {"metadata": {"path": str(ROOT)}}
    # a minute to start, the default, is not enough on a machine whose cores are all training
    client = NotebookClient(notebook, timeout=600, startup_timeout=600, kernel_name="python3", resources=place)
    try:
        client.execute()
    except CellExecutionError as error:
        return notebook, error
    return notebook, None


@pytest.fixture(scope="module")
def notebook(tmp_path_factory):
    """One run of every kind of output, the last cell with a claim that fails."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DOMAINLAB_HEADLESS", "1")
        patch.setenv("DOMAINLAB_CLAIMS", str(tmp_path_factory.mktemp("claims")))
        failing = 'lab.claim("00.a", "One is two.", 1.0, ">=", 2.0, seeds=1, source="arithmetic")'
        return run_cells(SETUP, FIGURE, QUESTIONS, 'kept = lab.check("00.1", None)\nkept', failing)


def test_a_figure_is_shown_once_with_its_alt_text(notebook):
    (output,) = notebook[0].cells[1].outputs
    assert output.metadata["image/png"]["alt"] == "One bar."
    assert output.data["text/plain"] == "One bar."
    assert output.data["image/png"].startswith("iVBOR")


def test_headless_outputs_hold_no_widget_state(notebook):
    kinds = {kind for cell in notebook[0].cells for output in cell.outputs for kind in output.get("data", {})}
    assert kinds == {"image/png", "text/html", "text/plain"}


def test_an_untouched_exercise_goes_on(notebook):
    told, kept = notebook[0].cells[3].outputs
    assert "not attempted" in told.data["text/html"]
    assert kept.data["text/plain"].startswith("16.66")


def test_a_failing_claim_shows_its_verdict_and_stops_the_run(notebook):
    executed, error = notebook
    assert "✘ 00.a failed: One is two." in executed.cells[4].outputs[0].data["text/plain"]
    assert error.ename == "ClaimFailed"
