"""Abstention: the threshold as worked by hand, and what it does to the hits."""

import numpy as np
import pytest

from domainlab.chat import ScriptedChat
from domainlab.errors import ConfigError, DataError
from domainlab.prompts import NOT_FOUND
from domainlab.records import Chunk, Hit
from domainlab.retrieve.abstain import abstain_below, best_score, choose_threshold
from domainlab.retrieve.answer import answer_from


def hits(*scores: float) -> list[Hit]:
    chunk = Chunk(id="c", doc_id="d", start=0, end=3, text="Ana")
    return [Hit(chunk=chunk, score=score, rank=rank) for rank, score in enumerate(scores, start=1)]


def test_best_score_of_each_question():
    assert best_score([hits(0.2, 0.7), [], hits(-0.1)]).tolist() == [0.7, -np.inf, -0.1]


@pytest.mark.parametrize(("kept", "threshold"), [(1, 0.1), (0.95, 0.1), (0.9, 0.2), (0.5, 0.6), (0.1, 1.0)])
def test_the_threshold_keeps_the_share_and_is_the_highest_that_does(kept, threshold):
    scores = np.arange(10, 0, -1) / 10
    assert choose_threshold(scores, kept=kept) == threshold
    assert (scores >= threshold).mean() >= kept
    assert (scores > threshold).mean() < kept


def test_a_question_below_the_threshold_is_not_asked():
    found = [hits(0.7), hits(0.3), []]
    kept = abstain_below(found, best_score(found), threshold=0.5)
    assert kept == [hits(0.7), [], []]
    answers = answer_from(["Who?", "Who?", "Who?"], kept, ScriptedChat(lambda prompt: "Ana [1]"))
    assert [answer.text for answer in answers] == ["Ana", NOT_FOUND, NOT_FOUND]


def test_bad_input_is_refused():
    with pytest.raises(ConfigError, match="kept"):
        choose_threshold([0.5], kept=0)
    for scores in ([], [np.nan], [[0.5]]):
        with pytest.raises(DataError, match="finite scores"):
            choose_threshold(scores)
    with pytest.raises(DataError, match="one score per"):
        abstain_below([hits(0.7)], [0.1, 0.2], threshold=0.5)
