"""One file: merging with bandit, ids that survive shifted lines, files that do not parse, scores."""

import pytest
from cvss import CVSS3

from domainlab.errors import DataError
from domainlab.review.bandit_findings import bandit_issues
from domainlab.review.cvss_score import base_score, severity_of
from domainlab.review.knowledge import pages
from domainlab.review.lexical import lexical_findings
from domainlab.review.scan import scan

CODE = "import os\nfrom flask import request\n\ndef f():\n    os.system('ls ' + request.args['x'])\n"

# Base scores of the CVSS v3.1 examples document (FIRST): MySQL, SSLv3, VMware, Tomcat, Wordpad, iWork.
EXAMPLES = {
    "CVSS:3.1/AV:N/AC:L/PR:L/UI:N/S:C/C:L/I:L/A:N": 6.4,
    "CVSS:3.1/AV:N/AC:H/PR:N/UI:R/S:U/C:L/I:N/A:N": 3.1,
    "CVSS:3.1/AV:N/AC:L/PR:L/UI:N/S:C/C:H/I:H/A:H": 9.9,
    "CVSS:3.1/AV:L/AC:L/PR:H/UI:N/S:U/C:L/I:L/A:L": 4.2,
    "CVSS:3.1/AV:P/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:N": 0.0,
    "CVSS:3.1/AV:L/AC:L/PR:N/UI:R/S:U/C:H/I:H/A:H": 7.8,
    "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N": 7.5,
    "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H": 10.0,
}


def formula(vector: str) -> float:
    """Section 7.1 and appendix A of the specification, written out."""
    metric = dict(part.split(":") for part in vector.split("/")[1:])
    changed = metric["S"] == "C"
    weight = {"H": 0.56, "L": 0.22, "N": 0.0}
    missing = 1.0
    for name in "CIA":
        missing *= 1 - weight[metric[name]]
    base = 1 - missing
    impact = 7.52 * (base - 0.029) - 3.25 * (base - 0.02) ** 15 if changed else 6.42 * base
    rights = {"N": 0.85, "L": 0.68 if changed else 0.62, "H": 0.5 if changed else 0.27}[metric["PR"]]
    vector_weight = {"N": 0.85, "A": 0.62, "L": 0.55, "P": 0.2}[metric["AV"]]
    reach = 8.22 * vector_weight * {"L": 0.77, "H": 0.44}[metric["AC"]] * rights * {"N": 0.85, "R": 0.62}[metric["UI"]]
    if impact <= 0:
        return 0.0
    score = min(1.08 * (impact + reach) if changed else impact + reach, 10)
    whole = round(score * 100_000)
    return whole / 100_000 if whole % 10_000 == 0 else (whole // 10_000 + 1) / 10


@pytest.mark.parametrize(("vector", "score"), EXAMPLES.items())
def test_scores_agree_with_the_examples_of_the_specification(vector, score):
    assert base_score(vector) == score == formula(vector)


def test_scores_of_all_pages_agree_with_the_formula():
    for page in pages().values():
        assert base_score(page.vector) == formula(page.vector) == float(CVSS3(page.vector).scores()[0])


@pytest.mark.parametrize("vector", ["", "AV:N", "CVSS:3.0/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", "CVSS:3.1/AV:X"])
def test_what_is_no_vector_is_refused(vector):
    with pytest.raises(DataError, match=r"CVSS"):
        base_score(vector)


def test_words_for_scores():
    assert [severity_of(score) for score in (0.0, 0.1, 3.9, 4.0, 6.9, 7.0, 8.9, 9.0, 10.0)] == [
        "none", "low", "low", "medium", "medium", "high", "high", "critical", "critical",
    ]  # fmt: skip


def test_one_flaw_that_both_see_is_one_finding():
    (found,) = scan(CODE).findings
    assert found.origins == ("bandit", "rules")
    assert found.cwe == 78
    assert any(issue.test_id == "B605" for issue in bandit_issues(CODE))


def test_bandits_remarks_alone_are_no_findings():
    remarks = "import subprocess\nassert 1\nsubprocess.run(['ls'])\n"
    assert bandit_issues(remarks)
    assert not scan(remarks).findings


def test_what_only_bandit_knows_is_kept_with_its_origin():
    found = scan("import logging.config\nlogging.config.listen(9999)\n").findings
    assert [(one.cwe, one.origins) for one in found] == [(94, ("bandit",))]


def test_ids_survive_shifted_lines_and_renamed_neighbours():
    first = scan(CODE).findings[0]
    shifted = scan("'''A docstring.'''\n\n\nimport sys\n" + CODE.replace("def f", "def g")).findings[0]
    assert first.line != shifted.line
    assert first.fingerprint == shifted.fingerprint


def test_equal_lines_have_different_ids():
    twice = CODE + "\ndef g():\n    os.system('ls ' + request.args['x'])\n"
    ids = [one.fingerprint for one in scan(twice).findings]
    assert len(ids) == 2 == len(set(ids))


def test_a_file_that_does_not_parse_is_reported_and_searched():
    review = scan("import os\nos.system('ls ' + name)\ndef f(:\n")
    assert review.skipped.lexical
    assert "line 3" in review.skipped.reason
    assert [(one.cwe, one.origins) for one in review.findings] == [(78, ("lexical",))]


def test_the_search_of_text_leaves_comments_and_constants_alone():
    assert not lexical_findings("# os.system(x)\nos.system('ls')\n", "a.py")


@pytest.mark.parametrize("code", ["x = " + "(" * 400 + ")" * 400, "x = " + "-" * 50_000 + "1", "if x:\n" * 3])
def test_code_nested_beyond_the_parser_is_reported(code):
    review = scan(code)
    assert review.skipped is not None
    assert review.skipped.lexical


def test_deep_code_that_parses_is_walked():
    code = "def f(x):\n" + "".join("    " * d + "if x:\n" for d in range(1, 80)) + "    " * 80 + "pass\n"
    assert scan(code).skipped is None
    branches = "if x == 0:\n    pass\n" + "".join(f"elif x == {n}:\n    pass\n" for n in range(1, 300))
    review = scan(branches)
    assert review.skipped is None or "nested" in review.skipped.reason
