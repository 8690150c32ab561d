"""The random retriever knows nothing, gives every chunk the same chance, and repeats itself."""

from collections import Counter

import pytest

from domainlab.errors import ConfigError, DataError
from domainlab.records import Chunk
from domainlab.retrieve.controls import random_retriever

CHUNKS = [Chunk(id=f"c{n}", doc_id="d", start=n, end=n + 1, text=f"text {n}") for n in range(10)]


def ids(retriever, query: str, k: int = 5) -> list[str]:
    return [hit.chunk.id for hit in retriever.search(query, k=k)]


def test_hits_are_different_chunks_in_ranks_from_one():
    hits = random_retriever(CHUNKS, seed=0).search("question", k=4)
    assert len({hit.chunk.id for hit in hits}) == 4
    assert [(hit.rank, hit.score) for hit in hits] == [(1, 0), (2, 0), (3, 0), (4, 0)]


def test_the_same_seed_and_query_give_the_same_hits_in_any_order_of_asking():
    first, second = random_retriever(CHUNKS, seed=1), random_retriever(CHUNKS, seed=1)
    second.search("something else")
    assert ids(first, "question") == ids(second, "question")
    assert first.search_many(["question", "two"]) == [first.search("question"), first.search("two")]


def test_another_seed_or_query_gives_other_hits():
    retriever = random_retriever(CHUNKS, seed=1)
    assert ids(retriever, "question", 10) != ids(retriever, "other", 10)
    assert ids(retriever, "question", 10) != ids(random_retriever(CHUNKS, seed=2), "question", 10)


def test_every_chunk_is_equally_likely():
    # 2 000 draws of 1 in 10: 200 each, standard deviation 13.4; all within 4 of them
    retriever = random_retriever(CHUNKS, seed=0)
    drawn = Counter(ids(retriever, f"question {n}", 1)[0] for n in range(2000))
    assert all(146 < drawn[chunk.id] < 254 for chunk in CHUNKS)


def test_k_above_the_number_of_chunks_gives_all():
    assert sorted(ids(random_retriever(CHUNKS, seed=0), "question", 99)) == [chunk.id for chunk in CHUNKS]


def test_wrong_use_is_refused():
    with pytest.raises(DataError):
        random_retriever([], seed=0)
    with pytest.raises(ConfigError, match="seed"):
        random_retriever(CHUNKS, seed=-1)
    with pytest.raises(ConfigError, match="k must"):
        random_retriever(CHUNKS, seed=0).search("question", k=0)
