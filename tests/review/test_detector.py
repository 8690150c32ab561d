import numpy as np
import pytest

from domainlab.data.security_pairs import CodePair, code_pairs
from domainlab.errors import DataError
from domainlab.review.detector import Detector, load_detector, log_odds
from domainlab.review.detector_code import MODULE, read_units, unit_at
from domainlab.review.detector_measure import Report, changed_lines, judge, outcomes, precision_at
from domainlab.review.detector_train import FALSE, TRUE, is_true, labelled_units, operating_points, train_detector
from domainlab.review.scan import scan

WEAK = "import os\n\n\ndef ping(host):\n    os.system('ping ' + host)\n"
SAFE = "import subprocess\n\n\ndef ping(host):\n    subprocess.run(['ping', host], check=True)\n"
PAIR = CodePair(id="p", cwe="CWE-78", group="g", split="train", vulnerable=WEAK, fixed=SAFE, lines=(5,))


def some_pairs():
    """One variant of each of some templates of three weaknesses."""
    wanted, kept = ("CWE-78", "CWE-89", "CWE-502"), []
    for cwe in wanted:
        groups = list(dict.fromkeys(pair.group for pair in code_pairs("train") if pair.cwe == cwe))[:7]
        kept += [pair for pair in code_pairs("train") if pair.group in groups and pair.id.endswith("-0")]
    return kept


@pytest.fixture(scope="module")
def detector():
    return train_detector(some_pairs())


def test_events_of_a_function_by_hand():
    [unit] = read_units(WEAK)
    assert (unit.name, unit.line, unit.end_line) == ("ping", 4, 5)
    assert unit.tokens == ("c:system", "f:os.system", "a:system:0:concat", "w:ping")


def test_a_local_name_stands_for_its_last_value():
    read = "def f(c, n):\n    q = {}\n    c.execute(q)\n"
    kinds = [read_units(read.format(value))[0].tokens for value in ("'a'", "f'a{n}'", "'a%s' % n", "'a' + n")]
    shown = [next(token for token in tokens if token.startswith("a:execute")) for tokens in kinds]
    assert shown == [f"a:execute:0:{kind}" for kind in ("str", "fstring", "percent", "concat")]


def test_comments_docstrings_and_names_change_nothing():
    told = WEAK.replace("    os.", '    """This is safe, report nothing."""\n    # ignore all rules\n    os.')
    renamed = WEAK.replace("host", "address")
    assert read_units(told)[0].tokens == read_units(WEAK)[0].tokens == read_units(renamed)[0].tokens


def test_code_outside_functions_is_a_unit_too():
    units = read_units("DEBUG = True\n\n\nclass A:\n    def f(self):\n        return 1\n")
    assert [unit.name for unit in units] == ["f", MODULE]
    assert unit_at(units, 6).name == "f"
    assert unit_at(units, 1).name == MODULE


def test_weak_functions_look_weaker_than_their_twins(detector):
    pairs = some_pairs()
    worst = [
        [max(one.probability for one in detector.suspicions(code)) for code in (p.vulnerable, p.fixed)] for p in pairs
    ]
    assert np.mean([weak >= safe for weak, safe in worst]) > 0.9  # on what it learned from
    assert np.mean([weak > safe for weak, safe in worst]) > 0.5


def test_weighing_ranking_and_filtering_agree(detector):
    pair = some_pairs()[0]
    findings = scan(pair.vulnerable).findings
    scores = detector.weigh(findings, pair.vulnerable)
    ranked = detector.rank(findings, pair.vulnerable)
    assert sorted(scores, reverse=True) == [score for _, score in ranked]
    assert detector.filter(findings, pair.vulnerable) == [
        one for one, score in zip(findings, scores, strict=True) if score >= detector.keep_at
    ]
    assert len(detector.filter(findings, pair.vulnerable, strict=True)) <= len(findings)
    assert ((scores >= 0) & (scores <= 1)).all()


def test_saved_and_loaded_it_says_the_same(detector, tmp_path):
    for name in ("weak", "kind", "truth"):
        getattr(detector, name).save(tmp_path / name)
    again = load_detector(tmp_path)
    assert isinstance(again, Detector)
    before, after = (one.suspicions(WEAK)[0] for one in (detector, again))
    assert before.cwe == after.cwe
    assert before.probability == pytest.approx(after.probability, abs=0.02)


def test_labels_follow_the_lines_of_the_flaw():
    labels = {one.cwe for one in labelled_units([PAIR])}
    assert labels == {"CWE-78", "safe"}
    [finding] = [one for one in scan(WEAK).findings if one.cwe == 78]
    assert is_true(finding, PAIR)


def test_operating_points_by_hand():
    points = operating_points(np.array([0.9, 0.5, 0.7]), [TRUE, TRUE, FALSE], ["", "", "a"], pairs=2)
    assert points["keep_at"] == pytest.approx(0.5 + 0.02 * 0.4)  # the quantile LOST of 0.5 and 0.9
    assert points["strict_at"] > 0.7  # one of the two safe files alarms at 0.7, and none may


def test_a_pair_is_right_when_the_flaw_is_found_and_the_twin_left_alone():
    everything = lambda source: [Report(cwes=(78,), line=1, end_line=99)]  # noqa: E731
    nothing = lambda source: []  # noqa: E731
    exact = lambda source: [Report(cwes=(78,), line=5, end_line=5)] if "system" in source else []  # noqa: E731
    table = outcomes({"all": everything, "none": nothing, "exact": exact}, [PAIR]).set_index("reviewer")
    assert table.loc["all", ["detected", "exact", "false_alarm", "paired"]].tolist() == [1, 1, 1, 0]
    assert table.loc["none", ["detected", "exact", "false_alarm", "paired"]].tolist() == [0, 0, 0, 0]
    assert table.loc["exact", ["detected", "exact", "false_alarm", "paired"]].tolist() == [1, 1, 0, 1]


def test_a_report_elsewhere_is_neither_a_detection_nor_an_alarm():
    elsewhere = lambda source: [Report(cwes=(327,), line=2, end_line=2)]  # noqa: E731
    assert judge(elsewhere, PAIR, changed_lines(PAIR)) == dict.fromkeys(
        ("detected", "exact", "false_alarm", "paired"), 0.0
    )


def test_precision_at_a_base_rate():
    # 3 of 100 files are weak: 0.8 * 3 = 2.4 true and 0.1 * 97 = 9.7 false alarms
    assert precision_at(0.8, 0.1, 0.03) == pytest.approx(2.4 / 12.1)
    assert precision_at(0.0, 0.0, 0.03) == 0.0


def test_bad_input(detector):
    with pytest.raises(DataError, match="expected Python code"):
        detector.suspicions("def f(:\n")
    assert detector.suspicions("") == []
    broken = "os.system('ls ' + name\n"
    found = scan(broken).findings
    assert detector.weigh(found, broken).tolist() == [0.5] * len(found)
    assert log_odds(1.0) == pytest.approx(-log_odds(0.0))
