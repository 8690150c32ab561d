"""What retrieval must beat: a retriever that knows nothing.

>>> retriever = random_retriever([Chunk(id="c", doc_id="d", start=0, end=3, text="Ana")], seed=0)
>>> [hit.chunk.text for hit in retriever.search("Who has the key?", k=1)]
['Ana']
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from domainlab.errors import ConfigError
from domainlab.records import Chunk, Hit
from domainlab.retrieve.chunk import check_chunks


@dataclass(frozen=True, kw_only=True)
class RandomRetriever:
    """Searches like a `VectorIndex`, but the hits are chunks drawn blindly."""

    chunks: tuple[Chunk, ...]
    seed: int

    def search(self, query: str, *, k: int = 5) -> list[Hit]:
        """k different chunks drawn by chance, each with score 0; the same query gives the same ones.

        Raises:
            ConfigError: `k` below 1.
        """
        if k < 1:
            raise ConfigError(f"k must be at least 1 hit; got {k}.")
        digest = hashlib.blake2b(query.encode(), digest_size=8).digest()
        rng = np.random.default_rng([self.seed, int.from_bytes(digest)])
        drawn = rng.permutation(len(self.chunks))[:k]
        return [Hit(chunk=self.chunks[at], score=0.0, rank=rank) for rank, at in enumerate(drawn, start=1)]

    def search_many(self, queries: Sequence[str], *, k: int = 5) -> list[list[Hit]]:
        """`search` for many queries: one list of hits per query."""
        return [self.search(query, k=k) for query in queries]


def random_retriever(chunks: Sequence[Chunk], *, seed: int) -> RandomRetriever:
    """The negative control of a retrieval experiment: what the reader does with irrelevant passages.

    Raises:
        DataError: no chunks, one without text, or an id twice.
        ConfigError: a negative seed.
    """
    check_chunks(chunks)
    if seed < 0:
        raise ConfigError(f"seed must be at least 0; got {seed}.")
    return RandomRetriever(chunks=tuple(chunks), seed=seed)
