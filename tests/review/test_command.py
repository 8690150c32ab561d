"""The command: exit codes, JSON and SARIF, and what the tables of `measure` are made of."""

import json
import lzma
import subprocess
import sys

import pandas as pd
import pytest

from domainlab.errors import DataError
from domainlab.review.__main__ import main
from domainlab.review.config import ReviewConfig
from domainlab.review.measure import METRICS, Twin, gain, interval_rows, score_pairs, sven_twins, table_text
from domainlab.review.pool import scan_paths
from domainlab.review.report import as_json, as_sarif, as_text

BAD = "import os\nfrom flask import request\n\ndef f():\n    os.system('ls ' + request.args['x'])\n"


@pytest.fixture
def folder(tmp_path, monkeypatch):
    (tmp_path / "bad.py").write_text(BAD, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_exit_codes_tell_findings_and_skipped_files_apart(folder, capsys):
    assert main(["bad.py", "--jobs", "1"]) == 1
    (folder / "broken.py").write_text("def f(:\n", encoding="utf-8")
    assert main([".", "--jobs", "1"]) == 5
    (folder / "bad.py").write_text("x = 1\n", encoding="utf-8")
    assert main([".", "--jobs", "1"]) == 4
    (folder / "broken.py").unlink()
    assert main([".", "--jobs", "1"]) == 0
    assert main(["nowhere"]) == 2
    assert "There is no nowhere" in capsys.readouterr().err


def test_the_threshold_decides_what_makes_it_fail(folder, capsys):
    (folder / "bad.py").write_text("import os\nos.umask(0)\n", encoding="utf-8")
    assert main(["bad.py", "--jobs", "1"]) == 1
    assert main(["bad.py", "--jobs", "1", "--threshold", "critical"]) == 0
    assert "CWE-276" in capsys.readouterr().out


def test_wrong_options_and_settings_are_wrong_use(folder, capsys):
    with pytest.raises(SystemExit) as stopped:
        main(["bad.py", "--format", "xml"])
    assert stopped.value.code == 2
    (folder / "domainlab-review.toml").write_text("jobs = 'many'\n", encoding="utf-8")
    assert main(["bad.py"]) == 2
    assert "jobs" in capsys.readouterr().err


def test_it_runs_as_a_module_and_writes_a_file(folder):
    command = [sys.executable, "-m", "domainlab.review", "bad.py", "--format", "json", "-o", "out.json"]
    assert subprocess.run(command, cwd=folder, check=False).returncode == 1
    (one,) = json.loads((folder / "out.json").read_text(encoding="utf-8"))["findings"]
    assert one["cwe"] == "CWE-78"
    assert one["cvss"]["score"] == 9.8
    assert all(one[name] for name in ("attack", "precondition", "impact", "advice", "references", "id"))
    assert one["source"]["line"] == one["sink"]["line"] == 5


def test_sarif_has_what_the_standard_asks_for(folder):
    (folder / "broken.py").write_text("def f(:\n", encoding="utf-8")
    (folder / "quiet.py").write_text(BAD.replace("['x'])", "['x'])  # domainlab: ignore"), encoding="utf-8")
    log = json.loads(as_sarif(scan_paths([folder], ReviewConfig(jobs=1), root=folder)))
    (run,) = log["runs"]
    assert log["version"] == "2.1.0"
    open_, suppressed = run["results"]
    rule = run["tool"]["driver"]["rules"][open_["ruleIndex"]]
    assert rule["id"] == open_["ruleId"] == "CWE-78"
    assert "external/cwe/cwe-078" in rule["properties"]["tags"]
    assert open_["level"] == "error"
    assert open_["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "bad.py"
    assert len(open_["codeFlows"][0]["threadFlows"][0]["locations"]) == 2
    assert "suppressions" not in open_
    assert suppressed["suppressions"] == [{"kind": "inSource"}]
    (note,) = run["invocations"][0]["toolExecutionNotifications"]
    assert "does not parse" in note["message"]["text"]


def test_every_report_is_the_same_on_every_run(folder):
    for write in (as_json, as_sarif, as_text):
        first = write(scan_paths([folder], ReviewConfig(jobs=1)))
        assert first == write(scan_paths([folder], ReviewConfig(jobs=1)))


TWINS = [
    Twin(cwe=78, group="a", vulnerable="bad", fixed="good"),
    Twin(cwe=78, group="a", vulnerable="bad", fixed="bad"),
    Twin(cwe=22, group="b", vulnerable="bad", fixed="good"),
    Twin(cwe=22, group="b", vulnerable="good", fixed="good"),
]


def test_scores_worked_by_hand():
    scores = score_pairs(TWINS, {"one": lambda code: {78} if code == "bad" else set()})
    assert scores[list(METRICS)].values.tolist() == [[1, 1, 0, 1], [1, 1, 1, 0], [1, 0, 0, 1], [0, 0, 0, 0]]
    rows = interval_rows(scores).set_index("metric")
    assert rows.loc["detection", "mean"] == 0.75  # groups count the same: (1 + 0.5) / 2
    assert rows.loc["exact", "mean"] == 0.5
    assert (rows["groups"] == 2).all()


def test_a_gain_is_measured_on_the_same_groups():
    table = pd.DataFrame({"reviewer": ["x", "y"] * 4, "group": list("aabbccdd"), "detection": [1, 0] * 4})
    assert gain(table, "x", "y", "detection") == (1.0, 1.0, 1.0)


def test_the_table_names_the_reviewers_and_the_counts():
    reviewers = {"bandit": lambda code: set(), "combined": lambda code: {78}}
    text = table_text(score_pairs(TWINS, reviewers), "pairs")
    assert "4 pairs in 2 groups" in text
    assert "combined - bandit: detection +100.0" in text


def test_svens_pairs_are_read_and_other_files_refused(tmp_path):
    row = {"lang": "py", "cwe": "cwe-089", "commit_link": "c", "before": "    x = 1\n", "after": "\ty = 1\n"}
    path = tmp_path / "pairs.jsonl.xz"
    path.write_bytes(lzma.compress((json.dumps(row) + "\n" + json.dumps({**row, "lang": "c"}) + "\n").encode()))
    (twin,) = sven_twins(path)
    assert (twin.cwe, twin.vulnerable, twin.fixed) == (89, "x = 1\n", "y = 1\n")
    (tmp_path / "bad.jsonl").write_text('{"lang": "py"}\n', encoding="utf-8")
    with pytest.raises(DataError, match=r"line 1"):
        sven_twins(tmp_path / "bad.jsonl")
    with pytest.raises(DataError, match=r"There is no"):
        sven_twins(tmp_path / "none.jsonl")
