import pytest

from domainlab.errors import ConfigError, DataError
from domainlab.lab.code_view import Mark, code_html, review_note, review_view, review_widget, roles

CODE = "name = input()\nquery = 'x' + name\nrun(query)  # <b>bold</b>\n"
MARK = Mark(title="CWE-89 in line 3", line=3, end_line=3, source_line=1, text="Attack: <script>")
OTHER = Mark(title="CWE-1 in line 2", line=2, end_line=2)


def test_sink_and_source_lines_are_marked():
    assert roles(MARK) == {1: "source", 3: "sink"}
    text = review_note(CODE, [MARK]).text.splitlines()
    assert [line[0] for line in text[:3]] == ["<", " ", "!"]


def test_code_and_texts_are_shown_not_run():
    shown = review_note(CODE, [MARK]).html
    assert "<b>" not in shown
    assert "<script>" not in shown
    assert "&lt;script&gt;" in shown


def test_every_line_of_the_code_is_there_once():
    assert code_html(CODE, {}).count("white-space:pre") == 3


def test_choosing_a_finding_highlights_its_lines():
    widget = review_widget(CODE, [MARK, OTHER])
    choice, shown, told = widget.children
    assert shown.value.count('title="sink"') == 1
    assert "Attack" in told.value
    choice.value = 1
    assert 'title="source"' not in shown.value
    assert told.value == ""


def test_without_findings_it_says_so():
    assert "No finding." in review_note(CODE, []).text
    assert review_widget(CODE, []).children[1].value == "No finding."


def test_bad_marks_are_refused():
    with pytest.raises(DataError, match="no code"):
        review_view("", [])
    with pytest.raises(DataError, match="1 to 3"):
        review_view(CODE, [Mark(title="m", line=9, end_line=9)])
    with pytest.raises(ConfigError, match="before line"):
        review_view(CODE, [Mark(title="m", line=3, end_line=2)])
