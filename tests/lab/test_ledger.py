import subprocess
import sys
from dataclasses import asdict, replace
from pathlib import Path

import pytest

from domainlab.errors import DataError
from domainlab.lab.ledger import (
    COLUMNS,
    Claim,
    append_claim,
    append_line,
    asked_words,
    begin_run,
    count_words,
    ledger_table,
    read_ledger,
)

ROOT = Path(__file__).resolve().parents[2]
CLAIM = Claim(
    notebook="05", claim_id="05.b", sentence="Replay keeps 95 %.", measured=0.97, relation=">=",
    threshold=0.95, margin=0.0, low=0.96, high=0.98, seeds=3, source="this notebook", contradicts="",
    scale="tiny", status="held", settled=True, machine="Linux x86_64, 2 cores", date="2026-01-02",
)  # fmt: skip


def test_what_is_written_is_read(ledger):
    append_claim(CLAIM)
    assert read_ledger().to_dict("records") == [asdict(CLAIM)]


def test_rows_of_several_notebooks_come_in_order(ledger):
    for claim_id in ("05.b", "01.a", "05.a"):
        append_claim(replace(CLAIM, claim_id=claim_id, notebook=claim_id[:2]))
    assert read_ledger()["claim_id"].tolist() == ["01.a", "05.a", "05.b"]
    assert sorted(path.name for path in ledger.glob("*.jsonl")) == ["01.jsonl", "05.jsonl"]


def test_the_last_row_of_a_claim_counts_and_nothing_is_erased(ledger):
    append_claim(CLAIM)
    append_claim(replace(CLAIM, measured=0.5, status="failed"))
    assert read_ledger()["status"].tolist() == ["failed"]
    assert len((ledger / "05.jsonl").read_text().splitlines()) == 2


def test_a_new_run_ends_the_rows_of_its_scale_only(ledger):
    append_claim(CLAIM)
    append_claim(replace(CLAIM, scale="small"))
    begin_run("05", "tiny")
    assert read_ledger()["scale"].tolist() == ["small"]


def test_a_line_cut_by_a_crash_is_skipped_with_a_warning(ledger):
    append_claim(CLAIM)
    path = ledger / "05.jsonl"
    path.write_bytes(path.read_bytes() + b'{"notebook": "05", "claim_id": "05.c", "mea')
    with pytest.warns(UserWarning, match=r"05.jsonl line 2 is not a whole claim"):
        assert read_ledger()["claim_id"].tolist() == ["05.b"]


def test_the_line_after_a_cut_one_is_whole(ledger):
    append_claim(CLAIM)
    path = ledger / "05.jsonl"
    path.write_bytes(path.read_bytes()[:-20])
    append_claim(replace(CLAIM, claim_id="05.c"))
    with pytest.warns(UserWarning, match="line 1"):
        assert read_ledger()["claim_id"].tolist() == ["05.c"]


def test_a_row_with_other_columns_is_skipped_with_a_warning(ledger):
    append_line(ledger / "05.jsonl", {"claim_id": "05.b", "measured": 1.0})
    with pytest.warns(UserWarning, match="line 1"):
        assert read_ledger().empty


def test_processes_that_write_at_once_do_not_mix_their_lines(ledger):
    code = (
        "import sys; from pathlib import Path; from domainlab.lab.ledger import append_line\n"
        "for number in range(200): append_line(Path(sys.argv[1]), {'writer': sys.argv[2], 'text': 'x' * 300})"
    )
    path = ledger / "raw.jsonl"
    writers = [subprocess.Popen([sys.executable, "-c", code, str(path), name], cwd=ROOT) for name in "ab"]
    assert [writer.wait() for writer in writers] == [0, 0]
    lines = path.read_text().splitlines()
    assert len(lines) == 400
    assert {len(line) for line in lines} == {len(lines[0])}


def test_no_folder_means_no_notebook_has_run(ledger):
    with pytest.raises(DataError, match="run a notebook first"):
        read_ledger()


def test_an_empty_ledger_still_has_its_columns(ledger):
    begin_run("05", "tiny")
    frame = read_ledger()
    assert tuple(frame.columns) == COLUMNS
    assert count_words(frame).startswith("0 claims")
    assert ledger_table(frame).count("\n") == 1


def test_missing_interval_survives_the_round_trip(ledger):
    append_claim(replace(CLAIM, low=None, high=None))
    assert read_ledger()["low"].isna().all()
    assert "0.97 " in ledger_table(read_ledger())


def test_table_shows_verdict_numbers_contradiction_and_doubt(ledger):
    append_claim(replace(CLAIM, contradicts="Ten percent replay is needed.", low=0.94, settled=False))
    append_claim(replace(CLAIM, claim_id="05.c", status="failed", contradicts="Decay prevents forgetting."))
    table = ledger_table(read_ledger())
    assert "05.b   held          0.97 [0.94, 0.98]           >= 0.95             3      tiny" in table
    assert " contradicted: Ten percent replay is needed." in table
    assert "the interval reaches past the threshold" in table
    assert "to contradict: Decay prevents forgetting." in table
    assert table.endswith(
        "2 claims: 1 held, 1 failed, 0 not measured. Sentences of the literature contradicted: 1."
    )


@pytest.mark.parametrize(
    ("relation", "margin", "words"),
    [(">", 0.0, "> 0.9"), ("<=", 0.1, "<= 0.9 - 0.1"), ("==", 0.1, "== 0.9 ± 0.1")],
)
def test_asked_words_show_the_margin(relation, margin, words):
    assert asked_words(relation, 0.9, margin) == words
