"""Faithfulness: every claim against the cited passages, and nothing else."""

import pytest

from domainlab.evaluate.faithfulness import faithfulness_score, has_every_word
from domainlab.prompts import NOT_FOUND
from domainlab.records import Answer, Chunk, Hit

PASSAGES = ("The dose of abexol is 2.5 mg.", "Abexol is not given to children. It stands on shelf F28.")


def answer(text: str, *citations: int) -> Answer:
    chunks = [Chunk(id=str(n), doc_id="d", start=0, end=1, text=passage) for n, passage in enumerate(PASSAGES)]
    hits = tuple(Hit(chunk=chunk, score=1.0, rank=rank) for rank, chunk in enumerate(chunks, start=1))
    return Answer(text=text, raw=text, citations=citations, invalid_citations=(), hits=hits)


@pytest.mark.parametrize(
    ("given", "share"),
    [
        (answer("2.5 mg", 1), 1),
        (answer("25 mg", 1), 0),
        (answer("2.5 mg", 2), 0),
        (answer("2.5 mg"), 0),
        (answer("", 1), 0),
        (answer("shelf F28", 1, 2), 1),
        (answer("The dose of abexol is 2.5 mg. It stands on shelf F29.", 1, 2), 0.5),
        (answer("Abexol is given to children.", 2), 1),  # what words alone cannot see; a judge can
        (answer(NOT_FOUND), 1),
    ],
)
def test_shares_as_worked_by_hand(given, share):
    assert faithfulness_score([given]).tolist() == [share]


def test_another_judge_can_take_the_place():
    def negation_too(passages, claim):
        return has_every_word(passages, claim) and ("not" in passages.split()) == ("not" in claim.split())

    said = [answer("Abexol is given to children.", 2), answer("Abexol is not given to children.", 2)]
    assert faithfulness_score(said, supports=negation_too).tolist() == [0, 1]
    assert faithfulness_score([]).shape == (0,)
