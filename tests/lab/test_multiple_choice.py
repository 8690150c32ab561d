import pytest

from domainlab.errors import ConfigError, DataError
from domainlab.lab.multiple_choice import (
    FOLDER,
    Choice,
    QuizQuestion,
    question_widget,
    quiz,
    quiz_html,
    read_quiz,
)

GOOD = (Choice(text="yes", why="It is.", right=True), Choice(text="no <b>", why="It is not."))
QUESTION = """
[[question]]
text = "Question {number}?"
[[question.choice]]
text = "yes"
right = true
why = "It is."
[[question.choice]]
text = "no"
why = "It is."
"""


def write_quiz(folder, text):
    (folder / "nb07.toml").write_text(text)
    return read_quiz("07", folder)


@pytest.mark.parametrize("path", sorted(FOLDER.glob("nb*.toml")), ids=lambda path: path.stem)
def test_every_quiz_of_the_course_is_valid(path):
    questions = read_quiz(path.stem[2:], FOLDER)
    places = {next(place for place, choice in enumerate(one.choices) if choice.right) for one in questions}
    assert len(places) > 1  # the right choice does not always stand at the same place


def test_five_questions_are_read(tmp_path):
    questions = write_quiz(tmp_path, "".join(QUESTION.format(number=number) for number in range(5)))
    assert [one.text for one in questions] == [f"Question {number}?" for number in range(5)]
    assert questions[0].choices[0] == Choice(text="yes", why="It is.", right=True)


def test_four_questions_are_refused(tmp_path):
    with pytest.raises(DataError, match="5 questions were expected; got 4"):
        write_quiz(tmp_path, QUESTION * 4)


@pytest.mark.parametrize(
    "text", ["not toml", "[[question]]\ntext = 'x'", "title = 'x'", QUESTION.replace("why", "because", 1) * 5]
)
def test_a_malformed_file_is_refused(tmp_path, text):
    with pytest.raises(DataError):
        write_quiz(tmp_path, text)


@pytest.mark.parametrize(
    ("choices", "words"),
    [
        ((*GOOD[1:], Choice(text="nor", why="No.")), "exactly one choice must be right"),
        ((GOOD[0], Choice(text="also", why="It is.", right=True)), "exactly one choice must be right"),
        ((GOOD[0], Choice(text="no", why=" ")), "the reason"),
        ((GOOD[0], Choice(text="", why="It is.")), "needs its text"),
        ((GOOD[0],), "two or more different"),
        ((GOOD[0], Choice(text="yes", why="It is not.")), "two or more different"),
    ],
)
def test_a_question_that_cannot_be_answered_is_refused(choices, words):
    with pytest.raises(DataError, match=words):
        QuizQuestion(text="Is it?", choices=choices)


def test_headless_text_has_the_explanations_after_the_questions(capsys):
    quiz("00")
    out = capsys.readouterr().out
    asked, answers = out.split("\nAnswers\n")
    assert asked.count("\n5. ") == 1
    assert "✔" not in asked
    assert answers.count("✔ Right.") == 5


def test_html_folds_every_explanation_and_escapes():
    page = quiz_html((QuizQuestion(text="Is 1 < 2?", choices=GOOD),))
    assert "Is 1 &lt; 2?" in page
    assert page.count("<details>") == 2
    assert "no &lt;b&gt;" in page
    assert "open" not in page


def test_picking_a_choice_explains_it():
    buttons, told = question_widget(1, QuizQuestion(text="Is it?", choices=GOOD)).children[1:]
    assert told.value == ""
    buttons.value = "no <b>"
    assert told.value == "✘ Not this one. It is not."
    buttons.value = "yes"
    assert told.value == "✔ Right. It is."


def test_a_notebook_without_quiz_is_refused():
    with pytest.raises(ConfigError, match=r"nb99.toml"):
        quiz("99")
