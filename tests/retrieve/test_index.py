"""The index: exact neighbours, nothing embedded twice, nothing half built taken for good."""

import os
import resource
import signal
import subprocess
import sys
from dataclasses import replace
from itertools import product
from pathlib import Path

import chromadb
import numpy as np
import pytest
from chromadb.config import Settings

from domainlab.errors import ConfigError, DataError
from domainlab.records import Chunk
from domainlab.retrieve.chunk import chunk_document
from domainlab.retrieve.embed import HashEmbedder
from domainlab.retrieve.index import BATCH, VectorIndex
from domainlab.testing import ten_documents

EMBED = HashEmbedder(dim=64)
KILLED = """
import os, sys
import numpy as np
from domainlab.records import Chunk
from domainlab.retrieve.index import BATCH, VectorIndex
calls = []
def embed(texts):
    calls.append(texts)
    if len(calls) == 3:
        os._exit(9)
    return np.eye(4, dtype=np.float32)[[len(text) % 4 for text in texts]]
chunks = [Chunk(id=f"c{n}", doc_id="d", start=0, end=1, text="x" * n) for n in range(1, 3 * BATCH)]
VectorIndex(embed, path=sys.argv[1]).add(chunks)
"""


class CountingEmbedder:
    """Remembers which texts it embedded; stops at text number `fail_at`."""

    def __init__(self, fail_at: int | None = None) -> None:
        self.texts: list[str] = []
        self.fail_at = fail_at

    def __call__(self, texts):
        if self.fail_at is not None and len(self.texts) + len(texts) > self.fail_at:
            raise KeyboardInterrupt
        self.texts.extend(texts)
        return EMBED(texts)


def many_chunks(count: int) -> list[Chunk]:
    texts = [f"{['red', 'blue', 'green'][n % 3]} item {n}" for n in range(count)]
    return [
        Chunk(id=f"c{n}", doc_id=f"d{n % 7}", start=n, end=n + len(text), text=text, date="2026-01-31")
        for n, text in enumerate(texts)
    ]


@pytest.fixture
def clinic() -> VectorIndex:
    index = VectorIndex(HashEmbedder())
    index.add([chunk for doc in ten_documents() for chunk in chunk_document(doc, size=120, overlap=0)])
    return index


def test_finds_the_passage_with_the_words(clinic):
    hits = clinic.search("kitchen soup at noon", k=3)
    assert hits[0].chunk.doc_id == "kitchen"
    assert "soup at noon" in hits[0].chunk.text
    assert [hit.rank for hit in hits] == [1, 2, 3]


def test_score_is_the_cosine_as_worked_by_hand():
    # words "red key" against "red key" and "red map": cosine 1 and 1 / (sqrt 2 * sqrt 2)
    index = VectorIndex(HashEmbedder(dim=4096))
    texts = ["red key", "red map", "soup"]
    index.add([Chunk(id=text, doc_id="d", start=0, end=len(text), text=text) for text in texts])
    hits = index.search("red key", k=3)
    assert [hit.chunk.id for hit in hits] == ["red key", "red map", "soup"]
    assert [hit.score for hit in hits] == pytest.approx([1, 0.5, 0], abs=1e-6)


@pytest.mark.parametrize("exact_up_to", [0, 20_000])
@pytest.mark.parametrize("count", [1, 90, 600])
def test_neighbours_equal_an_exhaustive_search(count, exact_up_to):
    rng = np.random.default_rng(0)
    rows = rng.normal(size=(count + 20, 48)).astype(np.float32)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    names = [f"text {n}" for n in range(len(rows))]
    index = VectorIndex(lambda texts: rows[[names.index(text) for text in texts]], exact_up_to=exact_up_to)
    index.add([Chunk(id=str(n), doc_id="d", start=0, end=1, text=names[n]) for n in range(count)])
    expected = np.argsort(-rows[count:] @ rows[:count].T, axis=1)[:, :5]
    found = index.search_many(names[count:], k=5)
    assert [[int(hit.chunk.id) for hit in hits] for hits in found] == expected.tolist()
    scores = np.array([[hit.score for hit in hits] for hits in found])
    cosines = np.take_along_axis(rows[count:] @ rows[:count].T, expected, axis=1)
    np.testing.assert_allclose(scores, cosines, atol=2e-6)


def test_chunks_come_back_unchanged(tmp_path):
    chunks = [replace(many_chunks(1)[0], text=" Ärger\n字 \u00a0x ", date=""), *many_chunks(5)[1:]]
    for index in (VectorIndex(EMBED), VectorIndex(EMBED, path=tmp_path)):
        index.add(chunks)
        assert sorted((hit.chunk for hit in index.search("item", k=9)), key=lambda c: c.id) == chunks


def test_search_many_equals_search_and_repeats_itself(clinic):
    queries = ["the key", "Who checks the ambulance?", "vaccine fridge degrees"]
    assert clinic.search_many(queries, k=4) == [clinic.search(query, k=4) for query in queries]
    assert clinic.search_many(queries, k=4) == clinic.search_many(queries, k=4)
    assert clinic.search_many([], k=4) == []


def test_the_graph_finds_nearly_what_the_exact_search_finds():
    words = ["dose", "fridge", "key", "ward", "nurse", "soup", "oak", "van", "lid", "bag", "box", "book"]
    texts = [f"{a} {b} {c} {n}" for n, (a, b, c) in enumerate(product(words, words, words[:6]))]
    chunks = [Chunk(id=str(n), doc_id="d", start=0, end=1, text=text) for n, text in enumerate(texts)]
    exact, graph = VectorIndex(EMBED), VectorIndex(EMBED, exact_up_to=0)
    for index in (exact, graph):
        index.add(chunks)
    best, found = (
        np.array([[hit.score for hit in hits] for hits in index.search_many(texts[::9])])
        for index in (exact, graph)
    )
    assert np.isclose(best, found, atol=2e-6).mean() > 0.9


def test_every_chunk_is_found_by_its_own_text_among_many_alike():
    # the graph alone loses some of these: nearly equal texts that no other one points to
    chunks = many_chunks(900)
    index = VectorIndex(HashEmbedder(dim=384))
    index.add(chunks)
    found = index.search_many([chunk.text for chunk in chunks], k=1)
    assert all(hits[0].score == pytest.approx(1, abs=1e-5) for hits in found)


def test_a_second_index_on_the_folder_sees_what_the_first_wrote(tmp_path):
    first, second = VectorIndex(EMBED, path=tmp_path), VectorIndex(EMBED, path=tmp_path)
    first.add(many_chunks(3))
    assert len(second.search("red", k=9)) == 3
    first.delete(["c0"])
    first.add([replace(many_chunks(2)[1], text="soup")])
    assert [hit.chunk.text for hit in second.search("soup", k=9)] == ["soup", "green item 2"]


@pytest.mark.parametrize("exact_up_to", [0, 20_000])
def test_equal_scores_come_in_the_order_of_ids(exact_up_to):
    index = VectorIndex(EMBED, exact_up_to=exact_up_to)
    index.add([replace(chunk, text="same") for chunk in reversed(many_chunks(6))])
    assert [hit.chunk.id for hit in index.search("same", k=6)] == [f"c{n}" for n in range(6)]


def test_k_above_the_number_of_chunks_gives_all(clinic):
    assert len(clinic.search("key", k=10_000)) == len(clinic)


def test_indexes_in_memory_do_not_see_each_other():
    first, second = VectorIndex(EMBED), VectorIndex(EMBED)
    first.add(many_chunks(3))
    assert (len(first), len(second)) == (3, 0)


def test_what_is_stored_is_not_embedded_again(tmp_path):
    for path in (None, tmp_path):
        embed = CountingEmbedder()
        index = VectorIndex(embed, path=path)
        assert index.add(many_chunks(10)) == 10
        assert index.add(many_chunks(10)) == 0
        changed = [*many_chunks(9), replace(many_chunks(10)[9], text="new text"), *many_chunks(12)[10:]]
        assert index.add(changed) == 3
        assert embed.texts == [chunk.text for chunk in [*many_chunks(10), *changed[9:]]]
        assert len(index) == 12
        assert index.search("new text", k=1)[0].chunk == changed[9]


def test_a_folder_keeps_the_index(tmp_path):
    index = VectorIndex(EMBED, path=tmp_path / "deep" / "folder")
    index.add(many_chunks(5))
    hits = index.search("red", k=5)
    index.close()
    embed = CountingEmbedder()
    again = VectorIndex(embed, path=tmp_path / "deep" / "folder")
    assert again.search("red", k=5) == hits
    assert again.add(many_chunks(5)) == 0


def test_collections_in_one_folder_are_apart(tmp_path):
    first, second = (VectorIndex(EMBED, path=tmp_path, name=name) for name in ("first", "second"))
    first.add(many_chunks(3))
    assert (len(first), len(second)) == (3, 0)


def test_an_interrupted_build_says_so_and_is_continued(tmp_path):
    chunks = many_chunks(3 * BATCH + 5)
    index = VectorIndex(CountingEmbedder(fail_at=2 * BATCH), path=tmp_path)
    with pytest.raises(KeyboardInterrupt):
        index.add(chunks)
    index.close()
    index = VectorIndex(EMBED, path=tmp_path)
    assert len(index) == 2 * BATCH
    with pytest.raises(DataError, match="interrupted"):
        index.search("red")
    index.add([replace(chunks[0], id="other")])  # another batch of chunks does not hide the gap
    with pytest.raises(DataError, match="interrupted"):
        index.search("red")
    assert index.add(chunks) == BATCH + 5
    assert len(index.search("red", k=10_000)) == len(chunks) + 1


def test_a_killed_process_leaves_an_index_that_can_be_continued(tmp_path):
    child = subprocess.run([sys.executable, "-c", KILLED, str(tmp_path)], cwd=Path(__file__).parents[2])
    assert child.returncode == 9
    index = VectorIndex(lambda texts: np.eye(4, dtype=np.float32)[[len(t) % 4 for t in texts]], path=tmp_path)
    assert len(index) == 2 * BATCH
    with pytest.raises(DataError, match=f"up to {3 * BATCH - 1} chunks"):
        index.search("x")
    chunks = [Chunk(id=f"c{n}", doc_id="d", start=0, end=1, text="x" * n) for n in range(1, 3 * BATCH)]
    assert index.add(chunks) == BATCH - 1
    assert len(index.search("x", k=10_000)) == 3 * BATCH - 1


@pytest.mark.skipif(not hasattr(resource, "RLIMIT_FSIZE"), reason="needs limits on the size of files")
def test_a_full_disk_is_a_clear_error_and_nothing_half_written_is_served(tmp_path):
    chunks = many_chunks(4 * BATCH)
    wide = HashEmbedder(dim=384)
    index = VectorIndex(wide, path=tmp_path)
    old_limit = resource.getrlimit(resource.RLIMIT_FSIZE)
    old_handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (800_000, old_limit[1]))
    try:
        with pytest.raises(ConfigError, match="disk space"):
            index.add(chunks)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, old_limit)
        signal.signal(signal.SIGXFSZ, old_handler)
    index.close()
    index = VectorIndex(wide, path=tmp_path)
    with pytest.raises(DataError):
        index.search("red")
    index.add(chunks)
    assert {hit.chunk for hit in index.search("red", k=10_000)} == set(chunks)


def test_deleted_chunks_are_not_found(clinic):
    hit = clinic.search("soup at noon", k=1)[0]
    before = len(clinic)
    clinic.delete([hit.chunk.id, hit.chunk.id])
    assert len(clinic) == before - 1
    assert hit.chunk not in [other.chunk for other in clinic.search("soup at noon", k=before)]
    with pytest.raises(DataError, match="not in the index"):
        clinic.delete([hit.chunk.id])


def test_deleting_the_missing_chunks_completes_an_interrupted_index():
    chunks = many_chunks(BATCH + 2)
    index = VectorIndex(CountingEmbedder(fail_at=BATCH))
    with pytest.raises(KeyboardInterrupt):
        index.add(chunks)
    index.embed = EMBED
    index.delete([chunk.id for chunk in chunks[BATCH:]])
    index.add(chunks[:BATCH])
    assert len(index.search("red", k=10_000)) == BATCH


def test_another_embedder_is_refused(tmp_path):
    VectorIndex(EMBED, path=tmp_path).add(many_chunks(3))
    VectorIndex(HashEmbedder(dim=64), path=tmp_path)
    with pytest.raises(ConfigError, match="another embedder"):
        VectorIndex(HashEmbedder(dim=32), path=tmp_path)
    with pytest.raises(ConfigError, match="another embedder"):
        VectorIndex(lambda texts: np.eye(64, dtype=np.float32)[[7] * len(texts)], path=tmp_path)


def test_a_foreign_collection_with_another_measure_is_refused(tmp_path):
    client = chromadb.PersistentClient(tmp_path, Settings(anonymized_telemetry=False))
    client.create_collection("chunks", embedding_function=None)  # squared distance, chromadb's default
    client.close()
    with pytest.raises(ConfigError, match="cosine"):
        VectorIndex(EMBED, path=tmp_path)


def test_the_folder_is_checked_before_chromadb_sees_it(tmp_path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(ConfigError, match="folder it can write"):
        VectorIndex(EMBED, path=tmp_path / "file")
    with pytest.raises(ConfigError, match="folder it can write"):
        VectorIndex(EMBED, path=tmp_path / "file" / "inside")
    (tmp_path / "file").unlink()
    VectorIndex(EMBED, path=tmp_path / "file").add(many_chunks(2))  # the same path works once it is free


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="needs a user without all rights")
def test_a_folder_without_write_permission_is_refused(tmp_path):
    tmp_path.chmod(0o500)
    with pytest.raises(ConfigError, match="folder it can write"):
        VectorIndex(EMBED, path=tmp_path)
    tmp_path.chmod(0o700)


def test_a_damaged_database_is_a_clear_error(tmp_path):
    (tmp_path / "chroma.sqlite3").write_bytes(b"garbage" * 1000)
    with pytest.raises(ConfigError, match="not an SQLite file"):
        VectorIndex(EMBED, path=tmp_path)
    (tmp_path / "chroma.sqlite3").write_bytes(b"SQLite format 3\0" + b"garbage" * 1000)
    for _ in range(2):
        with pytest.raises(ConfigError, match="could not start"):
            VectorIndex(EMBED, path=tmp_path)


@pytest.mark.parametrize("name", ["x", "with space", "x" * 600, ""])
def test_a_wrong_collection_name_is_a_clear_error(tmp_path, name):
    with pytest.raises(ConfigError):
        VectorIndex(EMBED, path=tmp_path, name=name)


@pytest.mark.parametrize(
    "chunks",
    [[], [*many_chunks(2), many_chunks(1)[0]], [replace(many_chunks(1)[0], text=" ")]],
    ids=["none", "same id twice", "no text"],
)
def test_wrong_chunks_are_refused_and_nothing_is_stored(chunks):
    index = VectorIndex(EMBED)
    with pytest.raises(DataError):
        index.add(chunks)
    assert len(index) == 0


@pytest.mark.parametrize(
    "embed",
    [
        lambda texts: np.ones((len(texts), 4), dtype=np.float32),
        lambda texts: np.full((len(texts), 4), np.nan, dtype=np.float32),
        lambda texts: np.eye(4, dtype=np.float32)[:1],
        lambda texts: np.ones(len(texts), dtype=np.float32),
    ],
    ids=["not unit", "not a number", "too few", "flat"],
)
def test_a_wrong_embedder_is_refused(embed):
    with pytest.raises(DataError, match="embedder must return"):
        VectorIndex(embed).add(many_chunks(3))


def test_wrong_searches_are_refused(clinic):
    with pytest.raises(DataError, match="empty"):
        VectorIndex(EMBED).search("red")
    with pytest.raises(ConfigError, match="k must"):
        clinic.search("red", k=0)
    with pytest.raises(DataError, match="queries"):
        clinic.search(" ")
    with pytest.raises(DataError, match="queries"):
        clinic.search_many("red")


def test_an_index_in_memory_writes_no_file(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    index = VectorIndex(EMBED)
    index.add(many_chunks(5))
    index.search("red")
    index.close()
    assert list(tmp_path.iterdir()) == []
