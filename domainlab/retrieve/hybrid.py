"""Search by meaning and by words at once: what one of the two overlooks, the other finds.

Dense search overlooks rare words, codes and numbers; lexical search overlooks what is said in other words.
The chunks and their vectors are kept by a `VectorIndex`; the words are kept in memory, and read from the
stored chunks at the first search.
"""

from collections.abc import Iterable, Sequence
from pathlib import Path

from tqdm.auto import tqdm

from domainlab.errors import ConfigError
from domainlab.records import Chunk, Hit
from domainlab.retrieve.filters import Where, check_queries
from domainlab.retrieve.fuse import fuse_rankings, fuse_scores
from domainlab.retrieve.index import VectorIndex
from domainlab.retrieve.lexical import LexicalIndex
from domainlab.retrieve.store import batches
from domainlab.retrieve.vectors import Embedder
from domainlab.retrieve.versions import NEWEST

MODES = ("hybrid", "rrf", "dense", "lexical")
DEPTH = 100  # hits of each search that are fused


class HybridIndex:
    """Chunks that can be searched by meaning, by words, and by both; used like a `VectorIndex`."""

    def __init__(self, embed: Embedder, *, path: str | Path | None = None, name: str = "chunks") -> None:
        """Make an index, or open the one that is there; arguments and errors as for `VectorIndex`."""
        self.dense = VectorIndex(embed, path=path, name=name)
        self._lexical = LexicalIndex()
        self._version = ""  # of the stored chunks whose words are known; "" for none

    def close(self) -> None:
        """Let go of the folder, or of the memory."""
        self.dense.close()

    def __len__(self) -> int:
        """How many chunks are stored, old versions included."""
        return len(self.dense)

    def add(self, chunks: Iterable[Chunk]) -> int:
        """Store chunks, replacing those with the same id; returns how many were embedded (see `VectorIndex`)."""
        up_to_date = self._is_up_to_date()
        embedded = self.dense.add(chunks)
        if up_to_date:
            for batch in batches(chunks):
                self._lexical.put({chunk.id: chunk.text for chunk in batch})
            self._version = self.dense.store.state().version
        return embedded

    def delete(self, ids: Iterable[str]) -> None:
        """Remove chunks by id; where the newest version goes, the one before holds again."""
        ids, up_to_date = list(ids), self._is_up_to_date()
        self.dense.delete(ids)
        if up_to_date:
            self._lexical.drop(ids)
            self._version = self.dense.store.state().version

    def chunks(self, *, where: Where | None = None, as_of: str = NEWEST) -> list[Chunk]:
        """All chunks that a search with these filters may find, by date and id."""
        return self.dense.chunks(where=where, as_of=as_of)

    def search(
        self, query: str, *, k: int = 5, where: Where | None = None, as_of: str = NEWEST, mode: str = "hybrid"
    ) -> list[Hit]:
        """`search_many` for one query."""
        return self.search_many([query], k=k, where=where, as_of=as_of, mode=mode)[0]

    def search_many(
        self, queries: Sequence[str], *, k: int = 5, where: Where | None = None, as_of: str = NEWEST,
        mode: str = "hybrid",
    ) -> list[list[Hit]]:  # fmt: skip
        """The k best chunks for each query, best first.

        Args:
            queries: n texts.
            k: hits per query; fewer where fewer chunks may be found.
            where: filters, as in `VectorIndex.search_many`.
            as_of: which versions, as in `VectorIndex.search_many`.
            mode: "hybrid" (fused scores, 0 ... 1), "rrf" (points of reciprocal rank fusion), "dense" (cosine) or
                "lexical" (BM25).

        Raises:
            ConfigError: `k` below 1, an unknown mode or filter, or a wrong day.
            DataError: an empty query, an empty index, or one whose building was interrupted.
        """
        if mode not in MODES:
            raise ConfigError(f"mode must be one of {', '.join(MODES)}; got {mode!r}.")
        check_queries(queries, k)
        if mode == "dense":
            return self.dense.search_many(queries, k=k, where=where, as_of=as_of)
        depth = k if mode == "lexical" else max(k, DEPTH)
        allowed = self.dense.allowed(where, as_of)
        self._read_words()
        lexical = self._lexical.best(queries, k=depth, among=allowed)
        if mode == "lexical":
            return self.dense.hits(lexical)
        dense = self.dense.nearest(queries, k=depth, where=where, as_of=as_of)
        pairs = zip(dense, lexical, strict=True)
        if mode == "rrf":
            fused = [fuse_rankings([[name for name, _ in ranking] for ranking in pair]) for pair in pairs]
        else:
            fused = [fuse_scores(*pair, depth=depth) for pair in pairs]
        return self.dense.hits([scored[:k] for scored in fused])

    def _is_up_to_date(self) -> bool:
        return bool(self._version) and self._version == self.dense.store.state().version

    def _read_words(self) -> None:
        """Know the words of what is stored now; read them again where somebody else has written."""
        if self._is_up_to_date():
            return
        version, self._lexical = self.dense.store.state().version, LexicalIndex()
        ids = self.dense.store.ids()
        with tqdm(total=len(ids), desc="Reading words", unit=" chunks", delay=2) as bar:
            for batch in batches(ids):
                self._lexical.put({name: chunk.text for name, chunk in self.dense.store.read(batch).items()})
                bar.update(len(batch))
        self._version = version
