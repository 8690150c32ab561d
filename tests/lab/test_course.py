"""The course runner on a small course: two good notebooks, and others that each fail in their own way."""

import contextlib
import io
import json

import nbformat
import pandas as pd
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from domainlab.errors import ConfigError
from domainlab.lab import course
from domainlab.lab.course import count_claims, first_line, kernel_for, main, replace_file, run_course
from domainlab.lab.ledger import read_ledger
from domainlab.lab.outputs import DIGEST, code_digest
from domainlab.settings import SCALES

CLAIM = (
    "from domainlab.lab.claims import claim\n"
    "claim('{}', 'It holds.', {}, '>=', 1, seeds=3, source='this test')"
)
NOTEBOOKS = {
    "00_good": [CLAIM.format("00.a", 2), "import os\nprint(os.getcwd())", "2 * 21"],
    "01_claim_fails": [CLAIM.format("01.a", 2), CLAIM.format("01.b", 0.5), "never = 1"],
    "02_crashes": ["1 / 0"],
    "03_leaves": ["import socket\nsocket.create_connection(('192.0.2.1', 80))"],
    "04_dies": ["import os\nos._exit(1)"],
    "05_hangs": ["import time\ntime.sleep(60)"],
    "07_good_too": [CLAIM.format("07.a", 1)],
}
UNREADABLE = "06_unreadable"


def write_course(folder):
    folder.mkdir()
    (folder / "next.svg").write_text("<svg xmlns='http://www.w3.org/2000/svg'></svg>")
    for name, sources in NOTEBOOKS.items():
        told = "Then [the next](07_good_too.ipynb#End). ![a picture](next.svg)"
        cells = [new_markdown_cell(told, id="title")]
        cells += [new_code_cell(source, id=f"cell-{place}") for place, source in enumerate(sources)]
        limit = 3 if "hangs" in name else 300
        notebook = new_notebook(cells=cells, metadata={"execution": {"timeout": limit}})
        nbformat.write(notebook, folder / f"{name}.ipynb")
    (folder / f"{UNREADABLE}.ipynb").write_text("{")


@pytest.fixture(scope="module")
def ran(tmp_path_factory):
    """One run of the whole course: notebooks folder, their texts before, build folder, output, verdict."""
    folder = tmp_path_factory.mktemp("course")
    write_course(folder / "notebooks")
    before = {path.stem: path.read_text() for path in (folder / "notebooks").glob("*.ipynb")}
    (folder / "build" / "claims").mkdir(parents=True)
    (folder / "build" / "claims" / "99.jsonl").write_text("of an earlier run")
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        passed = run_course(folder / "notebooks", folder / "build", SCALES["tiny"], update=True)
    return folder / "notebooks", before, folder / "build", printed.getvalue(), passed


def line_of(printed, name):
    lines = printed.splitlines()
    at = next(place for place, line in enumerate(lines) if line.startswith(name))
    return lines[at], lines[at + 1]


def test_one_failure_fails_the_course_but_not_the_other_notebooks(ran):
    _, _, _, printed, passed = ran
    assert passed is False
    assert "passed" in line_of(printed, "00_good")[0]
    assert "passed" in line_of(printed, "07_good_too")[0]
    assert "2 of 8 notebooks passed" in printed


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("01_claim_fails", "cell cell-1: ClaimFailed:"),
        ("02_crashes", "cell cell-0: ZeroDivisionError: division by zero"),
        ("03_leaves", "cell cell-0: NetworkBlockedError: the network is blocked here"),
        ("04_dies", "cell cell-0: the kernel died"),
        ("05_hangs", "cell cell-0: still running after 3 s"),
    ],
)
def test_a_failure_names_the_cell_and_the_error(ran, name, said):
    line, below = line_of(ran[3], name)
    assert "FAILED" in line
    assert said in below


def test_a_notebook_that_is_no_notebook_is_named(ran):
    assert "FAILED  it cannot be read" in line_of(ran[3], UNREADABLE)[0]


def test_each_line_counts_the_claims_of_its_notebook(ran):
    assert "claims: 1 held, 0 failed" in line_of(ran[3], "00_good")[0]
    assert "claims: 1 held, 1 failed" in line_of(ran[3], "01_claim_fails")[0]


def test_the_ledger_is_this_run_s_alone(ran):
    _, _, build, printed, _ = ran
    frame = read_ledger(build / "claims")
    assert list(frame["claim_id"]) == ["00.a", "01.a", "01.b", "07.a"]
    assert not (build / "claims" / "99.jsonl").exists()
    assert "4 claims: 3 held, 1 failed" in printed
    assert "01.b" in (build / "claims.html").read_text()


def test_every_notebook_that_ran_has_a_page_that_stands_alone(ran):
    build = ran[2]
    assert {path.stem for path in build.glob("[0-9]*.html")} == set(NOTEBOOKS)
    page = (build / "00_good.html").read_text()
    assert 'href="07_good_too.html#End"' in page
    assert "data:image/svg+xml;base64" in page
    assert "ZeroDivisionError" in (build / "02_crashes.html").read_text()


def test_nothing_half_written_stays(ran):
    notebooks, _, build, _, _ = ran
    assert not [*notebooks.glob("*.part"), *build.glob("*.part")]


def test_update_writes_the_outputs_of_what_passed_and_only_that(ran):
    notebooks, before, _, _, _ = ran
    changed = {path.stem for path in notebooks.glob("*.ipynb") if path.read_text() != before[path.stem]}
    assert changed == {"00_good", "07_good_too"}
    good = nbformat.read(notebooks / "00_good.ipynb", as_version=4)
    assert good.metadata.domainlab[DIGEST] == code_digest(good)
    assert good.cells[3].outputs[0].data["text/plain"] == "42"
    assert [cell.id for cell in good.cells] == ["title", "cell-0", "cell-1", "cell-2"]


def test_a_notebook_works_in_its_own_folder(ran):
    notebooks = ran[0]
    good = nbformat.read(notebooks / "00_good.ipynb", as_version=4)
    assert good.cells[2].outputs[0].text.strip() == str(notebooks)


def test_a_second_run_writes_the_same_notebook_again(ran, tmp_path):
    notebooks = ran[0]
    alone = tmp_path / "notebooks"
    alone.mkdir()
    text = (notebooks / "07_good_too.ipynb").read_text()
    (alone / "07_good_too.ipynb").write_text(text)
    (alone / "next.svg").write_text("<svg xmlns='http://www.w3.org/2000/svg'></svg>")
    assert run_course(alone, tmp_path / "build", SCALES["tiny"], update=True)
    assert json.loads((alone / "07_good_too.ipynb").read_text()) == json.loads(text)


def test_a_course_without_notebooks_is_refused(tmp_path):
    with pytest.raises(ConfigError, match="no notebooks"):
        run_course(tmp_path, tmp_path / "build", SCALES["tiny"], update=False)


def test_only_models_from_the_hub_get_a_kernel_with_network():
    assert kernel_for(SCALES["tiny"]).kernel_name == "offline"
    assert kernel_for(SCALES["tiny"]).kernel_spec.env["HF_HUB_OFFLINE"] == "1"
    assert kernel_for(SCALES["small"]).kernel_name == "python3"
    assert kernel_for(SCALES["small"]).kernel_spec.env == {}


def test_the_command_says_what_is_wrong_before_it_begins(monkeypatch, capsys):
    monkeypatch.setenv("DOMAINLAB_SCALE", "huge")
    assert main([]) == 2
    assert "DOMAINLAB_SCALE must be one of" in capsys.readouterr().err


@pytest.mark.parametrize(("passed", "code"), [(True, 0), (False, 1)])
def test_the_exit_code_follows_the_verdict(monkeypatch, passed, code):
    monkeypatch.setattr(course, "run_course", lambda *folders, update: passed)
    assert main([]) == code


def test_a_file_is_replaced_whole_or_not_at_all(tmp_path):
    path = tmp_path / "page.html"
    path.write_text("old")
    with pytest.raises(UnicodeEncodeError):
        replace_file(path, "new \ud800")
    assert path.read_text() == "old"
    replace_file(path, "new")
    assert path.read_text() == "new"


def test_words():
    frame = pd.DataFrame({"notebook": ["01", "01", "02"], "status": ["held", "not measured", "failed"]})
    assert count_claims(frame, "01") == "claims: 1 held, 0 failed, 1 not measured at this scale"
    assert count_claims(frame, "09") == "claims: 0 held, 0 failed"
    assert first_line("\n first\nsecond") == "first"
    assert first_line("") == "no message"
