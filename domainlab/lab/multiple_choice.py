"""Five questions at the end of a notebook, every choice explained; `lab.quiz("01")`.

The questions of notebook 01 lie in `quizzes/nb01.toml`:

    [[question]]
    text = "Which model keeps its general skills?"
    [[question.choice]]
    text = "The one with the adapter switched off."
    right = true
    why = "Then nothing of it has changed."
    [[question.choice]]
    text = "..."
    why = "..."
"""

import html
import tomllib
from dataclasses import dataclass
from pathlib import Path

import ipywidgets
from IPython.display import display

from domainlab.errors import ConfigError, DataError
from domainlab.lab.frontend import Note, is_interactive

FOLDER = Path(__file__).parent / "quizzes"
QUESTIONS = 5  # per notebook


@dataclass(frozen=True, kw_only=True)
class Choice:
    """One answer to pick and what it shows about the reader's understanding."""

    text: str
    why: str
    right: bool = False


@dataclass(frozen=True, kw_only=True)
class QuizQuestion:
    """One question; exactly one of its choices is right and each has its explanation."""

    text: str
    choices: tuple[Choice, ...]

    def __post_init__(self) -> None:
        """Refuse a question that cannot be answered or explained."""
        if sum(choice.right for choice in self.choices) != 1:
            raise DataError(f"exactly one choice must be right: {self.text!r}")
        if len({choice.text for choice in self.choices}) != len(self.choices) or len(self.choices) < 2:
            raise DataError(f"two or more different choices were expected: {self.text!r}")
        if not all(choice.text.strip() and choice.why.strip() for choice in self.choices):
            raise DataError(f"every choice needs its text and the reason (why): {self.text!r}")


def quiz(notebook_id: str) -> None:
    """Show the quiz of one notebook: to click when live, to unfold in a rendered notebook, as text elsewhere.

    Raises:
        ConfigError: the notebook has no quiz.
        DataError: its file breaks the rules above.
    """
    questions = read_quiz(notebook_id, FOLDER)
    if is_interactive():
        display(
            ipywidgets.VBox([question_widget(number, one) for number, one in enumerate(questions, start=1)])
        )
    else:
        display(Note(html=quiz_html(questions), text=quiz_text(questions)))


def read_quiz(notebook_id: str, folder: Path) -> tuple[QuizQuestion, ...]:
    """The five questions in `nbNN.toml`, checked."""
    path = folder / f"nb{notebook_id}.toml"
    if not path.is_file():
        raise ConfigError(f"notebook {notebook_id!r} has no quiz; {path.name} was expected in {folder.name}/")
    try:
        questions = tuple(
            QuizQuestion(text=one["text"], choices=tuple(make_choice(choice) for choice in one["choice"]))
            for one in tomllib.loads(path.read_text(encoding="utf-8"))["question"]
        )
    except (tomllib.TOMLDecodeError, KeyError, TypeError) as error:
        raise DataError(
            f"{path.name}: question needs text and choice, choice needs text and why; {error!r}"
        ) from error
    if len(questions) != QUESTIONS:
        raise DataError(f"{path.name}: {QUESTIONS} questions were expected; got {len(questions)}")
    return questions


def make_choice(table: dict[str, object]) -> Choice:
    """One choice from its TOML table; a misspelt key is an error."""
    if unknown := set(table) - {"text", "why", "right"}:
        raise DataError(f"a choice has text, why and right; got {', '.join(sorted(unknown))}")
    return Choice(text=table["text"], why=table["why"], right=table.get("right", False))


def explain(choice: Choice) -> str:
    """What a reader is told after picking a choice."""
    return f"{'✔ Right.' if choice.right else '✘ Not this one.'} {choice.why}"


def quiz_html(questions: tuple[QuizQuestion, ...]) -> str:
    """The quiz for a rendered notebook: each choice unfolds into its explanation."""
    parts = []
    for number, question in enumerate(questions, start=1):
        choices = "".join(
            f"<li><details><summary>{html.escape(choice.text)}</summary>{html.escape(explain(choice))}</details></li>"
            for choice in question.choices
        )
        parts.append(f"<p><strong>{number}. {html.escape(question.text)}</strong></p><ul>{choices}</ul>")
    return "".join(parts)


def quiz_text(questions: tuple[QuizQuestion, ...]) -> str:
    """The quiz for a terminal: the questions first, all the explanations after them."""
    asked, explained = [], ["Answers"]
    for number, question in enumerate(questions, start=1):
        asked.append(f"{number}. {question.text}")
        for letter, choice in zip("abcdefgh", question.choices, strict=False):
            asked.append(f"   {letter}) {choice.text}")
            explained.append(f"{number}{letter} {explain(choice)}")
    return "\n".join(asked + explained)


def question_widget(number: int, question: QuizQuestion) -> ipywidgets.VBox:
    """One question to click; the explanation of the picked choice appears below it."""
    buttons = ipywidgets.RadioButtons(
        options=[choice.text for choice in question.choices],
        value=None,
        layout=ipywidgets.Layout(width="auto"),
    )
    told = ipywidgets.HTML()

    def tell_why(change: dict[str, object]) -> None:
        picked = next(choice for choice in question.choices if choice.text == change["new"])
        told.value = html.escape(explain(picked))

    buttons.observe(tell_why, names="value")
    heading = ipywidgets.HTML(f"<strong>{number}. {html.escape(question.text)}</strong>")
    return ipywidgets.VBox([heading, buttons, told])
