"""The widgets: static where nobody can click, alive where somebody can, and escaped in both."""

import ipywidgets
import pytest

from domainlab.assist import widget
from domainlab.assist.assistant import draft_notes
from domainlab.assist.note import note_text


@pytest.fixture
def shown(monkeypatch):
    found = []
    monkeypatch.setattr(widget, "display", found.append)
    return found


def write_with(materials, writer):
    by_id = {material.chart.patient_id: material for material in materials}
    return lambda name: draft_notes([by_id[name]], writer, size=4)[0]


def test_the_static_note_is_the_first_patient(shown, materials, writer):
    write = write_with(materials, writer)
    ids = [material.chart.patient_id for material in materials[:3]]
    widget.note_widget(ids, write)
    assert repr(shown[0]) == note_text(write(ids[0]))


def test_the_live_note_is_the_chosen_patient(shown, materials, writer, monkeypatch):
    monkeypatch.setattr(widget, "is_interactive", lambda: True)
    ids = [material.chart.patient_id for material in materials[:3]]
    widget.note_widget(ids, write_with(materials, writer))
    row, page = shown[0].children
    row.children[0].value = ids[2]
    row.children[1].click()
    assert page.value.startswith("<table>")
    assert ids[2][:8] in page.value


def test_the_chat_in_both_forms(shown, monkeypatch):
    widget.chat_widget(["a < b?"], lambda question: f"<b>{question}</b>")
    assert "&lt;b&gt;a &lt; b?" in shown[0].html
    monkeypatch.setattr(widget, "is_interactive", lambda: True)
    widget.chat_widget(["one"], str.upper)
    row, page = shown[1].children
    assert isinstance(row.children[0], ipywidgets.Combobox)
    row.children[0].value = "two"
    row.children[1].click()
    assert page.value == "TWO"
