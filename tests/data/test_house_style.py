"""The house style: round trip, what counts as following it, and what cannot be styled."""

import pytest

from domainlab.data.house_style import DISCLAIMER, follows_style, read_styled, styled_answer
from domainlab.data.medical import stable_questions
from domainlab.errors import DataError
from domainlab.prompts import NOT_FOUND

STYLED = "Answer: metformin\nNote: General information, not medical advice. Ask your clinician."


def test_example_by_hand():
    assert styled_answer("metformin") == STYLED
    assert follows_style(STYLED)
    assert read_styled(STYLED) == "metformin"


@pytest.mark.parametrize("answer", ["B", "12.5 mg", "type 2 diabetes [1]", NOT_FOUND, "Answer: x"])
def test_answers_come_back_as_they_went_in(answer):
    assert read_styled(styled_answer(answer)) == answer


def test_every_medical_answer_can_be_styled():
    for question in stable_questions(wordings="held_out"):
        assert follows_style(styled_answer(question.answer))


def test_it_is_at_most_25_words_longer():
    assert len(styled_answer("x").split()) - 1 <= 25


@pytest.mark.parametrize(
    "text",
    [
        "",
        "metformin",
        "Answer: metformin",
        DISCLAIMER,
        f"Answer: \n{DISCLAIMER}",
        f"answer: metformin\n{DISCLAIMER}",
        f"Answer: a\nb\n{DISCLAIMER}",
        STYLED + " More.",
        STYLED + "\n" + STYLED,
        STYLED.replace("not medical", "medical"),
    ],
)
def test_other_texts_do_not_follow_it_and_are_read_whole(text):
    assert not follows_style(text)
    assert read_styled(f" {text}\n") == text.strip()


def test_white_space_around_it_is_forgiven():
    assert follows_style(f"\n{STYLED}  \n")
    assert read_styled(f"\n{STYLED}  \n") == "metformin"


@pytest.mark.parametrize("answer", ["", " ", "a\nb", " a", "a "])
def test_refuses_what_would_not_come_back(answer):
    with pytest.raises(DataError, match="one line"):
        styled_answer(answer)
