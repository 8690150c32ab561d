"""Chunks and their vectors in a chromadb collection: the one file that knows chromadb.

The collection lies in memory, in a folder or on a chromadb server; the same code serves all three. The
vectors always come from outside: chromadb's own embedder, which downloads a model, is never used.
"""

import json
import uuid
import weakref
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from itertools import islice
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import chromadb
import httpx
import numpy as np
from chromadb.api import ClientAPI
from chromadb.config import Settings
from chromadb.errors import ChromaError

from domainlab.errors import ConfigError
from domainlab.records import Chunk
from domainlab.retrieve.filters import TAG
from domainlab.retrieve.folder import usable_folder
from domainlab.retrieve.vectors import Scored, cosine_score
from domainlab.retrieve.versions import OPEN, day_number

BATCH = 256  # chunks per read or write
HNSW = {
    "space": "cosine", "ef_construction": 200, "ef_search": 400, "max_neighbors": 32,
    "sync_threshold": 10_000,  # vectors between two writes of the whole graph; the log keeps the others safe
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class State:
    """What the collection says about itself."""

    version: str  # another one after every change
    pending: frozenset[str]  # ids that are not stored for certain
    tags: frozenset[str]  # names of the tags that chunks have
    has_series: bool  # whether some chunk has versions


class ChunkStore:
    """Chunks with their vectors; reads and writes, decides nothing."""

    def __init__(self, place: str | Path | None, name: str) -> None:
        """Open a collection, made if missing: in memory (None), in a folder, or at http://host:port.

        Raises:
            ConfigError: the place cannot be used, or the collection does not measure cosines.
        """
        self._name = name if place is not None else f"{name}-{uuid.uuid4().hex}"
        self._client = _open_client(place)
        self._finalizer = weakref.finalize(self, _release, self._client, self._name if place is None else None)
        self._finalizer.atexit = False  # a process that ends frees everything anyway
        with _clear_errors("open the collection"):
            self._collection = self._client.get_or_create_collection(
                self._name, configuration={"hnsw": HNSW}, embedding_function=None
            )
        space = (self._collection.configuration_json.get("hnsw") or {}).get("space")
        if space != HNSW["space"]:
            raise ConfigError(f"Collection {self._name!r} must use cosine space; got {space!r}.")

    def close(self) -> None:
        """Let go of the place; what is only in memory is dropped."""
        self._finalizer()

    def __len__(self) -> int:
        """How many chunks are stored."""
        with _clear_errors("count chunks"):
            return self._collection.count()

    def state(self) -> State:
        """What the collection says about itself; read anew, as others may have written."""
        with _clear_errors("read the state"):
            noted = self._client.get_collection(self._name, embedding_function=None).metadata or {}
        return State(
            version=noted.get("version", ""),
            pending=frozenset(json.loads(noted.get("pending", "[]"))),
            tags=frozenset(json.loads(noted.get("tags", "[]"))),
            has_series=noted.get("has_series", False),
        )

    def note(self, *, pending: frozenset[str], tags: frozenset[str], has_series: bool) -> str:
        """Write down the state under a new version, which is returned."""
        version = uuid.uuid4().hex
        noted = {"pending": json.dumps(sorted(pending)), "tags": json.dumps(sorted(tags))}
        with _clear_errors("write the state"):
            self._collection.modify(metadata={"version": version, "has_series": has_series, **noted})
        return version

    def read(self, ids: Sequence[str]) -> dict[str, Chunk]:
        """The chunks stored under these ids; the others are left out."""
        chunks: dict[str, Chunk] = {}
        for batch in batches(ids):
            with _clear_errors("read chunks"):
                found = self._collection.get(ids=batch, include=["documents", "metadatas"])
            rows = zip(found["ids"], found["documents"], found["metadatas"], strict=True)
            chunks |= {name: _chunk(name, text, origin) for name, text, origin in rows}
        return chunks

    def ids(self, where: dict | None = None) -> list[str]:
        """The ids of all chunks that fulfil a condition, sorted."""
        with _clear_errors("read ids"):
            return sorted(self._collection.get(where=where, include=[])["ids"])

    def versions(self, series: Sequence[str]) -> list[dict[str, Any]]:
        """Id, series, date and until of every chunk of these series."""
        rows: list[dict[str, Any]] = []
        for batch in batches(series):
            with _clear_errors("read versions"):
                found = self._collection.get(where={"series": {"$in": batch}}, include=["metadatas"])
            pairs = zip(found["ids"], found["metadatas"], strict=True)
            rows += [
                {"id": name, **{key: origin[key] for key in ("series", "date", "until")}} for name, origin in pairs
            ]
        return rows

    def write(self, chunks: Sequence[Chunk], vectors: np.ndarray) -> None:
        """Store chunks, over those with the same ids; each counts as the newest version for now."""
        with _clear_errors("write chunks"):
            for batch, rows in zip(batches(chunks), batches(vectors), strict=True):
                self._collection.upsert(
                    ids=[chunk.id for chunk in batch], embeddings=np.asarray(rows),
                    documents=[chunk.text for chunk in batch], metadatas=[_origin(chunk) for chunk in batch],
                )  # fmt: skip

    def write_ends(self, ends: Mapping[str, int]) -> None:
        """Say until when versions hold, by chunk id."""
        with _clear_errors("write versions"):
            for batch in batches(list(ends)):
                self._collection.update(ids=batch, metadatas=[{"until": ends[name]} for name in batch])

    def delete(self, ids: Sequence[str]) -> None:
        """Remove chunks that are there."""
        with _clear_errors("delete chunks"):
            for batch in batches(ids):
                self._collection.delete(ids=batch)

    def vectors(self, ids: Sequence[str] | None = None) -> tuple[np.ndarray, np.ndarray]:
        """Ids `(n,)`, sorted, and their vectors `(n, dim)`; of all chunks, or of those named."""
        with _clear_errors("read the vectors"):
            found = self._collection.get(ids=ids if ids is None else list(ids), include=["embeddings"])
        order = np.argsort(found["ids"])  # so that equal scores come in the order of the ids
        return np.asarray(found["ids"])[order], np.asarray(found["embeddings"], np.float32)[order]

    def nearest(self, vectors: np.ndarray, k: int, where: dict | None) -> list[Scored]:
        """The k nearest chunks of each vector by chromadb's graph, best first."""
        with _clear_errors("search"):
            found = self._collection.query(query_embeddings=vectors, n_results=k, where=where, include=["distances"])
        rows = zip(found["ids"], map(cosine_score, found["distances"]), strict=True)
        return [sorted(zip(*row, strict=True), key=lambda scored: (-scored[1], scored[0])) for row in rows]

    def sample(self) -> tuple[str, np.ndarray] | None:
        """One stored text with its vector; None where nothing is stored."""
        with _clear_errors("read chunks"):
            found = self._collection.get(limit=1, include=["documents", "embeddings"])
        return (found["documents"][0], np.asarray(found["embeddings"][0])) if found["ids"] else None


def batches(items: Iterable, size: int = BATCH) -> Iterator[list]:
    """The items in order, a few at a time."""
    iterator = iter(items)
    while batch := list(islice(iterator, size)):
        yield batch


def _origin(chunk: Chunk) -> dict[str, str | int]:
    """A chunk as metadata: flat, so that chromadb can filter by every part."""
    parts = {name: value for name, value in asdict(chunk).items() if name not in ("id", "text", "tags")}
    return parts | {"since": day_number(chunk.date), "until": OPEN} | {TAG + name: tag for name, tag in chunk.tags}


def _chunk(name: str, text: str, origin: Mapping[str, Any]) -> Chunk:
    tags = {key.removeprefix(TAG): value for key, value in origin.items() if key.startswith(TAG)}
    parts = {key: value for key, value in origin.items() if not key.startswith(TAG) and key not in ("since", "until")}
    return Chunk(id=name, text=text, tags=tuple(tags.items()), **parts)


def _open_client(place: str | Path | None) -> ClientAPI:
    """A chromadb client in memory, on a folder or to a server, without telemetry."""
    settings = Settings(anonymized_telemetry=False)
    if isinstance(place, str) and place.startswith(("http://", "https://")):
        return _open_server(place, settings)
    folder = None if place is None else usable_folder(Path(place))
    try:
        return chromadb.EphemeralClient(settings) if folder is None else chromadb.PersistentClient(folder, settings)
    except (ChromaError, ValueError, AttributeError) as error:
        # ValueError: open with other settings already; AttributeError: it failed here before, see folder.py
        advice = "If the folder is damaged, delete it; then restart Python."
        raise ConfigError(f"chromadb could not start on {place or 'memory'}: {error}. {advice}") from error


def _open_server(url: str, settings: Settings) -> ClientAPI:
    try:
        parts = urlsplit(url)
        port = parts.port or (443 if parts.scheme == "https" else 80)
        return chromadb.HttpClient(parts.hostname or "", port, parts.scheme == "https", settings=settings)
    except Exception as error:  # chromadb raises a bare Exception where something else answers at the address
        advice = "Start one with `chroma run --path FOLDER --port PORT`, or check address and port."
        raise ConfigError(f"No chromadb server answers at {url}: {str(error)[:200]}. {advice}") from error


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
    except (ChromaError, OSError, httpx.HTTPError) as error:
        advice = "Look at the name, disk space, rights and server, then run this again; all that is stored is kept."
        raise ConfigError(f"The index could not {action}: {error}. {advice}") from error
