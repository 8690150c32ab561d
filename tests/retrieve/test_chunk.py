"""Chunks: offsets, sentence ends, overlap, and what happens to text that will not fit."""

import random
from itertools import pairwise

import pytest

from domainlab.errors import ConfigError, DataError
from domainlab.records import Document
from domainlab.retrieve.chunk import chunk_document, split_sentences


def document(text: str, date: str = "") -> Document:
    return Document(id="doc", text=text, source="test", licence="CC0-1.0", date=date)


def texts(text: str, size: int, overlap: int = 0) -> list[str]:
    return [chunk.text for chunk in chunk_document(document(text), size=size, overlap=overlap)]


def random_text(seed: int) -> str:
    """Words of 1 to 30 letters with stops, blank lines, tabs and double blanks between them."""
    rng = random.Random(seed)
    words = ["".join(rng.choices("abcXYZé字9", k=rng.randint(1, 30))) for _ in range(rng.randint(1, 120))]
    gaps = [" ", "  ", ". ", "! ", "? ", "\n", "\n\n", "\t", "。"]
    return "".join(word + rng.choice(gaps) for word in words)


def test_packs_whole_sentences_as_worked_by_hand():
    # lengths: "Aa bb." 6, "Cc dd." 6, "Ee ff." 6; two with the blank between them make 13, three make 20
    assert texts("Aa bb. Cc dd. Ee ff.", size=13) == ["Aa bb. Cc dd.", "Ee ff."]
    assert texts("Aa bb. Cc dd. Ee ff.", size=13, overlap=6) == ["Aa bb. Cc dd.", "Cc dd. Ee ff."]
    assert texts("Aa bb. Cc dd. Ee ff.", size=20) == ["Aa bb. Cc dd. Ee ff."]


def test_overlap_shorter_than_a_sentence_repeats_nothing():
    assert texts("Aa bb. Cc dd. Ee ff.", size=13, overlap=5) == ["Aa bb. Cc dd.", "Ee ff."]


def test_a_sentence_that_does_not_fit_is_cut_between_words_with_overlap():
    assert texts("one two three four five", size=13) == ["one two three", "four five"]
    assert texts("one two three four", size=13, overlap=5) == ["one two three", "three four"]


def test_a_word_that_does_not_fit_is_cut_inside():
    assert texts("abcdefghij", size=4, overlap=1) == ["abcd", "defg", "ghij"]


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize(("size", "overlap"), [(1, 0), (7, 3), (40, 39), (100, 20), (400, 50)])
def test_offsets_are_exact_and_nothing_is_lost(seed, size, overlap):
    doc = document(random_text(seed), date="2026-01-31")
    chunks = chunk_document(doc, size=size, overlap=overlap)
    covered: set[int] = set()
    for chunk in chunks:
        assert doc.text[chunk.start : chunk.end] == chunk.text == chunk.text.strip()
        assert 0 < len(chunk.text) <= size
        assert (chunk.doc_id, chunk.date) == ("doc", "2026-01-31")
        covered.update(range(chunk.start, chunk.end))
    assert all(at in covered for at, letter in enumerate(doc.text) if not letter.isspace())
    assert len({chunk.id for chunk in chunks}) == len(chunks)


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize(("size", "overlap"), [(7, 3), (40, 39), (100, 20)])
def test_every_chunk_adds_something_and_repeats_at_most_the_overlap(seed, size, overlap):
    chunks = chunk_document(document(random_text(seed)), size=size, overlap=overlap)
    for before, after in pairwise(chunks):
        assert after.start > before.start
        assert after.end > before.end
        assert before.end - after.start <= overlap


def test_chunks_end_at_sentence_ends_when_sentences_fit():
    text = " ".join(f"Sentence number {n} says that dose {n} is {n}.5 mg." for n in range(40))
    assert all(chunk.endswith("mg.") and chunk.startswith("Sentence") for chunk in texts(text, 120, 60))


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("Dr. Ito saw J. Smith. He left.", ["Dr. Ito saw J. Smith.", "He left."]),
        ("Take 2.5 mg. 3 times a day!", ["Take 2.5 mg.", "3 times a day!"]),
        ("Go to room No. 5 (see Fig. 2). Is it open?", ["Go to room No. 5 (see Fig. 2).", "Is it open?"]),
        ("He said \"No.\" She left.", ["He said \"No.\"", "She left."]),
        ("Wash, e.g. Before meals (approx. 5 times).", ["Wash, e.g. Before meals (approx. 5 times)."]),
        ("Plan\n\nrest and drink", ["Plan", "rest and drink"]),
        ("Items:\n- one\n- two\nstill two", ["Items:", "- one", "- two\nstill two"]),
        ("一。二。", ["一。", "二。"]),
        ("Is it C? Yes.", ["Is it C?", "Yes."]),
        ("\n  Plan\n  - one", ["Plan", "- one"]),
        ("It costs 5 eur. and no more.", ["It costs 5 eur. and no more."]),
    ],
)
def test_sentences(text, sentences):
    assert [text[start:end] for start, end in split_sentences(text)] == sentences


def test_a_very_long_word_takes_linear_work():
    assert len(texts("x" * 200_000, size=400, overlap=50)) == 572  # 1 + ceil((200000 - 400) / 350)


def test_same_text_gives_same_ids_and_a_changed_cut_gives_new_ones():
    doc = document("Aa bb. Cc dd. Ee ff.")
    ids = [chunk.id for chunk in chunk_document(doc, size=13, overlap=0)]
    assert ids == ["doc:0-13", "doc:14-20"]


@pytest.mark.parametrize(("size", "overlap"), [(10, 10), (10, 11), (10, -1), (0, 0), (-5, 0)])
def test_wrong_sizes_are_refused(size, overlap):
    with pytest.raises(ConfigError):
        chunk_document(document("text"), size=size, overlap=overlap)


@pytest.mark.parametrize("text", ["", " \n\t "])
def test_a_document_without_text_is_refused_by_name(text):
    with pytest.raises(DataError, match="'doc'"):
        chunk_document(document(text))
