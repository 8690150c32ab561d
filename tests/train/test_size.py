"""The accounting agrees with published counts and with closed forms."""

import pytest
from transformers import LlamaConfig

from domainlab.errors import ConfigError
from domainlab.testing import tiny_model
from domainlab.train.attach import METHODS, attach
from domainlab.train.size import published_configs, training_cost

PUBLISHED = {  # parameters, as the model cards and the papers count them
    "SmolLM2-135M": 134_515_008,
    "Qwen2.5-0.5B": 494_032_768,
    "Gemma-3-1B": 999_885_952,
    "Qwen2.5-7B": 7_615_616_512,
    "Llama-3.1-8B": 8_030_261_248,
}


@pytest.mark.parametrize("name", PUBLISHED)
def test_published_counts(name):
    cost = training_cost(published_configs()[name], "full")
    assert cost.parameters == cost.trainable == PUBLISHED[name]
    assert cost.trainable_share == 1.0
    assert cost.training_bytes == 16 * PUBLISHED[name]  # 4 weights + 4 gradients + 8 AdamW
    assert cost.file_bytes == 2 * PUBLISHED[name]


@pytest.mark.parametrize(("rank", "share"), [(16, 0.0052), (32, 0.0104), (256, 0.0836)])
def test_lora_on_llama_8b_in_closed_form(rank, share):
    cost = training_cost(published_configs()["Llama-3.1-8B"], "lora", rank=rank)
    width, kv, inner = 4096, 1024, 14336
    per_layer = 2 * (width + width) + 2 * (width + kv) + 3 * (width + inner)
    assert per_layer == 81_920
    assert cost.trainable == 32 * rank * per_layer
    assert cost.trainable_share == pytest.approx(share, abs=5e-5)
    assert cost.file_bytes == 4 * cost.trainable
    assert cost.optimizer_bytes == 8 * cost.trainable


def test_published_adapter_of_another_project():
    """peft's own comparison of methods counts 9.46 M trained weights for rank 10 on the MLP of Llama-3.2-3B."""
    config = LlamaConfig(
        vocab_size=128256,
        hidden_size=3072,
        intermediate_size=8192,
        num_hidden_layers=28,
        num_attention_heads=24,
        num_key_value_heads=8,
        head_dim=128,
        tie_word_embeddings=True,
    )
    cost = training_cost(config, "lora-mlp", rank=10)
    assert cost.trainable == 28 * 10 * 3 * (3072 + 8192) == pytest.approx(9.46e6, rel=1e-3)
    assert cost.parameters == pytest.approx(3.21e9, rel=2e-3)


def test_lora_saves_a_third_of_the_work():
    config = published_configs()["Llama-3.1-8B"]
    full, lora = training_cost(config, "full"), training_cost(config, "lora")
    products = full.parameters - 128_256 * 4096 - (2 * 32 + 1) * 4096  # without input embeddings and norms
    assert full.flops_per_token == 6 * products
    assert lora.flops_per_token / full.flops_per_token == pytest.approx(0.67, abs=0.01)


def test_four_bits():
    config = published_configs()["Llama-3.1-8B"]
    plain, packed = training_cost(config, "lora"), training_cost(config, "lora", four_bit=True)
    linear = 32 * (2 * 4096 * 4096 + 2 * 4096 * 1024 + 3 * 4096 * 14336)
    saved = linear * (2 - 4.127 / 8)  # 0.127 extra bits per weight after double quantisation
    assert plain.weight_bytes - packed.weight_bytes == pytest.approx(saved, rel=1e-4)


@pytest.mark.parametrize("method", METHODS)
def test_counts_what_attach_makes(method):
    model = attach(tiny_model(), method, rank=4)
    expected = sum(weight.numel() for weight in model.parameters() if weight.requires_grad)
    cost = training_cost(tiny_model().config, method, rank=4, dtype="float32")
    assert cost.trainable == expected
    assert cost.parameters == tiny_model().num_parameters()


def test_wrong_use():
    config = tiny_model().config
    with pytest.raises(ConfigError, match="lorra"):
        training_cost(config, "lorra")
    with pytest.raises(ConfigError, match="float8"):
        training_cost(config, "lora", dtype="float8")
    with pytest.raises(ConfigError, match="4-bit weights cannot be trained"):
        training_cost(config, "full", four_bit=True)
