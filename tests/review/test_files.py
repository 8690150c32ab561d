"""Many files, in any state: what is found, what is skipped and why, what comments and settings suppress."""

import os
import sys

import pytest

from domainlab.errors import ConfigError
from domainlab.review.config import ReviewConfig, read_config
from domainlab.review.files import find_files, read_source
from domainlab.review.pool import scan_paths
from domainlab.review.scan import scan

BAD = "import os\nfrom flask import request\n\ndef f():\n    os.system('ls ' + request.args['x'])\n"
ONE = ReviewConfig(jobs=1)


def reasons(report):
    return {os.path.basename(one.path): one.reason for one in report.skipped}


def test_every_bad_state_is_reported_and_the_scan_goes_on(tmp_path):
    (tmp_path / "good.py").write_text(BAD, encoding="utf-8")
    (tmp_path / "binary.py").write_bytes(b"\x00\x01\x02" * 100)
    (tmp_path / "encoding.py").write_bytes("x = 'müll'\n".encode("latin-1"))
    (tmp_path / "declared.py").write_bytes("# coding: latin-1\nx = 'müll'\n".encode("latin-1"))
    (tmp_path / "unknown.py").write_bytes(b"# coding: no-such-thing\n")
    (tmp_path / "newer.py").write_text("def f(:\n", encoding="utf-8")
    (tmp_path / "empty.py").write_text("", encoding="utf-8")
    (tmp_path / "large.py").write_text("x = 1\n" * 1000, encoding="utf-8")
    (tmp_path / "notes.txt").write_text("os.system(x)", encoding="utf-8")
    (tmp_path / "gone.py").symlink_to(tmp_path / "nowhere.py")
    report = scan_paths([tmp_path], ReviewConfig(jobs=1, largest=5000))
    found = reasons(report)
    assert set(found) == {"binary.py", "encoding.py", "unknown.py", "newer.py", "large.py", "gone.py"}
    assert "binary" in found["binary.py"]
    assert "encoding" in found["encoding.py"]
    assert "5000 bytes" in found["large.py"]
    assert [one.cwe for one in report.findings] == [78]


def test_links_make_neither_loops_nor_doubles(tmp_path):
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "one.py").write_text(BAD, encoding="utf-8")
    (tmp_path / "a" / "up").symlink_to(tmp_path)
    (tmp_path / "again.py").symlink_to(tmp_path / "a" / "one.py")
    (tmp_path / "self.py").symlink_to(tmp_path / "self.py")
    files, skipped = find_files([tmp_path, tmp_path / "a"])
    assert len(files) == 1
    assert {os.path.basename(one.path) for one in skipped} == {"self.py"}


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser reads everything")
def test_an_unreadable_file_is_reported(tmp_path):
    path = tmp_path / "shut.py"
    path.write_text(BAD, encoding="utf-8")
    path.chmod(0)
    assert "cannot be read" in reasons(scan_paths([tmp_path], ONE))["shut.py"]


def test_a_folder_named_like_a_file_and_other_files(tmp_path):
    (tmp_path / "folder.py").mkdir()
    (tmp_path / "read.me").write_text("x", encoding="utf-8")
    assert find_files([tmp_path])[0] == []
    assert "not a Python file" in find_files([tmp_path / "read.me"])[1][0].reason
    with pytest.raises(ConfigError, match="There is no"):
        find_files([tmp_path / "nothing"])


def test_several_processes_give_the_same_report(tmp_path):
    for number in range(9):
        (tmp_path / f"f{number}.py").write_text(BAD + f"y = {number}\n", encoding="utf-8")
    assert scan_paths([tmp_path], ReviewConfig(jobs=2)) == scan_paths([tmp_path], ONE)


def test_fifty_thousand_lines_are_read(tmp_path):
    path = tmp_path / "long.py"
    path.write_text(
        "".join(f"def f{n}(a):\n    b = a + {n}\n    return b\n\n\n" for n in range(10_000)), encoding="utf-8"
    )
    report = scan_paths([path], ReviewConfig(jobs=1, bandit=False))
    assert not report.skipped


def test_a_comment_suppresses_its_line_only_and_can_be_overruled(tmp_path):
    line = "    os.system('ls ' + request.args['x'])"
    text = f"import os\nfrom flask import request\n\ndef f():\n{line}  # domainlab: ignore[CWE-78]\n{line}\n"
    (tmp_path / "a.py").write_text(text, encoding="utf-8")
    report = scan_paths([tmp_path], ONE)
    assert [one.line for one in report.findings] == [6]
    assert [one.line for one in report.suppressed] == [5]
    assert len(scan_paths([tmp_path], ReviewConfig(jobs=1, inline_ignores=False)).findings) == 2


@pytest.mark.parametrize(
    ("comment", "hidden"),
    [
        ("# domainlab: ignore", True),
        ("# domainlab: ignore[CWE-89, CWE-78]", True),
        ("# domainlab: ignore[CWE-89]", False),
        ("# nosec", False),
        ("'# domainlab: ignore'", False),
    ],
)
def test_only_our_own_comment_counts_and_only_for_its_weakness(tmp_path, comment, hidden):
    (tmp_path / "a.py").write_text(
        BAD.rstrip() + f"; z = 1 {comment}\n" if comment[0] == "#" else BAD, encoding="utf-8"
    )
    assert (not scan_paths([tmp_path], ONE).findings) == hidden


def test_settings_select_and_rename(tmp_path):
    (tmp_path / "a.py").write_text(BAD, encoding="utf-8")
    assert not scan_paths([tmp_path], ReviewConfig(jobs=1, ignore=("CWE-78",))).findings
    assert not scan_paths([tmp_path], ReviewConfig(jobs=1, exclude=("*/a.py",))).findings
    (found,) = scan_paths([tmp_path], ReviewConfig(jobs=1, severities={"CWE-78": "low"})).findings
    assert found.severity == "low"


def test_settings_come_from_either_file(tmp_path):
    (tmp_path / "pyproject.toml").write_text('[tool.domainlab.review]\nignore = ["CWE-78"]\n', encoding="utf-8")
    assert read_config(None, tmp_path).ignore == ("CWE-78",)
    (tmp_path / "domainlab-review.toml").write_text('threshold = "high"\n', encoding="utf-8")
    assert read_config(None, tmp_path).threshold == "high"
    assert read_config(None, tmp_path / "elsewhere") == ReviewConfig()


@pytest.mark.parametrize(
    "text",
    [
        'threshold = "huge"',
        'ignore = ["89"]',
        "unknown = 1",
        "jobs = 0",
        'severities = {"CWE-1" = "x"}',
        "ignore = 3",
        "x =",
    ],
)
def test_wrong_settings_are_refused_with_the_name_of_the_file(tmp_path, text):
    path = tmp_path / "domainlab-review.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError, match=r"domainlab-review\.toml"):
        read_config(path, tmp_path)


def test_paths_are_named_from_the_root(tmp_path):
    (tmp_path / "a.py").write_text(BAD, encoding="utf-8")
    first = scan_paths([tmp_path], ONE, root=tmp_path).findings[0]
    assert first.path == "a.py"


def test_a_byte_order_mark_is_no_fault(tmp_path):
    path = tmp_path / "bom.py"
    path.write_bytes(b"\xef\xbb\xbfx = 1\n")
    assert read_source(path, 100) == ("x = 1\n", "")
    assert sys.version_info >= (3, 11)


def test_a_fault_of_the_reviewer_costs_one_file_only(tmp_path, monkeypatch):
    (tmp_path / "a.py").write_text(BAD, encoding="utf-8")
    (tmp_path / "b.py").write_text("y = 1\n", encoding="utf-8")

    def fails(source, *rest, **more):
        if "os.system" in source:
            raise KeyError("x")
        return scan(source, *rest, **more)

    monkeypatch.setattr("domainlab.review.pool.scan", fails)
    report = scan_paths([tmp_path], ONE)
    assert "KeyError" in reasons(report)["a.py"]
    assert report.files == 2
    assert [one.origins for one in report.findings] == [("lexical",)]


def test_attributes_of_functions_are_no_functions():
    assert scan("def f(a):\n    return a\n\nf.g(1)\nf.h = f.g\nf.h.i(2)\n").skipped is None
