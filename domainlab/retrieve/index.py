"""Find chunks by meaning: embed them once, keep the vectors, search for the nearest ones.

Chunks that have to be stored are noted in the index before the first one is, so an index whose building
was interrupted says so instead of answering from half of the chunks; adding them again does the rest.
Small indexes compare a query with every vector, large ones walk chromadb's graph (HNSW, Malkov & Yashunin
2018), approximate: of many nearly equal texts it loses some. One process at a time may use a folder; a
server may be read by many and written by one.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from tqdm.auto import tqdm

from domainlab.errors import ConfigError, DataError
from domainlab.records import Chunk, Hit
from domainlab.retrieve.chunk import checked_chunks
from domainlab.retrieve.filters import Where, check_queries, chroma_where
from domainlab.retrieve.store import BATCH, ChunkStore, State, batches
from domainlab.retrieve.vectors import Embedder, Scored, embed_rows, exact_neighbours
from domainlab.retrieve.versions import EVER, NEWEST, ends_of

EXACT = 20_000  # vectors; 30 MB, and milliseconds per query
SAME_VECTOR = 0.98  # cosine above which two vectors of one text come from one embedder


@dataclass(frozen=True, kw_only=True)
class _Plan:
    """What adding chunks will change."""

    given: frozenset[str]  # ids
    missing: frozenset[str]  # ids that are not stored like this
    series: frozenset[str]  # whose versions have to be put in order again
    tags: frozenset[str]


class VectorIndex:
    """Chunks that can be searched by meaning, in memory, in a folder or on a chromadb server."""

    def __init__(
        self, embed: Embedder, *, path: str | Path | None = None, name: str = "chunks",
        exact_up_to: int | None = None, embed_at_once: int = BATCH,
    ) -> None:  # fmt: skip
        """Make an index, or open the one that is there.

        Args:
            embed: n texts -> float32 `(n, dim)`, rows of length 1; the same one for chunks and queries.
            path: a folder, or http://host:port of a chromadb server; None keeps the index in memory.
            name: the collection there: 3 or more letters, digits, ".", "_", "-".
            exact_up_to: number of vectors above which the search becomes approximate; None for 20 000 here
                and 0 on a server, which keeps its vectors to itself.
            embed_at_once: chunks given to `embed` in one call, and what an interruption costs at most.

        Raises:
            ConfigError: the place cannot be used, or holds vectors of another embedder.
        """
        if embed_at_once < 1:
            raise ConfigError(f"embed_at_once must be at least 1 chunk; got {embed_at_once}.")
        is_server = isinstance(path, str) and path.startswith("http")
        self.embed, self._embed_at_once, self._name = embed, embed_at_once, name
        self._exact_up_to = exact_up_to if exact_up_to is not None else 0 if is_server else EXACT
        self._rows: tuple[str, np.ndarray, np.ndarray] | None = None  # version, ids, vectors
        self._matching: tuple[str, dict[str, list[str]]] = ("", {})  # version, condition -> ids
        self.store = ChunkStore(path, name)
        self._check_embedder()

    def close(self) -> None:
        """Let go of the folder, or of the memory; also done when nothing refers to the index any more."""
        self.store.close()

    def __len__(self) -> int:
        """How many chunks are stored, old versions included."""
        return len(self.store)

    def add(self, chunks: Iterable[Chunk]) -> int:
        """Store chunks, replacing those with the same id; what is stored already is not embedded again.

        Args:
            chunks: a list, or anything else that can be gone through twice, such as an object that reads a
                file anew each time: only their ids are held in memory.

        Returns:
            How many chunks were embedded.

        Raises:
            DataError: no chunks, an id twice, an empty text, a bad date, or an embedder that returns
                something else than rows of length 1.
            ConfigError: the index cannot be written.
        """
        plan, state = self._plan(chunks), self.store.state()
        tags, has_series = state.tags | plan.tags, state.has_series or bool(plan.series)
        if plan.missing:
            self.store.note(pending=state.pending | plan.missing, tags=tags, has_series=has_series)
        fresh = (chunk for chunk in chunks if chunk.id in plan.missing)
        with tqdm(total=len(plan.missing), desc="Embedding", unit=" chunks", delay=2) as bar:
            for block in batches(fresh, self._embed_at_once):
                self.store.write(block, embed_rows(self.embed, [chunk.text for chunk in block]))
                bar.update(len(block))
        if plan.missing or state.pending:
            self._order_versions(plan.series)
            self.store.note(pending=state.pending - plan.given, tags=tags, has_series=has_series)
        return len(plan.missing)

    def search(self, query: str, *, k: int = 5, where: Where | None = None, as_of: str = NEWEST) -> list[Hit]:
        """`search_many` for one query."""
        return self.search_many([query], k=k, where=where, as_of=as_of)[0]

    def search_many(
        self, queries: Sequence[str], *, k: int = 5, where: Where | None = None, as_of: str = NEWEST
    ) -> list[list[Hit]]:
        """The k chunks nearest to each query, best first; the score is the cosine, -1 ... 1.

        Args:
            queries: n texts.
            k: hits per query; fewer where fewer chunks may be found.
            where: tag, "doc_id" or "series" -> the value that a chunk must have, or a list of such values.
            as_of: "newest" finds the last version of everything, an ISO day what held on that day, "ever"
                all versions.

        Raises:
            ConfigError: `k` below 1, an unknown filter, or a wrong day.
            DataError: an empty query, an empty index, or one whose building was interrupted.
        """
        return self.hits(self.nearest(queries, k=k, where=where, as_of=as_of))

    def nearest(self, queries: Sequence[str], *, k: int, where: Where | None, as_of: str) -> list[Scored]:
        """`search_many` without the chunks: ids and cosines only."""
        check_queries(queries, k)
        condition, state = self._condition(where, as_of)
        allowed = self.allowed(where, as_of)
        among = len(self) if allowed is None else len(allowed)
        if among == 0 or not queries:
            return [[] for _ in queries]
        vectors = embed_rows(self.embed, queries)
        if among > self._exact_up_to:
            return self.store.nearest(vectors, min(k, among), condition)
        ids, rows = self._rows_of(allowed, state.version)
        positions, scores = exact_neighbours(vectors, rows, k=min(k, among))
        return [list(zip(*row, strict=True)) for row in zip(ids[positions].tolist(), scores, strict=True)]

    def chunks(self, *, where: Where | None = None, as_of: str = NEWEST) -> list[Chunk]:
        """All chunks that a search with these filters may find, by date and id."""
        allowed = self.allowed(where, as_of)
        found = self.store.read(self.store.ids() if allowed is None else allowed)
        return sorted(found.values(), key=lambda chunk: (chunk.date, chunk.id))

    def delete(self, ids: Iterable[str]) -> None:
        """Remove chunks by id; where the newest version goes, the one before holds again.

        Raises:
            DataError: an id that is not in the index.
        """
        ids, state = list(dict.fromkeys(ids)), self.store.state()
        stored = self.store.read(ids)
        if unknown := sorted(set(ids) - set(stored) - state.pending):
            raise DataError(f"Chunks to delete are not in the index: {', '.join(unknown[:5])}.")
        self._order_versions({chunk.series for chunk in stored.values() if chunk.series}, without=set(ids))
        self.store.delete(list(stored))
        self.store.note(pending=state.pending - set(ids), tags=state.tags, has_series=state.has_series)

    def _condition(self, where: Where | None, as_of: str) -> tuple[dict | None, State]:
        """The filters in chromadb's words (None: all chunks), with the state; refuses an unfinished index."""
        state = self.store.state()
        if state.pending:
            raise DataError(
                f"Building this index was interrupted: up to {len(state.pending)} chunks are missing. "
                "Call add() with the same chunks again; only the missing ones are embedded."
            )
        if len(self) == 0:
            raise DataError("The index is empty; add() chunks before searching.")
        plain = as_of == NEWEST and not state.has_series  # then everything is the newest
        return chroma_where(where, as_of=EVER if plain else as_of, known=state.tags), state

    def allowed(self, where: Where | None, as_of: str) -> list[str] | None:
        """The ids of the chunks that a search with these filters may find, sorted; None for all."""
        condition, state = self._condition(where, as_of)
        if condition is None:
            return None
        if self._matching[0] != state.version:
            self._matching = (state.version, {})
        known = self._matching[1]
        if str(condition) not in known:
            known[str(condition)] = self.store.ids(condition)
        return known[str(condition)]

    def hits(self, scored: Sequence[Scored]) -> list[list[Hit]]:
        """Ids with their scores, best first, as hits with the chunks in them."""
        chunks = self.store.read(sorted({name for row in scored for name, _ in row}))
        ranked = (enumerate(row, start=1) for row in scored)
        return [[Hit(chunk=chunks[n], score=float(s), rank=rank) for rank, (n, s) in row] for row in ranked]

    def _rows_of(self, allowed: list[str] | None, version: str) -> tuple[np.ndarray, np.ndarray]:
        """Ids and vectors of the chunks that may be found; those of a small index are kept in memory."""
        if len(self) > self._exact_up_to:
            return self.store.vectors(allowed)
        if self._rows is None or self._rows[0] != version:
            self._rows = (version, *self.store.vectors())
        _, ids, rows = self._rows
        places = slice(None) if allowed is None else np.searchsorted(ids, allowed)
        return ids[places], rows[places]

    def _plan(self, chunks: Iterable[Chunk]) -> _Plan:
        if iter(chunks) is chunks:
            raise DataError("Chunks are gone through twice: give a list, or an object that starts anew each time.")
        given, missing, series, tags = set(), set(), set(), set()
        checked, pending = checked_chunks(chunks), self.store.state().pending
        for batch in batches(checked):
            stored = self.store.read([chunk.id for chunk in batch])
            given |= {chunk.id for chunk in batch}
            changed = [chunk for chunk in batch if stored.get(chunk.id) != chunk]
            missing |= {chunk.id for chunk in changed}
            touched = [*changed, *(chunk for chunk in batch if chunk.id in pending)]
            touched += [stored[chunk.id] for chunk in changed if chunk.id in stored]
            series |= {chunk.series for chunk in touched if chunk.series}
            tags |= {name for chunk in batch for name, _ in chunk.tags}
        return _Plan(given=frozenset(given), missing=frozenset(missing), series=frozenset(series), tags=frozenset(tags))

    def _order_versions(self, series: Iterable[str], *, without: Iterable[str] = ()) -> None:
        """Say of each version of these series until when it holds; as if `without` were gone."""
        versions: dict[str, list[dict]] = {}
        for row in self.store.versions(sorted(series)):
            if row["id"] not in without:
                versions.setdefault(row["series"], []).append(row)
        ends = {
            name: end for rows in versions.values() for name, end in ends_of({r["id"]: r["date"] for r in rows}).items()
        }
        old = {row["id"]: row["until"] for rows in versions.values() for row in rows}
        self.store.write_ends({name: end for name, end in ends.items() if end != old[name]})

    def _check_embedder(self) -> None:
        """Refuse an embedder that places texts elsewhere than the stored vectors: scores would mean nothing."""
        sample = self.store.sample()
        if sample is None:
            return
        stored, now = sample[1], embed_rows(self.embed, [sample[0]])[0]
        if stored.shape != now.shape or stored @ now < SAME_VECTOR:
            raise ConfigError(
                f"{self._name!r} comes from another embedder (its vectors have {len(stored)} dimensions, those "
                f"of the given one {len(now)}): use the one it was built with, or another name."
            )
