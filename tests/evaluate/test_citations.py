"""Citations: precision and recall by hand, and who admits not knowing."""

import pytest
from sklearn.metrics import precision_score, recall_score

from domainlab.errors import DataError
from domainlab.evaluate.citations import abstained, citation_scores, hallucination_error
from domainlab.prompts import NOT_FOUND
from domainlab.records import Answer, Chunk, Hit


def answer(cited: tuple[int, ...], invalid: tuple[int, ...] = (), found: str = "abcd") -> Answer:
    chunks = [Chunk(id=name, doc_id="d", start=0, end=1, text="x") for name in found]
    hits = tuple(Hit(chunk=chunk, score=1.0, rank=rank) for rank, chunk in enumerate(chunks, start=1))
    return Answer(text="x", raw="x", citations=cited, invalid_citations=invalid, hits=hits)


@pytest.mark.parametrize(
    ("cited", "invalid", "gold", "precision", "recall"),
    [
        ((1,), (), {"a"}, 1, 1),
        ((1, 2), (), {"a"}, 1 / 2, 1),
        ((1,), (), {"a", "b"}, 1, 1 / 2),
        ((2, 3), (), {"a"}, 0, 0),
        ((1,), (9,), {"a"}, 1 / 2, 1),  # passage 9 does not exist
        ((), (), {"a"}, 0, 0),
        ((), (), set(), 1, 1),  # nothing to cite, nothing cited
        ((1,), (), set(), 0, 1),
        ((1,), (), {"z"}, 0, 0),  # the right passage was not retrieved
    ],
)
def test_scores_as_worked_by_hand(cited, invalid, gold, precision, recall):
    table = citation_scores([answer(cited, invalid)], [gold])
    assert table.to_numpy().tolist() == [[pytest.approx(precision), pytest.approx(recall)]]


def test_scores_equal_scikit_learn():
    answers = [answer((1, 3)), answer((2,)), answer((1, 2, 3, 4))]
    gold = [{"a"}, {"b", "c"}, {"a", "d"}]
    table = citation_scores(answers, gold)
    for at, (one, right) in enumerate(zip(answers, gold, strict=True)):
        true = [hit.chunk.id in right for hit in one.hits]
        cited = [hit.rank in one.citations for hit in one.hits]
        assert table["precision"][at] == pytest.approx(precision_score(true, cited))
        assert table["recall"][at] == pytest.approx(recall_score(true, cited))


def test_the_same_chunk_counts_once():
    table = citation_scores([answer((1, 2), found="aa")], [["a", "a"]])
    assert table.to_dict("records") == [{"precision": 1, "recall": 1}]


def test_no_answers_give_an_empty_table():
    table = citation_scores([], [])
    assert list(table.columns) == ["precision", "recall"]
    assert len(table) == 0


def test_wrong_use_is_refused():
    with pytest.raises(DataError, match="every answer"):
        citation_scores([answer((1,))], [])
    with pytest.raises(DataError, match="collection"):
        citation_scores([answer((1,))], ["a"])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (NOT_FOUND, True),
        ("the context  does not say", True),
        ("The context does not say. [1]", True),
        ("", False),
        ("The context says 5 mg.", False),
    ],
)
def test_abstained(text, expected):
    assert abstained(text) is expected


def test_only_a_wrong_answer_is_a_hallucination():
    said = ["Rome", NOT_FOUND, "Paris", "Rome", NOT_FOUND]
    wanted = ["Paris", "Paris", ["Paris", "Lutetia"], NOT_FOUND, NOT_FOUND]  # the last two cannot be answered
    assert hallucination_error(said, wanted).tolist() == [1, 0, 0, 1, 0]
