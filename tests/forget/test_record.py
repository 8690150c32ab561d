"""The record: whole, made from this code, data and model, resumable; and what its table says, by hand."""

import json
from collections import Counter

import numpy as np
import pandas as pd
import pytest

from domainlab.errors import ConfigError, DataError
from domainlab.forget import record as module
from domainlab.forget.arms import Task, Training, measure_arm, medical_task, train_once
from domainlab.forget.cures import ARMS, SCHEDULES
from domainlab.forget.read_record import beside_record, read_record, record_table, what_changed
from domainlab.forget.record import RECORD, bare_code, digests, run_all, text_digest
from domainlab.forget.replay import mix_replay
from domainlab.forget.suites import Probe, Suite
from domainlab.models import load_base
from domainlab.records import Example
from domainlab.testing import save_tiny_checkpoint


def run(sums, reading, medical, kl, tokens, seconds=1.0):
    scores = {"sums": sums, "reading": reading, "medical": medical}
    return {"scores": scores, "kl": kl, "tokens": tokens, "seconds": seconds}


FULL = [run("0000", "1100", "1111", 1.0, 10), run("1000", "1110", "1111", 3.0, 10, 3.0)]
ROUTED = [run("1111", "1110", "1110", None, 30)] * 2
SMALL = {
    "made_from": {"code": "c", "data": "d", "model": "m"}, "seeds": [0, 1], "domain": "medical",
    "chance": {"sums": 0.0, "reading": 0.5, "medical": 0.0},
    "base": {"sums": "1111", "reading": "1110", "medical": "0000"},
    "arms": [
        {"name": "full", "family": "none", "runs": FULL},
        {"name": "routed", "family": "adapter", "runs": ROUTED},
    ],
}  # fmt: skip
CURES = ("EWC", "EWC, empirical", "L2-SP", "KL to base", "low rate, early stop", "own answers 20 %", "LoRA, half scale")


def test_the_record_belongs_to_this_code_data_and_model():
    record = read_record(RECORD)
    assert what_changed(record, digests(medical_task())) == [], "run: python -m domainlab.forget.record"


def test_the_record_holds_every_arm_with_at_least_three_seeds_and_names_machine_and_date():
    record = read_record(RECORD)
    assert [arm["name"] for arm in record["arms"]] == [arm.name for arm in ARMS]
    assert len(record["seeds"]) >= 3
    assert all(len(arm["runs"]) == len(record["seeds"]) for arm in record["arms"])
    assert record["machine"]
    assert record["date"]
    assert record["minutes"] < 90


def test_table_by_hand():
    table = record_table(SMALL).set_index("arm")
    # sums: (1/8 - 0) / 1; reading: (5/8 - 1/2) / (3/4 - 1/2) = 1/2
    assert table.loc["full", "kept"] == pytest.approx((0.125 + 0.5) / 2)
    assert table.loc["full", ["gain", "kl", "seconds"]].tolist() == [100, 2, 2]
    assert table.loc["routed", "kept"] == 1
    assert table.loc["routed", "gain"] == 75
    assert np.isnan(table.loc["routed", "kl"])
    assert table["frontier"].all()
    for axis in ("gain", "kept"):
        assert (table[f"{axis}_low"] <= table[axis]).all()
        assert (table[axis] <= table[f"{axis}_high"]).all()


def test_a_live_arm_outside_its_interval_is_found():
    table = record_table(SMALL)
    live = table[["arm", "gain", "kept"]]
    assert beside_record(live, table)["inside"].all()
    moved = live.assign(kept=[0.99, 1.0])
    assert beside_record(moved, table)["inside"].tolist() == [False, True]
    with pytest.raises(DataError, match="no arm 'other'"):
        beside_record(pd.DataFrame([{"arm": "other", "gain": 1.0, "kept": 1.0}]), table)


def test_another_digest_makes_the_record_stale():
    assert what_changed(SMALL, {"code": "c", "data": "x", "model": "m"}) == ["data"]


def test_words_do_not_make_it_stale_and_deeds_do():
    plain = "def f(x):\n    return x + 1\n"
    told = '"""What it is."""\n\n\ndef f(x):\n    """Add."""  # one\n    return (x + 1)\n'
    assert bare_code(plain) == bare_code(told)
    assert bare_code(plain) != bare_code(plain.replace("+ 1", "+ 2"))


def test_a_missing_or_cut_record_is_refused(tmp_path):
    with pytest.raises(DataError, match="make it with"):
        read_record(tmp_path / "none.json")
    (tmp_path / "cut.json").write_text('{"arms": [')
    with pytest.raises(DataError, match="no record of cures"):
        read_record(tmp_path / "cut.json")


def test_finished_trainings_are_read_and_not_done_again(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "PARTS", tmp_path)
    monkeypatch.setattr(module, "run_training", None)  # nothing to call: calling it would fail
    arms = [arm for arm in ARMS if arm.training == Training()]
    name = text_digest(f"stamp {Training()} 0 {arms}")[:24]
    (tmp_path / f"{name}.json").write_text(json.dumps({arm.name: {"tokens": 1} for arm in arms}))
    assert run_all(arms, [0], "stamp", jobs=1) == {(arm.name, 0): {"tokens": 1} for arm in arms}


def test_arms_have_different_names_and_schedules_the_budget_of_their_constant():
    assert max(Counter(arm.name for arm in ARMS).values()) == 1
    task = medical_task()
    counts = {
        arm.name: Counter(e.domain for e in mix_replay(task.examples, task.pool, ratio=arm.training.replay, passes=12))
        for arm in (*SCHEDULES, next(arm for arm in ARMS if arm.name == "replay 20 %"))
    }
    assert len({count["medical"] for count in counts.values()}) == 1
    assert np.ptp([count["general"] for count in counts.values()]) <= 1


def small_task():
    def example(kind, n):
        return Example(id=f"{kind}{n}", prompt=f"{kind} {n}?", response=f"B{n % 3}", domain=kind, group=str(n))

    def suite(name, prompts):
        return Suite(
            name=name,
            probes=tuple(Probe(id=p, prompt=p, answers=("B1",), chance=0.0) for p in prompts),
            max_new_tokens=3,
        )

    old = tuple(example("ward", n) for n in range(12))
    return Task(
        name="bed", examples=tuple(example("bed", n) for n in range(6)), validation=(example("bed", 7),), pool=old,
        domain=suite("bed", ["bed 1?"]), general=(suite("ward", ["ward 13?"]),),
    )  # fmt: skip


@pytest.mark.parametrize("arm", [arm for arm in ARMS if arm.name in CURES], ids=lambda arm: arm.name)
def test_every_kind_of_cure_trains_and_is_measured(tmp_path, arm):
    base = save_tiny_checkpoint(tmp_path / "base")
    model, tokenizer, cost = train_once(lambda: load_base(base), small_task(), arm.training, 0)
    found = measure_arm(arm, model, tokenizer, cost["anchor"], small_task(), load_base(base)[0])
    assert {suite: len(scores) for suite, scores in found["scores"].items()} == {"ward": 1, "bed": 1}
    assert found["kl"] > 0
    assert cost["steps"] > 0


def test_a_penalty_without_strength_is_refused():
    for wrong in ({"penalty": "ewc"}, {"strength": 1.0}, {"penalty": "magic", "strength": 1.0}):
        with pytest.raises(ConfigError, match="strength above 0"):
            Training(**wrong)
