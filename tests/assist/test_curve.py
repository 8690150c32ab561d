"""The learning curve of the note writer: the record belongs to this code and model, and holds what it says."""

import json

import pytest

from domainlab.assist.curve import ASKED, PROBES, RECORD, SCALE, SIZES, curve_table, digests
from domainlab.errors import DataError


@pytest.fixture(scope="module")
def record():
    return json.loads(RECORD.read_text(encoding="utf-8"))


def test_the_record_belongs_to_this_data_and_model(record):
    assert record["made_from"] == digests(), "run: python -m domainlab.assist.curve"


def test_every_size_has_every_seed_chart_and_probe(record):
    assert [(run["seed"], run["size"]) for run in record["runs"]] == [(s, n) for s in SCALE.seeds for n in SIZES]
    assert all(len(run["notes"]) == ASKED and len(run["general"]) == 2 * PROBES for run in record["runs"])
    assert all(0 <= score <= 1 for run in record["runs"] for score in run["notes"])
    assert record["machine"]
    assert record["date"]


def test_every_size_was_shown_as_much(record):
    tokens = [run["tokens"] for run in record["runs"]]
    assert max(tokens) < 1.1 * min(tokens)


def test_table_by_hand(tmp_path):
    runs = [{"size": 50, "notes": [1.0, 0.5], "general": [0, 1]}, {"size": 50, "notes": [0.5, 0.0], "general": [0, 0]}]
    (tmp_path / "curve.json").write_text(json.dumps({"runs": runs}))
    table = curve_table(tmp_path / "curve.json").set_index("arm")
    assert table["examples"].tolist() == [50, 50]
    assert table["mean"].tolist() == [0.5, 0.25]
    with pytest.raises(DataError, match="is no learning curve"):
        curve_table(tmp_path / "none.json")
