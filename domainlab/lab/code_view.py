"""Code with its findings: highlighted lines, and what is said about each; live with a choice, as a page otherwise."""

import html
from collections.abc import Sequence
from dataclasses import dataclass

import ipywidgets
from IPython.display import display

from domainlab.errors import ConfigError, DataError
from domainlab.lab.frontend import Note, is_interactive

COLOURS = {"sink": "#F6D2C3", "source": "#CFE5F3"}  # light vermilion and light blue of the course's palette
SIGNS = {"sink": "!", "source": "<"}  # says in a terminal what colour says on a page


@dataclass(frozen=True, kw_only=True)
class Mark:
    """A finding to show: its `title`, its lines from 1, the line of its source (0 = none), what is said about it."""

    title: str
    line: int
    end_line: int
    source_line: int = 0
    text: str = ""


def review_view(code: str, marks: Sequence[Mark]) -> None:
    """Show code with highlighted lines and the text of its findings.

    With a live front end a list chooses the finding; otherwise all are shown, with their texts folded away.

    Raises:
        DataError: no code, or a mark outside it.
        ConfigError: a mark whose lines run backwards.
    """
    check_marks(code, marks)
    display(review_widget(code, marks) if is_interactive() else review_note(code, marks))


def check_marks(code: str, marks: Sequence[Mark]) -> None:
    """Refuse what cannot be shown."""
    last = len(code.splitlines())
    if not last:
        raise DataError("there is no code to show.")
    for mark in marks:
        if mark.end_line < mark.line:
            raise ConfigError(f"{mark.title}: end_line {mark.end_line} is before line {mark.line}.")
        if not 1 <= mark.line <= mark.end_line <= last or not 0 <= mark.source_line <= last:
            raise DataError(f"{mark.title}: lines must be 1 to {last}; got {mark.line} to {mark.end_line}.")


def roles(mark: Mark) -> dict[int, str]:
    """Line -> "sink" or "source" for one finding."""
    found = {mark.source_line: "source"} if mark.source_line else {}
    return found | dict.fromkeys(range(mark.line, mark.end_line + 1), "sink")


def code_html(code: str, marked: dict[int, str]) -> str:
    """The code with numbers and highlighted lines."""
    rows = []
    for number, line in enumerate(code.splitlines(), start=1):
        role = marked.get(number)
        colour = f"background:{COLOURS[role]};" if role else ""
        label = f' title="{role}"' if role else ""
        rows.append(f'<div style="{colour}white-space:pre"{label}>{number:>4}  {html.escape(line)}</div>')
    return f'<div style="font-family:monospace;line-height:1.35">{"".join(rows)}</div>'


def review_note(code: str, marks: Sequence[Mark]) -> Note:
    """All findings as a rendered notebook or a terminal shows them."""
    marked: dict[int, str] = {}
    for mark in marks:
        marked = roles(mark) | marked
    folded = "".join(
        f"<details><summary>{html.escape(mark.title)}</summary>{paragraphs(mark.text)}</details>" for mark in marks
    )
    lines = [
        f"{SIGNS.get(marked.get(number, ''), ' ')}{number:>4}  {line}"
        for number, line in enumerate(code.splitlines(), start=1)
    ]
    told = [f"{mark.title}\n{mark.text}" for mark in marks] or ["No finding."]
    return Note(html=code_html(code, marked) + (folded or "<p>No finding.</p>"), text="\n".join([*lines, "", *told]))


def review_widget(code: str, marks: Sequence[Mark]) -> ipywidgets.Widget:
    """A list of findings beside the code; choosing one highlights its lines and tells about it."""
    shown, told = ipywidgets.HTML(code_html(code, {})), ipywidgets.HTML("No finding." if not marks else "")
    if not marks:
        return ipywidgets.VBox([shown, told])
    choice = ipywidgets.Dropdown(options=[(mark.title, at) for at, mark in enumerate(marks)], description="Finding")

    def show(change: dict) -> None:
        mark = marks[change["new"]]
        shown.value, told.value = code_html(code, roles(mark)), paragraphs(mark.text)

    choice.observe(show, names="value")
    show({"new": 0})
    return ipywidgets.VBox([choice, shown, told])


def paragraphs(text: str) -> str:
    """Lines of text as HTML."""
    return "".join(f"<div>{html.escape(line)}</div>" for line in text.splitlines())
