"""Text scores: SQuAD's rules, without their mistakes on numbers."""

import random
import re
import string

import numpy as np
import pytest

from domainlab.errors import DataError
from domainlab.evaluate.text import exact_match_score, normalise_answer, token_f1_score


def squad_words(text: str) -> list[str]:
    """SQuAD's normalising, written out anew: one pass per rule, words at the end."""
    letters = [letter for letter in text.lower() if letter not in string.punctuation]
    return [word for word in "".join(letters).split() if word not in ("a", "an", "the")]


def squad_f1(said: str, wanted: str) -> float:
    """SQuAD's F1 by precision and recall, common words counted by crossing them off."""
    said_words, left = squad_words(said), squad_words(wanted)
    total, common = len(left), 0
    for word in said_words:
        if word in left:
            left.remove(word)
            common += 1
    if not said_words or not total:
        return float(len(said_words) == total)
    if not common:
        return 0.0
    precision, recall = common / len(said_words), common / total
    return 2 * precision * recall / (precision + recall)


def random_answers(seed: int) -> list[str]:
    """Short answers of few different words, so that many overlap; no digits, no article at the end."""
    rng = random.Random(seed)
    words = ["the", "a", "an", "Ana", "ana", "key", "Key.", "(red)", "map!", "well-known", "--", "Über"]
    return [" ".join(rng.choices(words, k=rng.randint(0, 6))) for _ in range(300)]


def without_last_article(text: str) -> str:
    return re.sub(r"(\W*\b(the|a|an)\b\W*)+$", "", text)


def test_f1_as_worked_by_hand():
    # "dry bad cough" against "dry cough": precision 2/3, recall 2/2, F1 = 4/5
    # against "the wet cough": precision 1/3, recall 1/2, F1 = 2/5; the better one counts
    assert token_f1_score(["dry bad cough"], [["the wet cough", "dry cough"]]) == pytest.approx([0.8])
    assert token_f1_score(["dry dry"], ["dry cough"]) == pytest.approx([0.5])


@pytest.mark.parametrize("seed", range(5))
def test_scores_equal_squad_on_text_without_numbers(seed):
    said = [without_last_article(text) for text in random_answers(seed)]
    wanted = [without_last_article(text) for text in random_answers(seed + 100)]
    exact = [float(squad_words(a) == squad_words(b)) for a, b in zip(said, wanted, strict=True)]
    f1 = [squad_f1(a, b) for a, b in zip(said, wanted, strict=True)]
    assert 0 < np.mean(exact) < 1
    np.testing.assert_array_equal(exact_match_score(said, wanted), exact)
    np.testing.assert_allclose(token_f1_score(said, wanted), f1)


@pytest.mark.parametrize(
    ("one", "other"),
    [("2.5 mg", "25 mg"), ("-5", "5"), (".5", "5"), ("5-10 mg", "510 mg"), ("12/08", "1208"), ("1,5", "15"),
     ("vitamin A", "vitamin"), ("group A", "group")],
)  # fmt: skip
def test_different_facts_are_not_equal(one, other):
    assert exact_match_score([one], [other]) == [0]


@pytest.mark.parametrize(
    ("one", "other"),
    [("Paris.", "paris"), ("The  Oak", "oak"), ("1,000,000", "1000000"), ("$5", "5"), ("5.", "5"),
     ("(5)", "5"), ("U.S.A.", "USA"), ("a cat and the dog", "cat and dog"), ("10:30.", "10:30")],
)  # fmt: skip
def test_equal_facts_are_equal(one, other):
    assert exact_match_score([one], [other]) == [1]


@pytest.mark.parametrize("seed", range(3))
def test_scores_stay_in_their_range_and_agree(seed):
    said, wanted = random_answers(seed), random_answers(seed + 1)
    exact, f1 = exact_match_score(said, wanted), token_f1_score(said, wanted)
    assert exact.shape == f1.shape == (300,)
    assert set(exact) <= {0, 1}
    assert ((f1 >= exact) & (f1 <= 1)).all()
    np.testing.assert_allclose(f1, token_f1_score(wanted, said))
    assert exact_match_score(said, said).all()


@pytest.mark.parametrize("text", [*random_answers(7)[:50], "1,234.5 mg", "--5", "", "?!"])
def test_normalising_twice_changes_nothing(text):
    text = without_last_article(text)
    assert normalise_answer(normalise_answer(text)) == normalise_answer(text)


def test_empty_answers():
    assert exact_match_score(["", "?"], ["", "x"]).tolist() == [1, 0]
    assert token_f1_score(["", "", "x"], ["", "x", ""]).tolist() == [1, 0, 0]
    assert exact_match_score([], []).shape == (0,)


@pytest.mark.parametrize(
    ("predictions", "references"),
    [(["a"], []), ("a", ["a"]), (["a"], "a"), (["a"], [[]]), (["a", "b"], [["a", "b"]])],
)
def test_references_that_do_not_fit_are_refused(predictions, references):
    for score in (exact_match_score, token_f1_score):
        with pytest.raises(DataError):
            score(predictions, references)
