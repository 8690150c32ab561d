"""Keep chunks with their vectors and find the nearest ones: chromadb behind `add` and `search`.

Similarity is the cosine, so a score of 1 means the same direction. The vectors always come from the given
embedder: chromadb's own, which downloads a model, is never used. Chunks that still have to be stored are
noted in the index before the first one is, so an index whose building was interrupted says so instead of
answering from half of the chunks; adding the same chunks again does the rest.

The search is approximate (HNSW, Malkov & Yashunin 2018), with settings under which a few thousand chunks
are searched exactly. One process at a time may hold a folder open.
"""

import json
import uuid
import weakref
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

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

if TYPE_CHECKING:  # the embedders bring torch, which an index does not need
    from domainlab.retrieve.embed import Embedder

BATCH = 256  # chunks per write, and what an interruption costs at most
HNSW = {"space": "cosine", "ef_construction": 200, "ef_search": 400, "max_neighbors": 32}
SAME_VECTOR = 0.98  # cosine above which two vectors of one text come from one embedder
UNIT = 1e-3  # allowed distance of a row's length from 1


class VectorIndex:
    """Chunks that can be searched by meaning, in memory or in a folder.

    Args:
        embed: n texts -> float32 `(n, dim)`, rows of length 1; the same one for chunks and queries.
        path: folder to keep the index in (made if missing); None keeps it in memory, apart from all others.
        name: the collection within the folder: 3 or more letters, digits, ".", "_", "-".

    Raises:
        ConfigError: the folder cannot be used, or holds vectors of another embedder.
    """

    def __init__(self, embed: "Embedder", *, path: str | Path | None = None, name: str = "chunks") -> None:
        self._embed = embed
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
        missing = [chunk for batch in _batches(chunks) for chunk in self._not_stored(batch)]
        ids = {chunk.id for chunk in chunks}
        if missing:
            self._note_pending(self._pending() | {chunk.id for chunk in missing})
        with tqdm(total=len(missing), desc="Embedding", unit=" chunks", delay=2) as bar:
            for batch in _batches(missing):
                self._store(batch)
                bar.update(len(batch))
        if pending := self._pending():
            self._note_pending(pending - ids)
        return len(missing)

    def search(self, query: str, *, k: int = 5) -> list[Hit]:
        """The k chunks nearest to a query, best first (all of them, if there are fewer).

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
        return [hits for batch in _batches(queries) for hits in self._nearest(batch, min(k, count))]

    def delete(self, ids: Iterable[str]) -> None:
        """Remove chunks by id.

        Raises:
            DataError: an id that is not in the index.
        """
        ids, pending = list(ids), self._pending()
        stored = [chunk_id for batch in _batches(ids) for chunk_id in self._stored(batch)]
        if unknown := sorted(set(ids) - set(stored) - pending):
            raise DataError(f"Cannot delete chunks that are not in the index: {', '.join(unknown[:5])}.")
        with _clear_errors("delete chunks"):
            for batch in _batches(stored):
                self._collection.delete(ids=batch)
        if pending:
            self._note_pending(pending - set(ids))

    def _searchable(self) -> int:
        """How many chunks there are to search; refuses an index that is empty or half built."""
        count, pending = len(self), self._pending()
        if pending:
            raise DataError(
                f"Building this index was interrupted: {len(pending)} of its chunks may be missing. "
                "Call add() with the same chunks again; only the missing ones are embedded."
            )
        if not count:
            raise DataError("The index is empty; add() chunks before searching.")
        return count

    def _nearest(self, queries: Sequence[str], k: int) -> list[list[Hit]]:
        vectors = self._vectors(queries)
        with _clear_errors("search"):
            found = self._collection.query(
                query_embeddings=vectors, n_results=k, include=["documents", "metadatas", "distances"]
            )
        columns = (found["ids"], found["documents"], found["metadatas"], found["distances"])
        return [_ranked(zip(*rows, strict=True)) for rows in zip(*columns, strict=True)]

    def _stored(self, ids: Sequence[str]) -> dict[str, Chunk]:
        """The chunks stored under these ids."""
        with _clear_errors("read chunks"):
            found = self._collection.get(ids=list(ids), include=["documents", "metadatas"])
        rows = zip(found["ids"], found["documents"], found["metadatas"], strict=True)
        return {chunk_id: _chunk(chunk_id, text, origin) for chunk_id, text, origin in rows}

    def _not_stored(self, chunks: Sequence[Chunk]) -> list[Chunk]:
        stored = self._stored([chunk.id for chunk in chunks])
        return [chunk for chunk in chunks if stored.get(chunk.id) != chunk]

    def _store(self, chunks: Sequence[Chunk]) -> None:
        vectors = self._vectors([chunk.text for chunk in chunks])
        with _clear_errors("write chunks"):
            self._collection.upsert(
                ids=[chunk.id for chunk in chunks],
                embeddings=vectors,
                documents=[chunk.text for chunk in chunks],
                metadatas=[_origin(chunk) for chunk in chunks],
            )

    def _vectors(self, texts: Sequence[str]) -> np.ndarray:
        """The embedder's rows for n texts, checked: `(n, dim)`, finite, of length 1."""
        rows = np.asarray(self._embed(list(texts)), dtype=np.float32)
        if rows.ndim != 2 or len(rows) != len(texts):
            raise DataError(f"The embedder must return one row per text; got {rows.shape} for {len(texts)}.")
        if not np.allclose(np.linalg.norm(rows, axis=1), 1, atol=UNIT):
            raise DataError("The embedder must return rows of length 1; divide each row by its norm.")
        return rows

    def _pending(self) -> set[str]:
        """Ids that were noted before storing and are not stored for certain; read anew each time."""
        with _clear_errors("read the state"):
            metadata = self._client.get_collection(self._name, embedding_function=None).metadata
        return set(json.loads((metadata or {}).get("pending", "[]")))

    def _note_pending(self, ids: set[str]) -> None:
        with _clear_errors("write the state"):
            self._collection.modify(metadata={"pending": json.dumps(sorted(ids))})

    def _check_collection(self) -> None:
        """Refuse a stored collection that measures or embeds differently: its scores would mean nothing."""
        space = (self._collection.configuration.get("hnsw") or {}).get("space")
        if space != HNSW["space"]:
            raise ConfigError(f"Collection {self._name!r} must use cosine space; got {space!r}. Choose another.")
        with _clear_errors("read chunks"):
            sample = self._collection.get(limit=1, include=["documents", "embeddings"])
        if not sample["ids"]:
            return
        stored, now = np.asarray(sample["embeddings"][0]), self._vectors(sample["documents"])[0]
        if stored.shape != now.shape or stored @ now < SAME_VECTOR:
            raise ConfigError(
                f"Collection {self._name!r} was built with another embedder ({len(stored)} dimensions, "
                f"this one {len(now)}). Use that one, or another path or name."
            )


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
        where = "in memory" if path is None else f"on {path}"
        raise ConfigError(
            f"chromadb could not start {where}: {error}. If the folder is damaged, delete it; then restart Python "
            "(chromadb starts once per process and folder) and build the index again."
        ) from error


def _release(client: ClientAPI, own_collection: str | None) -> None:
    """Close the client, and drop the collection that only it could see."""
    if own_collection is not None:
        client.delete_collection(own_collection)
    client.close()


@contextmanager
def _clear_errors(action: str) -> Iterator[None]:
    """Say in our words what chromadb could not do."""
    try:
        yield
    except (ChromaError, OSError) as error:
        raise ConfigError(
            f"The index could not {action}: {error}. Look at the collection's name, the free disk space and the "
            "folder's rights, then run this again; what was stored is kept."
        ) from error


def _batches(items: Sequence) -> Iterator[list]:
    return (list(items[start : start + BATCH]) for start in range(0, len(items), BATCH))


def _origin(chunk: Chunk) -> dict[str, str | int]:
    return {"doc_id": chunk.doc_id, "start": chunk.start, "end": chunk.end, "date": chunk.date}


def _chunk(chunk_id: str, text: str, origin: dict[str, str | int]) -> Chunk:
    doc_id, start, end, date = (origin[key] for key in ("doc_id", "start", "end", "date"))
    return Chunk(id=chunk_id, doc_id=doc_id, start=start, end=end, text=text, date=date)


def _ranked(rows: Iterable[tuple]) -> list[Hit]:
    """Hits, best first; equal scores in the order of the ids, so that the list is always the same."""
    scored = [(_chunk(row[0], row[1], row[2]), max(-1.0, min(1.0, round(1 - row[3], 6)))) for row in rows]
    scored.sort(key=lambda pair: (-pair[1], pair[0].id))
    return [Hit(chunk=chunk, score=score, rank=rank) for rank, (chunk, score) in enumerate(scored, start=1)]
