"""Committed outputs do not differ between machines, and say which code they came from."""

from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from domainlab.lab.outputs import code_digest, stable_outputs, stable_text
from domainlab.settings import ROOT


def executed(*outputs, tags=(), source="1 + 1"):
    metadata = {"tags": list(tags), "execution": {"iopub.status.idle": "2020-01-01T00:00:00Z"}}
    cell = new_code_cell(source, id="sum", outputs=list(outputs), execution_count=1, metadata=metadata)
    notebook = new_notebook(cells=[new_markdown_cell("# Sum", id="title"), cell])
    notebook.metadata["language_info"] = {"name": "python", "version": "3.11.7"}
    notebook.metadata["widgets"] = {"state": {}}
    return notebook


def kept(*outputs, **changes):
    return stable_outputs(executed(*outputs, **changes)).cells[1].outputs


def test_results_stay():
    result = new_output("execute_result", {"text/plain": "2", "text/html": "<b>2</b>"}, execution_count=1)
    assert kept(new_output("stream", text="two\n"), result) == [new_output("stream", text="two\n"), result]


def test_progress_warnings_and_widgets_go():
    view = {"application/vnd.jupyter.widget-view+json": {"model_id": "1"}, "text/plain": "HBox()"}
    assert kept(new_output("stream", name="stderr", text="50%"), new_output("display_data", view)) == []


def test_timings_versions_and_widget_state_go():
    notebook = stable_outputs(executed())
    assert "execution" not in notebook.cells[1].metadata
    assert "widgets" not in notebook.metadata
    assert notebook.metadata.language_info == {"name": "python"}


def test_a_cell_tagged_timing_commits_nothing():
    assert kept(new_output("stream", text="1234 tokens/s"), tags=["timing"]) == []


def test_paths_and_addresses_go_from_every_text_but_not_from_pictures():
    shown = f"{ROOT / 'data' / 'base-model'} {Path.home() / 'x'} <object at 0x7F00aa>"
    data = {"text/plain": shown, "text/html": shown, "image/png": "at 0x7F00aa"}
    output = kept(new_output("display_data", data))[0]
    assert output.data["text/plain"] == output.data["text/html"] == "data/base-model ~/x <object>"
    assert output.data["image/png"] == "at 0x7F00aa"
    assert stable_text(str(ROOT)) == "."


def test_cleaning_changes_a_copy_and_cleaning_twice_changes_nothing_more():
    original = executed(new_output("stream", text=f"{ROOT}/data"))
    before = nbformat.writes(original)
    once = stable_outputs(original)
    assert nbformat.writes(original) == before
    assert stable_outputs(once) == once


@pytest.mark.parametrize(("source", "same"), [("1 + 1", True), ("1 + 2", False), ("1 +  1", False)])
def test_the_digest_follows_the_code_and_nothing_else(source, same):
    changed = executed(new_output("stream", text="other"), source=source, tags=["run"])
    changed.cells[0].source = "# Another text"
    assert (code_digest(changed) == code_digest(executed())) == same


def test_moving_code_from_one_cell_to_the_next_changes_the_digest():
    one = new_notebook(cells=[new_code_cell("ab"), new_code_cell("c")])
    two = new_notebook(cells=[new_code_cell("a"), new_code_cell("bc")])
    assert code_digest(one) != code_digest(two)
