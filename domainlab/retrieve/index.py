"""Keep chunks with their vectors and find the nearest ones: chromadb behind `add` and `search`.

The vectors always come from the given embedder: chromadb's own, which downloads a model, is never used.
Chunks that have to be stored are noted in the index before the first one is, so an index whose building
was interrupted says so instead of answering from half of the chunks; adding them again does the rest.
Small indexes compare a query with every vector, large ones walk chromadb's graph (HNSW, Malkov & Yashunin
2018), approximate: of many nearly equal texts it loses some. One process at a time may use a folder.
"""

import json
import uuid
import weakref
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

import chromadb
import numpy as np
from chromadb.api import ClientAPI
from chromadb.config import Settings
from chromadb.errors import ChromaError
from tqdm.auto import tqdm

from domainlab.errors import ConfigError, DataError
from domainlab.records import Chunk, Hit
from domainlab.retrieve.chunk import check_chunks
from domainlab.retrieve.folder import usable_folder
from domainlab.retrieve.vectors import Embedder, Scored, cosine_score, embed_rows, exact_neighbours

BATCH = 256  # chunks per write, and what an interruption costs at most
EXACT = 20_000  # chunks; 30 MB of vectors, and milliseconds per query
HNSW = {"space": "cosine", "ef_construction": 200, "ef_search": 400, "max_neighbors": 32}
SAME_VECTOR = 0.98  # cosine above which two vectors of one text come from one embedder


class VectorIndex:
    """Chunks that can be searched by meaning, in memory or in a folder."""

    def __init__(
        self,
        embed: Embedder,
        *,
        path: str | Path | None = None,
        name: str = "chunks",
        exact_up_to: int = EXACT,
    ) -> None:
        """Make an index, or open the one that the folder holds.

        Args:
            embed: n texts -> float32 `(n, dim)`, rows of length 1; the same one for chunks and queries.
            path: folder to keep the index in; None keeps it in memory, apart from all others.
            name: the collection within the folder: 3 or more letters, digits, ".", "_", "-".
            exact_up_to: number of chunks above which the search becomes approximate.

        Raises:
            ConfigError: the folder cannot be used, or holds vectors of another embedder.
        """
        self._embed = embed
        self._exact_up_to = exact_up_to
        self._cache: tuple[str, np.ndarray, np.ndarray] | None = None  # version, ids, rows
        self._name = name if path is not None else f"{name}-{uuid.uuid4().hex}"
        self._client = _open_client(path)
        self._finalizer = weakref.finalize(self, _release, self._client, self._name if path is None else None)
        self._finalizer.atexit = False  # a process that ends frees everything anyway
        with _clear_errors("open the collection"):
            self._collection = self._client.get_or_create_collection(
                self._name, configuration={"hnsw": HNSW}, embedding_function=None
            )
        self._check_collection()

    def close(self) -> None:
        """Let go of the folder, or of the memory; also done when nothing refers to the index any more."""
        self._finalizer()

    def __len__(self) -> int:
        """How many chunks are stored."""
        with _clear_errors("count chunks"):
            return self._collection.count()

    def add(self, chunks: Sequence[Chunk]) -> int:
        """Store chunks, replacing those with the same id; what is stored already is not embedded again.

        Returns:
            How many chunks were embedded.

        Raises:
            DataError: no chunks, an id twice, an empty text, or an embedder that returns something else
                than rows of length 1.
            ConfigError: the folder cannot be written.
        """
        check_chunks(chunks)
        stored = self._stored([chunk.id for chunk in chunks])
        missing = [chunk for chunk in chunks if stored.get(chunk.id) != chunk]
        _, pending = self._state()
        if missing:
            self._note(pending | {chunk.id for chunk in missing})
        with tqdm(total=len(missing), desc="Embedding", unit=" chunks", delay=2) as bar:
            for batch in _batches(missing):
                self._store(batch)
                bar.update(len(batch))
        if missing or pending:
            self._note(pending - {chunk.id for chunk in chunks})
        return len(missing)

    def search(self, query: str, *, k: int = 5) -> list[Hit]:
        """The k chunks nearest to a query, best first; the score is the cosine, -1 ... 1.

        Raises:
            ConfigError: `k` below 1.
            DataError: an empty query, an empty index, or one whose building was interrupted.
        """
        return self.search_many([query], k=k)[0]

    def search_many(self, queries: Sequence[str], *, k: int = 5) -> list[list[Hit]]:
        """`search` for many queries at once: one list of hits per query."""
        if k < 1:
            raise ConfigError(f"k must be at least 1 hit; got {k}.")
        if isinstance(queries, str) or not all(query.strip() for query in queries):
            raise DataError("Expected a list of queries with text; got one string, or an empty query.")
        count = self._searchable()
        nearest = self._exact if count <= self._exact_up_to else self._approximate
        return [hits for batch in _batches(queries) for hits in self._hits(nearest(batch, min(k, count)))]

    def delete(self, ids: Iterable[str]) -> None:
        """Remove chunks by id.

        Raises:
            DataError: an id that is not in the index.
        """
        ids, pending = list(dict.fromkeys(ids)), self._state()[1]
        stored = list(self._stored(ids))
        if unknown := sorted(set(ids) - set(stored) - pending):
            raise DataError(f"Chunks to delete are not in the index: {', '.join(unknown[:5])}.")
        with _clear_errors("delete chunks"):
            for batch in _batches(stored):
                self._collection.delete(ids=batch)
        self._note(pending - set(ids))

    def _searchable(self) -> int:
        """How many chunks there are to search; refuses an index that is empty or half built."""
        count, (_, pending) = len(self), self._state()
        if pending:
            raise DataError(
                f"Building this index was interrupted: up to {len(pending)} chunks are missing. "
                "Call add() with the same chunks again; only the missing ones are embedded."
            )
        if count == 0:
            raise DataError("The index is empty; add() chunks before searching.")
        return count

    def _exact(self, queries: Sequence[str], k: int) -> list[Scored]:
        version = self._state()[0]
        if self._cache is None or self._cache[0] != version:
            with _clear_errors("read the vectors"):
                stored = self._collection.get(include=["embeddings"])
            order = np.argsort(stored["ids"])  # so that equal scores come in the order of the ids
            ids, rows = np.asarray(stored["ids"])[order], np.asarray(stored["embeddings"], np.float32)[order]
            self._cache = version, ids, rows
        _, ids, rows = self._cache
        positions, scores = exact_neighbours(embed_rows(self._embed, queries), rows, k=k)
        return [list(zip(*row, strict=True)) for row in zip(ids[positions].tolist(), scores, strict=True)]

    def _approximate(self, queries: Sequence[str], k: int) -> list[Scored]:
        vectors = embed_rows(self._embed, queries)
        with _clear_errors("search"):
            found = self._collection.query(query_embeddings=vectors, n_results=k, include=["distances"])
        rows = zip(found["ids"], map(cosine_score, found["distances"]), strict=True)
        return [sorted(zip(*row, strict=True), key=lambda scored: (-scored[1], scored[0])) for row in rows]

    def _hits(self, scored: list[Scored]) -> list[list[Hit]]:
        chunks = self._stored(sorted({name for row in scored for name, _ in row}))
        ranked = (enumerate(row, start=1) for row in scored)
        return [[Hit(chunk=chunks[n], score=float(s), rank=rank) for rank, (n, s) in row] for row in ranked]

    def _stored(self, ids: Sequence[str]) -> dict[str, Chunk]:
        """The chunks stored under these ids."""
        chunks: dict[str, Chunk] = {}
        for batch in _batches(ids):
            with _clear_errors("read chunks"):
                found = self._collection.get(ids=batch, include=["documents", "metadatas"])
            rows = zip(found["ids"], found["documents"], found["metadatas"], strict=True)
            chunks |= {name: Chunk(id=name, text=text, **origin) for name, text, origin in rows}
        return chunks

    def _store(self, chunks: Sequence[Chunk]) -> None:
        ids, texts = [chunk.id for chunk in chunks], [chunk.text for chunk in chunks]
        origins = [{k: v for k, v in asdict(chunk).items() if k not in ("id", "text")} for chunk in chunks]
        vectors = embed_rows(self._embed, texts)
        with _clear_errors("write chunks"):
            self._collection.upsert(ids=ids, embeddings=vectors, documents=texts, metadatas=origins)

    def _state(self) -> tuple[str, set[str]]:
        """The content's version and the ids not stored for certain; read anew, as others may have written."""
        with _clear_errors("read the state"):
            metadata = self._client.get_collection(self._name, embedding_function=None).metadata or {}
        return metadata.get("version", ""), set(json.loads(metadata.get("pending", "[]")))

    def _note(self, pending: set[str]) -> None:
        with _clear_errors("write the state"):
            state = {"version": uuid.uuid4().hex, "pending": json.dumps(sorted(pending))}
            self._collection.modify(metadata=state)

    def _check_collection(self) -> None:
        """Refuse a stored collection that measures or embeds differently: its scores would mean nothing."""
        space = (self._collection.configuration_json.get("hnsw") or {}).get("space")
        if space != HNSW["space"]:
            raise ConfigError(f"Collection {self._name!r} must use cosine space; got {space!r}.")
        with _clear_errors("read chunks"):
            sample = self._collection.get(limit=1, include=["documents", "embeddings"])
        if not sample["ids"]:
            return
        stored, now = np.asarray(sample["embeddings"][0]), embed_rows(self._embed, sample["documents"])[0]
        if stored.shape != now.shape or stored @ now < SAME_VECTOR:
            raise ConfigError(f"{self._name!r} comes from another embedder: use that, or another name.")


def _open_client(path: str | Path | None) -> ClientAPI:
    """A chromadb client in memory or on a folder, without telemetry."""
    settings = Settings(anonymized_telemetry=False)
    folder = None if path is None else usable_folder(Path(path))
    try:
        if folder is None:
            return chromadb.EphemeralClient(settings)
        return chromadb.PersistentClient(folder, settings)
    except (ChromaError, ValueError, AttributeError) as error:
        # ValueError: open with other settings already; AttributeError: it failed here before, see folder.py
        advice = "If the folder is damaged, delete it; then restart Python."
        raise ConfigError(f"chromadb could not start on {path or 'memory'}: {error}. {advice}") from error


def _release(client: ClientAPI, own_collection: str | None) -> None:
    """Close the client, and drop the collection that only it could see."""
    if own_collection:
        client.delete_collection(own_collection)
    client.close()


@contextmanager
def _clear_errors(action: str) -> Iterator[None]:
    """Say in our words what chromadb could not do."""
    try:
        yield
    except (ChromaError, OSError) as error:
        advice = "Look at the name, disk space and rights, then run this again; all that is stored is kept."
        raise ConfigError(f"The index could not {action}: {error}. {advice}") from error


def _batches(items: Sequence) -> Iterator[list]:
    return (list(items[start : start + BATCH]) for start in range(0, len(items), BATCH))
