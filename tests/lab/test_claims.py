import math
import re

import numpy as np
import pytest

from domainlab.errors import ConfigError, DomainlabError
from domainlab.lab.claims import ClaimFailed, claim, fulfils, machine_name
from domainlab.lab.ledger import read_ledger

SAID = "Replay keeps 95 % of the general skills."


def state(measured, relation=">=", threshold=0.95, **settings):
    claim("05.b", SAID, measured, relation, threshold, **{"seeds": 3, "source": "this notebook", **settings})


def test_a_claim_that_holds_is_written_and_shown_in_one_line(ledger, capsys):
    state(0.97, interval=(0.96, 0.98))
    row = read_ledger().iloc[0]
    assert (row.notebook, row.claim_id, row.status, row.measured, row.low) == (
        "05",
        "05.b",
        "held",
        0.97,
        0.96,
    )
    assert row.settled
    assert row.machine == machine_name()
    assert (
        capsys.readouterr().out
        == f"✔ 05.b held: {SAID} Measured 0.97 [0.96, 0.98], asked >= 0.95, 3 seeds.\n"
    )


def test_a_claim_that_breaks_is_written_shown_and_raises(ledger, capsys):
    with pytest.raises(ClaimFailed, match=r"05.b failed: .* Measured 0.9, asked >= 0.95"):
        state(0.9)
    assert read_ledger()["status"].tolist() == ["failed"]
    assert "failed" in capsys.readouterr().out


def test_claim_failed_is_ours_and_an_assertion():
    assert issubclass(ClaimFailed, DomainlabError)
    assert issubclass(ClaimFailed, AssertionError)


@pytest.mark.parametrize("measured", [0.9, 0.99])
def test_at_another_scale_nothing_is_enforced(ledger, monkeypatch, capsys, measured):
    monkeypatch.setenv("DOMAINLAB_SCALE", "small")
    state(measured)
    assert read_ledger()[["scale", "status"]].to_numpy().tolist() == [["small", "not measured"]]
    assert "not measured at this scale (small)" in capsys.readouterr().out


def test_a_claim_measured_at_two_scales_is_enforced_at_both(ledger, monkeypatch):
    monkeypatch.setenv("DOMAINLAB_SCALE", "small")
    with pytest.raises(ClaimFailed):
        state(0.9, scales=("tiny", "small"))


@pytest.mark.parametrize(
    ("relation", "below", "equal", "above"),
    [
        (">=", False, True, True),
        (">", False, False, True),
        ("<=", True, True, False),
        ("<", True, False, False),
        ("==", False, True, False),
    ],
)
def test_relations(relation, below, equal, above):
    assert [fulfils(value, relation, 1.0, 0.0) for value in (0.5, 1.0, 1.5)] == [below, equal, above]


@pytest.mark.parametrize("relation", [">=", ">", "<=", "<"])
def test_a_margin_asks_for_more_never_for_less(relation):
    values = np.linspace(-1, 3, 81)
    strict = {value for value in values if fulfils(value, relation, 1.0, 0.25)}
    assert strict < {value for value in values if fulfils(value, relation, 1.0, 0.0)}


def test_margin_of_equality_is_a_tolerance(ledger):
    state(0.96, "==", 0.95, margin=0.02)
    with pytest.raises(ClaimFailed):
        state(0.98, "==", 0.95, margin=0.02)


def test_an_interval_across_the_threshold_is_said(ledger, capsys):
    state(0.96, interval=(0.9, 0.99))
    assert "The interval reaches past the threshold." in capsys.readouterr().out
    assert not read_ledger()["settled"].iloc[0]


def test_a_contradicted_sentence_is_named(ledger, capsys):
    state(0.97, contradicts="A third of the mix must be replay.")
    assert "Contradicted: A third of the mix must be replay." in capsys.readouterr().out


def test_numpy_numbers_are_numbers(ledger):
    state(np.float32(0.97))
    state(np.mean([0.96, 0.98]))
    assert read_ledger()["status"].tolist() == ["held"]


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"measured": math.nan}, "measured must be a finite number"),
        ({"measured": None}, "measured must be a finite number"),
        ({"measured": 0.97, "threshold": math.inf}, "threshold must be a finite number"),
        ({"measured": 0.97, "relation": "=>"}, "relation must be one of >=, >, <=, <, =="),
        ({"measured": 0.97, "margin": -0.1}, "margin must not be negative"),
        ({"measured": 0.97, "interval": (0.98, 0.96)}, "interval must be"),
        ({"measured": 0.97, "interval": (math.nan, 1.0)}, "interval must be"),
        ({"measured": 0.97, "seeds": 0}, "seeds is how many"),
        ({"measured": 0.97, "seeds": (0, 1, 2)}, "seeds is how many"),
        ({"measured": 0.97, "source": " "}, "sentence and source"),
        ({"measured": 0.97, "scales": "tiny"}, "as a tuple"),
        ({"measured": 0.97, "scales": ("huge",)}, "scales are some of"),
    ],
)
def test_a_wrong_claim_is_refused_and_not_written(ledger, settings, words):
    with pytest.raises(ConfigError, match=re.escape(words)):
        state(**settings)
    assert not ledger.exists()


@pytest.mark.parametrize("claim_id", ["5.b", "05", "05.B", "05.bb", "../x"])
def test_a_wrong_id_is_refused(ledger, claim_id):
    with pytest.raises(ConfigError, match=r'like "05\.b"'):
        claim(claim_id, SAID, 1.0, ">=", 0.0, seeds=1, source="x")
