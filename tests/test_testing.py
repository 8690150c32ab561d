"""The stand-ins are what they say: real checkpoints, deterministic, whole text in and out."""

import pytest
import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

from domainlab.errors import ConfigError
from domainlab.testing import FAMILIES, save_tiny_checkpoint, ten_documents, tiny_model, tiny_tokenizer


def test_tokenizer_has_one_token_per_byte():
    text = "5 mg, naïve 日"
    ids = tiny_tokenizer()(text)["input_ids"]
    assert len(ids) == len(text.encode())
    assert tiny_tokenizer().decode(ids) == text


def test_chat_template_by_hand():
    messages = [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Ho"}]
    tokenizer = tiny_tokenizer()
    whole = tokenizer.apply_chat_template(messages, tokenize=False)
    assert whole == "<|user|>\nHi<|end|>\n<|assistant|>\nHo<|end|>\n"
    prompt = tokenizer.apply_chat_template(messages[:1], tokenize=False, add_generation_prompt=True)
    assert whole.startswith(prompt)


def test_special_tokens_are_single_tokens():
    tokenizer = tiny_tokenizer()
    assert tokenizer("<|user|>")["input_ids"] == [tokenizer.convert_tokens_to_ids("<|user|>")]
    assert tokenizer.eos_token == "<|end|>"
    assert tokenizer.pad_token_id != tokenizer.eos_token_id


@pytest.mark.parametrize("family", FAMILIES)
def test_same_seed_same_weights_and_global_generator_untouched(family):
    state = torch.random.get_rng_state()
    first, second, other = tiny_model(family), tiny_model(family), tiny_model(family, seed=1)
    assert torch.equal(state, torch.random.get_rng_state())
    for name, weight in first.state_dict().items():
        assert torch.equal(weight, second.state_dict()[name]), name
    assert not torch.equal(first.lm_head.weight, other.lm_head.weight)


@pytest.mark.parametrize("family", FAMILIES)
def test_checkpoint_round_trip(tmp_path, family):
    folder = save_tiny_checkpoint(tmp_path / family, family)
    model = AutoModelForCausalLM.from_pretrained(folder)
    ids = torch.tensor([AutoTokenizer.from_pretrained(folder)("Room 11")["input_ids"]])
    with torch.inference_mode():
        assert torch.equal(model(ids).logits, tiny_model(family)(ids).logits)
    assert AutoTokenizer.from_pretrained(folder).chat_template == tiny_tokenizer().chat_template


def test_unknown_family():
    with pytest.raises(ConfigError, match="bert"):
        tiny_model("bert")


def test_ten_documents_are_distinct_and_complete():
    documents = ten_documents()
    assert len(documents) == len({d.id for d in documents}) == len({d.text for d in documents}) == 10
    assert all(d.text and d.source and d.licence for d in documents)
    assert sum(d.date != "" for d in documents) == 2
