"""The searches behind a note: guidelines for a condition or drug, and a chart's own earlier sentences.

The library holds public knowledge only, so one index serves all patients. Sentences of a chart are compared
with its complaint in memory and forgotten: no index ever holds the text of two patients.
"""

from collections.abc import Sequence
from functools import cache

import numpy as np

from domainlab.assist.knowledge import Find
from domainlab.assist.remarks import Search
from domainlab.data.medical_facts import guidelines
from domainlab.records import Chunk
from domainlab.retrieve.index import VectorIndex
from domainlab.retrieve.vectors import Embedder

NEAREST = 8  # guidelines looked at per condition or drug


def guideline_finder(embed: Embedder) -> Find:
    """Guidelines by meaning: the ids of the nearest to a condition or drug, best first."""
    index = VectorIndex(embed)
    index.add([_chunk(one.id, f"{one.topic}: {one.advice}") for one in guidelines()])
    return cache(lambda name: tuple(hit.chunk.id for hit in index.search(name, k=NEAREST)))


def no_guidelines(name: str) -> Sequence[str]:
    """A finder that finds nothing: the ablation without guidelines."""
    return ()


def _chunk(name: str, text: str) -> Chunk:
    return Chunk(id=name, doc_id=name, start=0, end=len(text), text=text)


def sentence_search(embed: Embedder) -> Search:
    """Compare one chart's sentences with a query, best first, ties in the order given."""

    def search(query: str, texts: Sequence[str], k: int) -> list[int]:
        rows = embed([query, *texts])
        return [int(place) for place in np.argsort(-(rows[1:] @ rows[0]), kind="stable")[:k]]

    return search
