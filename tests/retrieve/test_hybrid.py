"""Both searches at once: what one overlooks the other finds; filters, versions and changes hold for both."""

from dataclasses import replace

import numpy as np
import pytest

from domainlab.errors import ConfigError, DataError
from domainlab.records import Chunk
from domainlab.retrieve.chunk import chunk_document
from domainlab.retrieve.embed import HashEmbedder
from domainlab.retrieve.fuse import fuse_rankings, fuse_scores
from domainlab.retrieve.hybrid import MODES, HybridIndex
from domainlab.testing import ten_documents

EMBED = HashEmbedder(dim=512)
every_mode = pytest.mark.parametrize("mode", MODES)


def clinic_chunks() -> list[Chunk]:
    return [
        chunk
        for doc in ten_documents()
        for chunk in chunk_document(
            doc, size=120, overlap=0,
            series="keys" if doc.id.startswith("keys") else "", tags={"topic": doc.id.split("-")[0]},
        )
    ]  # fmt: skip


@pytest.fixture
def clinic() -> HybridIndex:
    index = HybridIndex(EMBED)
    index.add(clinic_chunks())
    return index


def topics(hits):
    return [hit.chunk.doc_id for hit in hits]


def test_finds_by_meaning_what_shares_no_word_and_by_words_what_means_nothing():
    meaning = {"physician": [1, 0], "doctor": [1, 0], "code F28": [0, 1], "code F82": [0, 1], "F28": [0.6, 0.8]}
    index = HybridIndex(lambda texts: np.array([meaning[text] for text in texts], np.float32))
    texts = ["code F82", "code F28", "physician"]
    index.add([Chunk(id=text, doc_id=text, start=0, end=1, text=text) for text in texts])
    assert topics(index.search("doctor", k=1)) == ["physician"]
    assert topics(index.search("F28", k=1)) == ["code F28"]
    assert index.search("doctor", k=3, mode="lexical") == []


def test_both_fusions_are_those_of_the_two_searches(clinic):
    query = "Where do the keys of the medicine cupboard hang?"
    dense, lexical = (
        [(hit.chunk.id, hit.score) for hit in clinic.search(query, k=100, mode=mode)] for mode in ("dense", "lexical")
    )
    hits = clinic.search(query, k=7)
    assert [(hit.chunk.id, hit.score) for hit in hits] == fuse_scores(dense, lexical, depth=100)[:7]
    assert [hit.rank for hit in hits] == [1, 2, 3, 4, 5, 6, 7]
    by_rank = fuse_rankings([[name for name, _ in ranking] for ranking in (dense, lexical)])
    assert [(hit.chunk.id, hit.score) for hit in clinic.search(query, k=7, mode="rrf")] == by_rank[:7]


@every_mode
def test_the_newest_version_wins_and_old_ones_are_found_by_date(clinic, mode):
    query = "Where are the spare keys of the medicine cupboard?"
    assert topics(clinic.search(query, k=1, mode=mode)) == ["keys-2025"]
    assert topics(clinic.search(query, k=1, as_of="2025-05-31", mode=mode)) == ["keys-2024"]
    assert topics(clinic.search(query, k=1, as_of="2025-06-01", mode=mode)) == ["keys-2025"]
    assert not {"keys-2024", "keys-2025"} & set(topics(clinic.search(query, k=30, as_of="2023-01-01", mode=mode)))
    assert {"keys-2024", "keys-2025"} <= set(topics(clinic.search(query, k=30, as_of="ever", mode=mode)))


@every_mode
def test_a_filter_limits_what_is_found(clinic, mode):
    hits = clinic.search("the soup in the fridge", k=30, where={"topic": ["fridge", "kitchen"]}, mode=mode)
    assert set(topics(hits)) == {"fridge", "kitchen"}
    assert clinic.search("soup", where={"topic": "nowhere"}, mode=mode) == []


@every_mode
def test_a_version_can_be_added_changed_and_taken_back(clinic, mode):
    query = "Where are the spare keys of the medicine cupboard?"
    clinic.search(query, mode=mode)
    old = next(chunk for chunk in clinic.chunks() if chunk.doc_id == "keys-2025")
    new = replace(old, id="n", doc_id="keys-2026", date="2026-01-01", text="The spare keys are with Wanda Pohl.")
    clinic.add([new])
    assert topics(clinic.search(query, k=1, mode=mode)) == ["keys-2026"]
    assert "keys-2025" not in topics(clinic.search(query, k=50, mode=mode))
    clinic.add([replace(new, text="The spare keys of the cupboard are with Ugo Brix.")])
    assert "Ugo Brix" in clinic.search(query, k=1, mode=mode)[0].chunk.text
    clinic.delete(["n"])
    assert topics(clinic.search(query, k=1, mode=mode)) == ["keys-2025"]


def test_changes_are_not_embedded_twice():
    embedded = []
    index = HybridIndex(lambda texts: (embedded.extend(texts), EMBED(texts))[1])
    chunks = clinic_chunks()
    assert index.add(chunks) == len(chunks)
    assert index.add([*chunks[:-1], replace(chunks[-1], text="Something else.")]) == 1
    index.delete([chunks[0].id])
    assert embedded == [*(chunk.text for chunk in chunks), "Something else."]


@every_mode
def test_changes_equal_a_new_index(clinic, mode):
    clinic.search("key", mode=mode)
    chunks = clinic_chunks()
    clinic.delete([chunks[4].id, chunks[5].id])
    changed = [replace(chunks[6], text="The key of the oak.", tags={"topic": "oak"}), *chunks[7:]]
    clinic.add(changed)
    fresh = HybridIndex(EMBED)
    fresh.add([*chunks[:4], *changed])
    for query in ("the key of the oak", "soup at noon", "Ward 4"):
        assert clinic.search(query, k=9, mode=mode) == fresh.search(query, k=9, mode=mode)


def test_opened_again_it_finds_the_same(tmp_path, clinic):
    first = HybridIndex(EMBED, path=tmp_path)
    first.add(clinic_chunks())
    second = HybridIndex(EMBED, path=tmp_path)
    for mode in MODES:
        assert second.search("spare keys", k=9, mode=mode) == clinic.search("spare keys", k=9, mode=mode)
    first.delete(chunk.id for chunk in first.chunks(where={"doc_id": "keys-2025"}))  # seen by the other one
    for mode in MODES:
        assert topics(second.search("the spare keys of the medicine cupboard", k=1, mode=mode)) == ["keys-2024"]


def test_chunks_lists_what_may_be_found(clinic):
    assert {chunk.doc_id for chunk in clinic.chunks(where={"topic": "keys"})} == {"keys-2025"}
    assert {chunk.doc_id for chunk in clinic.chunks(where={"series": "keys"}, as_of="ever")} == {
        "keys-2024",
        "keys-2025",
    }
    assert clinic.chunks(as_of="ever") == sorted(clinic_chunks(), key=lambda chunk: (chunk.date, chunk.id))


@pytest.mark.parametrize(
    ("options", "error", "words"),
    [
        ({"mode": "magic"}, ConfigError, "mode must be one of hybrid, rrf, dense, lexical"),
        ({"k": 0}, ConfigError, "k must be"),
        ({"where": {"patient": "p1"}}, ConfigError, "Unknown filter 'patient'.*topic"),
        ({"as_of": "2026-99-01"}, ConfigError, "as_of must be"),
    ],
)
def test_wrong_searches_are_refused(clinic, options, error, words):
    with pytest.raises(error, match=words):
        clinic.search("key", **options)
    with pytest.raises(DataError, match="queries"):
        clinic.search_many("key")
    with pytest.raises(DataError, match="empty"):
        HybridIndex(EMBED).search("key")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"date": "2026-02-30"}, "day of the calendar"),
        ({"series": "keys", "date": ""}, "needs a date"),
        ({"tags": {"ward": 4}}, "tags are names and values"),
        ({"tags": {"ward": ""}}, "tags are names and values"),
    ],
)
def test_chunks_that_cannot_be_told_apart_later_are_refused(clinic, change, words):
    with pytest.raises(DataError, match=words):
        clinic.add([replace(clinic_chunks()[0], id="x", **change)])
    assert len(clinic) == len(clinic_chunks())
