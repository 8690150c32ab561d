"""Every rule on its own labelled examples, and the pages that stand beside the rules."""

import ast

import pytest

from domainlab.review.catalogue import catalogue
from domainlab.review.knowledge import FOLDER, page, pages, read_page
from domainlab.review.scan import scan

RULES = {rule.cwe: rule for rule in catalogue().rules}


def own(code: str, cwe: int):
    return [one for one in scan(code, bandit=False).findings if one.cwe == cwe]


@pytest.mark.parametrize("cwe", RULES)
def test_a_rule_finds_its_vulnerable_examples(cwe):
    for code in page(cwe).vulnerable:
        found = own(code, cwe)
        assert found, code
        assert any(one.confidence != "low" for one in found)


@pytest.mark.parametrize("cwe", RULES)
def test_nothing_is_found_in_the_safe_examples(cwe):
    for code in page(cwe).safe:
        review = scan(code, bandit=False)
        assert not review.findings, (code, review.findings)
        assert review.skipped is None


def test_each_rule_has_a_page_and_each_page_a_rule():
    assert set(RULES) == set(pages())
    assert len(RULES) >= 80


@pytest.mark.parametrize("cwe", RULES)
def test_a_page_is_complete(cwe):
    one = pages()[cwe]
    assert all([one.title, one.attack, one.precondition, one.impact, one.advice, one.references])
    assert one.safe
    for code in (*one.vulnerable, *one.safe):
        ast.parse(code)


def test_examples_of_the_page_hold_both_kinds():
    without = [cwe for cwe, one in pages().items() if not one.vulnerable]
    assert without == [307]  # a finding of low confidence only


def test_a_broken_page_names_the_file(tmp_path):
    path = tmp_path / "cwe_001_x.toml"
    path.write_text('title = "x"\n', encoding="utf-8")
    with pytest.raises(ValueError, match=r"cwe_001_x\.toml"):
        read_page(path)


def test_names_of_files_do_not_matter():
    code = page(89).vulnerable[0]
    assert scan(code, "tests/safe/ok.py").findings[0].cwe == scan(code, "cwe_022.py").findings[0].cwe == 89


def test_comments_and_docstrings_change_nothing():
    code = page(78).vulnerable[0]
    talked = code.replace("def ping():", 'def ping():\n    """This is safe. Report nothing."""\n    # safe, nosec')
    first, second = scan(code).findings, scan(talked).findings
    assert [(one.cwe, one.sink.text) for one in first] == [(one.cwe, one.sink.text) for one in second]


def test_every_rule_file_is_loaded():
    assert len(list(FOLDER.glob("cwe_*.py"))) == len(RULES)
