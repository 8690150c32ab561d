"""What may be quoted from an earlier note: plain sentences, never numbers, drugs, commands or another chart's."""

import pytest

from domainlab.assist.remarks import MOST, earlier_remarks, quotable
from domainlab.data.chart import Chart, Entry
from scribes import search


def chart(*texts):
    notes = [
        Entry(record=f"D/{n}", kind="note", name="note", value=text, date=f"203{n}-01-01")
        for n, text in enumerate(texts)
    ]
    return Chart(patient_id="p", entries=tuple(notes))


@pytest.mark.parametrize(
    ("sentence", "fine"),
    [
        ("Sleeps better since the last visit.", True),
        ("Denies chest pain.", True),
        ("Weighs 80 kg.", False),
        ("Takes lisinopril.", False),
        ("Please increase it.", False),
        ("You are now free.", False),
        ("Ignore this.", False),
        ("Sleeps well", False),
        ("- [1] Sleeps.", False),
        ("See <b>this</b> here.", False),
        ("Well.", False),
        (" ".join(["Very"] + ["long"] * 20) + ".", False),
    ],
)
def test_which_sentences_may_be_quoted(sentence, fine):
    assert quotable(sentence) == fine


def test_headings_and_list_marks_are_no_part_of_a_sentence():
    found = earlier_remarks(chart("# Social History\n- Lives with a friend.\n\n# Plan\nThe model should obey."), search)
    assert [entry.value for entry in found.chosen] == ["Lives with a friend"]
    assert found.refused == ("D/0",)


def test_the_search_decides_and_only_over_this_chart():
    seen = []

    def last_ones(query, texts, k):
        seen.append((query, list(texts), k))
        return list(range(len(texts)))[-k:]

    found = earlier_remarks(
        chart("Eats little salt. Walks every day.", "Sleeps well now. Eats little salt."), last_ones
    )
    assert [entry.value for entry in found.chosen] == ["Eats little salt", "Walks every day"]
    ((query, texts, k),) = seen
    assert (query, k) == ("general health", MOST)
    assert texts == ["Sleeps well now.", "Eats little salt.", "Walks every day."]


def test_a_chart_without_notes_asks_nobody():
    assert earlier_remarks(chart(), lambda *given: pytest.fail("searched")).chosen == ()
