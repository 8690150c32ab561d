import pytest

from domainlab.errors import ConfigError
from domainlab.lab.widgets import Decisions, decision_note, decision_table, decision_widget

KEY = {"prices that change": "RAG", "a house style": "fine-tune", "notes with <sources>": "both"}


def test_headless_the_winner_is_folded_away(capsys):
    decisions = decision_table(list(KEY), key=KEY)
    page = decision_note(decisions).html
    assert page.count("<details>") == 3
    assert "notes with &lt;sources&gt;" in page
    assert "prices that change: RAG measured best" in capsys.readouterr().out
    assert decisions.agreement_words() == "You have not decided yet."


def test_agreement_names_what_differs():
    decisions = Decisions(KEY)
    decisions.choose("prices that change", "RAG")
    decisions.choose("a house style", "both")
    assert decisions.agreement_words() == (
        "You agree with the measurement in 1 of 2 decided rows. "
        "a house style: you said both, measured fine-tune."
    )


def test_a_decision_can_be_taken_back():
    decisions = Decisions(KEY)
    decisions.choose("a house style", "both")
    decisions.choose("a house style", None)
    assert decisions.agreement_words() == "You have not decided yet."


def test_dropdowns_fill_the_decisions_and_the_button_compares():
    decisions = Decisions(KEY)
    *rows, button, told = decision_widget(decisions).children
    for row, way in zip(rows, KEY.values(), strict=True):
        row.children[0].value = way
    assert decisions.chosen == KEY
    assert told.value == ""
    button.click()
    assert told.value == "You agree with the measurement in 3 of 3 decided rows."


def test_rows_keep_their_order():
    assert list(decision_table(list(KEY)[::-1], key=KEY).key) == list(KEY)[::-1]


@pytest.mark.parametrize(
    ("rows", "key"),
    [
        ([], {}),
        (["a"], {}),
        (["a"], {"a": "RAG", "b": "RAG"}),
        (["a"], {"a": "neither"}),
        (["a", "a"], {"a": "RAG"}),
    ],
)
def test_a_key_that_does_not_fit_is_refused(rows, key):
    with pytest.raises(ConfigError, match="needs one of RAG, fine-tune, both"):
        decision_table(rows, key=key)


@pytest.mark.parametrize(("need", "way"), [("x", "RAG"), ("a house style", "rag")])
def test_a_wrong_decision_is_refused(need, way):
    with pytest.raises(ConfigError, match="a need of the table"):
        Decisions(KEY).choose(need, way)
