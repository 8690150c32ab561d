"""Likelihoods: closed forms on a model that knows nothing, and equality with one token at a time."""

import math

import numpy as np
import pytest
import torch

from domainlab.errors import ConfigError, DataError
from domainlab.evaluate import likelihood
from domainlab.evaluate.likelihood import bits_per_byte, continuation_loglikelihood, text_bits
from domainlab.testing import CONTEXT, tiny_model, tiny_tokenizer

TOKENIZER = tiny_tokenizer()  # one token per byte, no BOS: EOS starts a text
TEXTS = ["The vaccine fridge stands in Room 11.", "Soup at noon", "Ärger 字", "x" * 90]


@pytest.fixture(scope="module")
def model():
    return tiny_model()


@pytest.fixture(scope="module")
def uniform():
    model = tiny_model()
    with torch.no_grad():
        model.lm_head.weight.zero_()
    return model


def one_by_one(model, ids: list[int], context: int) -> float:
    """Nats of ids[1:], each predicted by its own forward pass over at most `context` tokens before it."""
    nats = 0.0
    for at in range(1, len(ids)):
        before = torch.tensor([ids[max(0, at - context) : at]])
        with torch.no_grad():
            logprobs = torch.log_softmax(model(before).logits[0, -1].double(), dim=-1)
        nats -= logprobs[ids[at]].item()
    return nats


@pytest.mark.parametrize(("window", "stride"), [(8, 1), (8, 7), (64, 16), (CONTEXT, 512)])
def test_a_model_that_knows_nothing_pays_the_logarithm_of_its_vocabulary(uniform, window, stride):
    # one token per byte, so tokens / bytes = 1 whatever the alphabet
    bits = bits_per_byte(uniform, TOKENIZER, TEXTS, window=window, stride=stride)
    assert bits == pytest.approx(math.log2(len(TOKENIZER)), rel=1e-5)


def test_one_window_equals_the_models_own_loss(model):
    ids = [TOKENIZER.eos_token_id, *TOKENIZER(TEXTS[0])["input_ids"]]
    with torch.no_grad():
        loss = model(torch.tensor([ids]), labels=torch.tensor([ids])).loss.item()
    expected = loss * (len(ids) - 1) / math.log(2) / len(TEXTS[0].encode())
    found = bits_per_byte(model, TOKENIZER, TEXTS[:1], window=CONTEXT, stride=1)
    assert found == pytest.approx(expected, rel=1e-5)


def test_texts_in_one_batch_equal_one_token_at_a_time(model):
    ids = [[TOKENIZER.eos_token_id, *TOKENIZER(text)["input_ids"]] for text in TEXTS]
    expected = [one_by_one(model, row, CONTEXT) / math.log(2) for row in ids]
    found = text_bits(model, TOKENIZER, TEXTS, window=CONTEXT, stride=512)
    np.testing.assert_allclose(found, expected, rtol=1e-5)


@pytest.mark.parametrize("window", [2, 5, 20])
def test_stride_one_gives_every_token_the_whole_window(model, window):
    # a window holds the predicted token too, so window - 1 tokens of context
    ids = [TOKENIZER.eos_token_id, *TOKENIZER(TEXTS[0])["input_ids"]]
    expected = one_by_one(model, ids, window - 1) / math.log(2)
    found = text_bits(model, TOKENIZER, TEXTS[:1], window=window, stride=1)
    assert found == pytest.approx([expected], rel=1e-5)


@pytest.mark.parametrize(("length", "window", "stride"), [(1, 4, 1), (9, 4, 3), (10, 4, 2), (30, 7, 3)])
def test_every_token_is_predicted_once_with_enough_before_it(length, window, stride):
    ids, predicted = list(range(length + 1)), []
    for row, new in likelihood._windows(ids, window, stride):
        assert len(row) <= window
        assert len(row) - new >= min(window - stride, row[-new])
        predicted += row[-new:]
    assert predicted == ids[1:]


def test_bits_per_byte_counts_bytes_and_not_letters(uniform):
    # 3 letters, 5 bytes in UTF-8, 5 tokens
    bits = text_bits(uniform, TOKENIZER, ["Äé!"], window=64, stride=32)
    assert bits == pytest.approx([5 * math.log2(len(TOKENIZER))], rel=1e-5)
    assert bits_per_byte(uniform, TOKENIZER, ["Äé!"], window=64, stride=32) == pytest.approx(bits[0] / 5)


def test_bits_per_byte_weighs_long_texts_more(model):
    bits = text_bits(model, TOKENIZER, TEXTS, window=64, stride=32)
    total = sum(len(text.encode()) for text in TEXTS)
    assert bits_per_byte(model, TOKENIZER, TEXTS, window=64, stride=32) == pytest.approx(bits.sum() / total)


def test_batches_of_one_give_the_same(model, monkeypatch):
    whole = text_bits(model, TOKENIZER, TEXTS, window=32, stride=16)
    monkeypatch.setattr(likelihood, "LOGITS_AT_ONCE", 1)
    np.testing.assert_allclose(text_bits(model, TOKENIZER, TEXTS, window=32, stride=16), whole, rtol=1e-5)


@pytest.mark.parametrize("family", ["llama", "qwen", "gemma"])
def test_continuations_equal_one_token_at_a_time_in_every_family(family):
    model = tiny_model(family)
    prompts, continuations = ["The key is", "", "Where? "], [" red", "noon", "In Room 11."]
    expected = []
    for prompt, continuation in zip(prompts, continuations, strict=True):
        before = [TOKENIZER.eos_token_id, *TOKENIZER(prompt)["input_ids"]]
        after = TOKENIZER(continuation)["input_ids"]
        expected.append(one_by_one(model, before, CONTEXT) - one_by_one(model, before + after, CONTEXT))
    found = continuation_loglikelihood(model, TOKENIZER, prompts, continuations)
    np.testing.assert_allclose(found, expected, rtol=1e-4)


def test_continuations_of_one_letter_sum_to_one(model):
    # one token per byte: over all tokens that are a letter, a digit, ... the probabilities stay below 1
    letters = [chr(code) for code in range(32, 127)]
    found = continuation_loglikelihood(model, TOKENIZER, ["The key is "] * len(letters), letters)
    assert found.shape == (95,)
    assert 0 < np.exp(found).sum() < 1


def test_a_start_token_in_the_prompt_is_not_doubled(model):
    plain = continuation_loglikelihood(model, TOKENIZER, ["The key"], [" is red"])
    started = continuation_loglikelihood(model, TOKENIZER, [TOKENIZER.eos_token + "The key"], [" is red"])
    assert started == pytest.approx(plain)


def test_a_prompt_may_fill_the_whole_context(model):
    assert continuation_loglikelihood(model, TOKENIZER, ["a" * (CONTEXT - 2)], ["b"]).shape == (1,)


def test_the_model_keeps_its_mode(model):
    dropping = tiny_model().train()
    text_bits(dropping, TOKENIZER, TEXTS, window=32, stride=16)
    assert dropping.training
    text_bits(model, TOKENIZER, TEXTS, window=32, stride=16)
    assert not model.training


@pytest.mark.parametrize(("window", "stride"), [(8, 8), (8, 9), (8, 0), (1, 1), (CONTEXT + 1, 8)])
def test_wrong_windows_are_refused(model, window, stride):
    with pytest.raises(ConfigError, match="stride"):
        bits_per_byte(model, TOKENIZER, TEXTS, window=window, stride=stride)


def test_wrong_texts_are_refused(model):
    for texts in ([], ["x", ""], "text"):
        with pytest.raises(DataError):
            bits_per_byte(model, TOKENIZER, texts, window=8, stride=4)
    for prompts, continuations in ((["a"], []), (["a"], [""]), (["a" * (CONTEXT - 1)], ["b"]), ("a", ["b"])):
        with pytest.raises(DataError):
            continuation_loglikelihood(model, TOKENIZER, prompts, continuations)


def test_a_tokenizer_without_a_start_token_is_refused(model):
    bare = tiny_tokenizer()
    bare.eos_token = None
    with pytest.raises(ConfigError, match="BOS"):
        bits_per_byte(model, bare, TEXTS, window=8, stride=4)
