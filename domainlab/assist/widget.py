"""A note and a chat to click in a notebook; where nobody can click, the first note and the example questions."""

import html
from collections.abc import Callable, Sequence

import ipywidgets
from IPython.display import display

from domainlab.assist.note import Note as ProgressNote
from domainlab.assist.note import note_html, note_text
from domainlab.lab.frontend import Note, is_interactive


def note_widget(patient_ids: Sequence[str], write: Callable[[str], ProgressNote]) -> None:
    """Choose a patient, generate the note, read each sentence beside its sources.

    Args:
        patient_ids: to choose from; the first one is shown where nobody can choose.
        write: patient id -> note.
    """
    if not is_interactive():
        note = write(patient_ids[0])
        display(Note(html=note_html(note), text=note_text(note)))
        return
    choice = ipywidgets.Dropdown(options=list(patient_ids), description="Patient")
    button = ipywidgets.Button(description="Generate note", tooltip="Write a draft for this patient")
    shown = ipywidgets.HTML()

    def generate(_: ipywidgets.Button) -> None:
        shown.value = note_html(write(choice.value))

    button.on_click(generate)
    display(ipywidgets.VBox([ipywidgets.HBox([choice, button]), shown]))


def chat_widget(examples: Sequence[str], answer: Callable[[str], str]) -> None:
    """Ask medical questions; the examples and their answers where nobody can type.

    Args:
        examples: questions to begin with.
        answer: question -> reply.
    """
    if not is_interactive():
        pairs = [(question, answer(question)) for question in examples]
        rows = "".join(f"<tr><td>{html.escape(q)}</td><td>{_lines(a)}</td></tr>" for q, a in pairs)
        text = "\n".join(f"Q: {question}\nA: {reply}" for question, reply in pairs)
        display(Note(html=f"<table><tr><th>question</th><th>reply</th></tr>{rows}</table>", text=text))
        return
    box = ipywidgets.Combobox(options=list(examples), placeholder="Ask a medical question", ensure_option=False)
    button = ipywidgets.Button(description="Ask", tooltip="Answer from the passages found")
    shown = ipywidgets.HTML()

    def ask(_: ipywidgets.Button) -> None:
        if box.value.strip():
            shown.value = _lines(answer(box.value))

    button.on_click(ask)
    display(ipywidgets.VBox([ipywidgets.HBox([box, button]), shown]))


def _lines(text: str) -> str:
    return html.escape(text).replace("\n", "<br>")
