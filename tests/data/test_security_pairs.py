"""The corpus of vulnerable and fixed code: what every pair keeps, enough of them, and what is refused."""

import ast
import dataclasses
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest

from domainlab.data.read import write_jsonl
from domainlab.data.security_pairs import CodePair, check_pairs, code_pairs, read_pairs, run_behaviour
from domainlab.errors import DataError
from domainlab.settings import ROOT

TRAIN, HELD_OUT = code_pairs("train"), code_pairs("held_out")
PAIRS = TRAIN + HELD_OUT
PAIR = CodePair(
    id="a-0", cwe="CWE-95", group="a", split="train", vulnerable="def f(x):\n    return eval(x)\n",
    fixed="def f(x):\n    return int(x)\n", lines=(2,), behaviour="assert f('3') == 3\n",
)  # fmt: skip


def runs(pairs):
    """(id, version, what went wrong) of each behaviour that does not pass."""
    jobs = [(pair, version) for pair in pairs if pair.behaviour for version in ("vulnerable", "fixed")]
    with ThreadPoolExecutor(2) as threads:
        results = list(threads.map(lambda job: run_behaviour(getattr(*job), job[0].behaviour), jobs))
    return [(job[0].id, job[1], result) for job, result in zip(jobs, results, strict=True) if result]


def test_there_are_enough_pairs_of_enough_kinds():
    pairs = Counter(pair.cwe for pair in PAIRS)
    assert len(pairs) >= 25
    assert min(pairs.values()) >= 15
    groups = Counter(cwe for cwe, _ in {(pair.cwe, pair.group) for pair in PAIRS})
    assert min(groups.values()) >= 6
    assert sum(bool(pair.behaviour) for pair in PAIRS) >= 150
    assert {pair.cwe for pair in TRAIN} == {pair.cwe for pair in HELD_OUT}


def test_every_pair_is_valid_and_no_group_is_on_both_sides():
    check_pairs(PAIRS)
    assert not {pair.group for pair in TRAIN} & {pair.group for pair in HELD_OUT}
    assert not {pair.vulnerable for pair in PAIRS} & {pair.fixed for pair in PAIRS}


def test_no_code_stands_twice():
    texts = Counter(ast.dump(ast.parse(pair.vulnerable)) for pair in PAIRS)
    assert max(texts.values()) == 1


def test_no_marker_of_the_templates_is_left():
    for pair in PAIRS:
        for text in (pair.vulnerable, pair.fixed, pair.near_miss, pair.behaviour):
            assert "#{" not in text, pair.id
            assert "#}" not in text, pair.id
            assert "#!" not in text.replace("#!/", ""), pair.id
            assert "<noun>" not in text, pair.id


def test_one_behaviour_of_each_weakness_passes_on_both_versions():
    first = {pair.cwe: pair for pair in reversed(PAIRS) if pair.behaviour}
    assert len(first) >= 35
    assert runs(first.values()) == []


@pytest.mark.slow
def test_the_behaviour_of_each_pair_passes_on_both_versions():
    assert runs(PAIRS) == []


def test_a_behaviour_that_fails_says_why():
    assert run_behaviour(PAIR.vulnerable, PAIR.behaviour) == ""
    assert "AssertionError" in run_behaviour(PAIR.fixed, "assert f('3') == 4")
    assert "not finished after 0.5 s" in run_behaviour("", "while True: pass", time_limit=0.5)
    assert run_behaviour("", "raise SystemExit(3)") == "exit code 3"


def test_a_behaviour_runs_in_an_empty_folder():
    assert run_behaviour("", "import os; assert os.listdir('.') == ['behaviour_run.py'], os.listdir('.')") == ""


def test_the_files_read_back():
    folder = ROOT / "data" / "security"
    assert read_pairs(folder / "pairs_train.jsonl", folder / "pairs_held_out.jsonl") == PAIRS


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"vulnerable": "def f(:"}, "a-0: the vulnerable code does not parse"),
        ({"behaviour": "assert ("}, "a-0: the behaviour code does not parse"),
        ({"near_miss": "x = = 1"}, "a-0: the near_miss code does not parse"),
        ({"fixed": "def f(x): return eval(x)  # the same"}, "a pair must differ"),
        ({"lines": (3,)}, "must be 1 to 2"),
        ({"lines": ()}, "must be 1 to 2"),
        ({"split": "test"}, "got 'test'"),
    ],
)
def test_refuses_a_wrong_pair(change, reason):
    with pytest.raises(DataError, match=reason):
        check_pairs([dataclasses.replace(PAIR, **change)])


def test_refuses_a_group_on_both_sides(tmp_path):
    write_jsonl(tmp_path / "train.jsonl", [PAIR])
    write_jsonl(tmp_path / "held_out.jsonl", [dataclasses.replace(PAIR, id="a-1", split="held_out")])
    assert read_pairs(tmp_path / "train.jsonl") == [PAIR]
    with pytest.raises(DataError, match="'a' is on both sides"):
        read_pairs(tmp_path / "train.jsonl", tmp_path / "held_out.jsonl")
