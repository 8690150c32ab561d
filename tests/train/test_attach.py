"""Every method starts as the base model, trains only what it says, and refuses what cannot be."""

import pytest
import torch
from torch import nn

from domainlab.errors import AdapterError, ConfigError
from domainlab.testing import FAMILIES, tiny_model
from domainlab.train.attach import LORA_METHODS, METHODS, attach, target_layers

IDS = torch.tensor([[5, 9, 30, 77, 140]])


def logits(model):
    with torch.inference_mode():
        return model(IDS).logits


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("method", METHODS)
def test_starts_as_the_base_and_trains_what_it_says(family, method):
    before = logits(tiny_model(family))
    model = attach(tiny_model(family), method, rank=4)
    torch.testing.assert_close(logits(model), before, rtol=1e-5, atol=1e-5)
    training = {name for name, weight in model.named_parameters() if weight.requires_grad}
    if method == "full":
        assert training == {name for name, _ in model.named_parameters()}
    else:
        assert training
        assert all("lora_" in name or "bottleneck_" in name for name in training)
        assert not any("lm_head" in name or "embed" in name for name in training)


@pytest.mark.parametrize("method", LORA_METHODS)
def test_adapter_off_is_the_base_bit_by_bit(method):
    model = attach(tiny_model(), method, rank=4)
    for name, weight in model.named_parameters():
        if "lora_B" in name:
            nn.init.normal_(weight)
    assert not torch.allclose(logits(model), logits(tiny_model()), atol=1e-2)
    with model.disable_adapter():
        assert torch.equal(logits(model), logits(tiny_model()))


@pytest.mark.parametrize(
    ("method", "per_layer"), [("lora", 7), ("lora-attention", 4), ("lora-mlp", 3), ("rslora", 7), ("dora", 7)]
)
def test_places(method, per_layer):
    model = tiny_model()
    names = target_layers(model, method)
    assert len(names) == 2 * per_layer
    assert all(isinstance(model.get_submodule(name), nn.Linear) for name in names)


def test_number_of_weights_by_hand():
    model = attach(tiny_model(), "lora-attention", rank=3)
    # q and o: 32 -> 32, k and v: 32 -> 16; rank * (in + out) each, in two layers
    expected = 2 * 3 * ((32 + 32) * 2 + (32 + 16) * 2)
    assert sum(weight.numel() for weight in model.parameters() if weight.requires_grad) == expected


@pytest.mark.parametrize(("method", "scale"), [("lora", 8 / 4), ("rslora", 8 / 4**0.5)])
def test_scale(method, scale):
    model = attach(tiny_model(), method, rank=4, alpha=8.0)
    assert model.base_model.model.model.layers[0].mlp.up_proj.scaling["default"] == scale


def test_seed():
    def weight(seed):
        return attach(tiny_model(), "lora", rank=4, seed=seed).get_parameter(
            "base_model.model.model.layers.0.mlp.up_proj.lora_A.default.weight"
        )

    state = torch.random.get_rng_state()
    assert torch.equal(weight(1), weight(1))
    assert not torch.equal(weight(1), weight(2))
    assert torch.equal(state, torch.random.get_rng_state())


def test_full_trains_in_float32():
    assert attach(tiny_model().to(torch.bfloat16), "full").dtype == torch.float32


def test_unknown_method():
    with pytest.raises(ConfigError, match=r"full, lora, .* got 'lorra'"):
        attach(tiny_model(), "lorra")


@pytest.mark.parametrize("method", LORA_METHODS)
def test_rank_larger_than_the_layer(method):
    with pytest.raises(ConfigError, match=r"rank 33 is larger than layer .*Take a rank of (16|32) or less"):
        attach(tiny_model(), method, rank=33)


@pytest.mark.parametrize("options", [{"rank": 0}, {"rank": 2.5}, {"alpha": 0.0}])
def test_rank_and_alpha_out_of_range(options):
    with pytest.raises(ConfigError, match="rank must be"):
        attach(tiny_model(), "lora", **options)


def test_targets_that_match_nothing():
    model = tiny_model()
    for layer in model.model.layers:
        layer.mlp = nn.Identity()
    with pytest.raises(AdapterError, match="has no linear layer for 'lora-mlp'"):
        attach(model, "lora-mlp")


def test_second_adapter():
    with pytest.raises(AdapterError, match="already"):
        attach(attach(tiny_model(), "lora", rank=2), "lora", rank=2)
