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


def runs(jobs):
    """What `run_behaviour` says to each (code, statements)."""
    with ThreadPoolExecutor(2) as threads:
        return list(threads.map(lambda job: run_behaviour(*job), jobs))


def broken(pairs):
    """Ids and results of the versions that do not pass the behaviour of their pair."""
    jobs = {(p.id, code): (code, p.behaviour) for p in pairs if p.behaviour for code in (p.vulnerable, p.fixed)}
    return [(key[0], result) for key, result in zip(jobs, runs(jobs.values()), strict=True) if result]


def confused(pairs):
    """Ids of the pairs whose security test the fixed version fails or the vulnerable one passes."""
    tested = [pair for pair in pairs if pair.security_test]
    vulnerable = runs([(pair.vulnerable, pair.security_test) for pair in tested])
    fixed = runs([(pair.fixed, pair.security_test) for pair in tested])
    rows = zip(tested, vulnerable, fixed, strict=True)
    return [(pair.id, bad, good) for pair, bad, good in rows if good or not bad]


def test_there_are_enough_pairs_of_enough_kinds():
    pairs = Counter(pair.cwe for pair in PAIRS)
    assert len(pairs) >= 25
    assert min(pairs.values()) >= 15
    groups = Counter(cwe for cwe, _ in {(pair.cwe, pair.group) for pair in PAIRS})
    assert min(groups.values()) >= 6
    assert sum(bool(pair.behaviour) for pair in PAIRS) >= 150
    assert sum(bool(pair.security_test) for pair in PAIRS) >= 150
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
        for text in (pair.vulnerable, pair.fixed, pair.near_miss, pair.behaviour, pair.security_test):
            assert "#{" not in text, pair.id
            assert "#}" not in text, pair.id
            assert "#!" not in text.replace("#!/", ""), pair.id
            assert "<noun>" not in text, pair.id


def test_one_behaviour_of_each_weakness_passes_on_both_versions():
    first = {pair.cwe: pair for pair in reversed(PAIRS) if pair.behaviour}
    assert len(first) >= 35
    assert broken(first.values()) == []


def test_one_security_test_of_each_weakness_tells_the_versions_apart():
    first = {pair.cwe: pair for pair in reversed(PAIRS) if pair.security_test}
    assert len(first) >= 30
    assert confused(first.values()) == []


@pytest.mark.slow
def test_every_security_test_tells_the_versions_apart():
    assert confused(PAIRS) == []


@pytest.mark.slow
def test_the_behaviour_of_each_pair_passes_on_both_versions():
    assert broken(PAIRS) == []


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
