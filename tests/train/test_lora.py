"""LoRA by hand is peft's LoRA, starts as nothing, and can be merged, unmerged and switched off."""

import pytest
import torch

from domainlab.errors import AdapterError, ConfigError
from domainlab.models import base_digest
from domainlab.testing import FAMILIES, tiny_model
from domainlab.train.attach import attach
from domainlab.train.lora import inject, lora_layers, merge, set_scale, unmerge

IDS = torch.tensor([[5, 9, 30, 77, 140]])


def logits(model):
    with torch.inference_mode():
        return model(IDS).logits


def learned(method="lora", family="llama"):
    model = inject(tiny_model(family), method, rank=4, alpha=8.0)
    generator = torch.Generator().manual_seed(1)
    with torch.no_grad():
        for layer in lora_layers(model):
            layer.lora_b.copy_(torch.randn(layer.lora_b.shape, generator=generator) * 0.1)
    return model


def test_one_layer_by_hand():
    model = learned()
    layer = model.model.layers[0].mlp.up_proj
    x = torch.randn(3, 32, generator=torch.Generator().manual_seed(2))
    weight = layer.base.weight + 8.0 / 4 * layer.lora_b @ layer.lora_a
    torch.testing.assert_close(layer(x), x @ weight.T)


@pytest.mark.parametrize("family", FAMILIES)
def test_starts_as_the_base_bit_by_bit(family):
    assert torch.equal(logits(inject(tiny_model(family), rank=4)), logits(tiny_model(family)))


@pytest.mark.parametrize("method", ["lora", "lora-attention", "lora-mlp"])
def test_equals_peft_on_the_same_weights(method):
    ours, theirs = learned(method), attach(tiny_model(), method, rank=4, alpha=8.0).eval()
    with torch.no_grad():
        for name, layer in ours.named_modules():
            if hasattr(layer, "lora_a"):
                twin = theirs.get_base_model().get_submodule(name)
                twin.lora_A["default"].weight.copy_(layer.lora_a)
                twin.lora_B["default"].weight.copy_(layer.lora_b)
    torch.testing.assert_close(logits(ours), logits(theirs), rtol=1e-5, atol=1e-5)
    assert not torch.equal(logits(ours), logits(tiny_model()))
    for model in (ours, theirs):
        model(IDS).logits.square().mean().backward()
    ours_slope = next(iter(lora_layers(ours))).lora_a.grad
    theirs_slope = next(weight.grad for name, weight in theirs.named_parameters() if "lora_A" in name)
    torch.testing.assert_close(ours_slope, theirs_slope, rtol=1e-4, atol=1e-5)


def test_starts_like_peft():
    layer = next(iter(lora_layers(inject(tiny_model(), rank=16))))
    assert layer.lora_a.abs().max() <= 1 / 32**0.5  # uniform within 1 / sqrt(in)
    assert layer.lora_a.abs().max() > 0.9 / 32**0.5
    assert (layer.lora_b == 0).all()


def test_merge_and_unmerge():
    model = learned()
    before, weights = logits(model), {name: weight.clone() for name, weight in model.state_dict().items()}
    merge(model)
    merge(model)  # twice is once
    torch.testing.assert_close(logits(model), before, rtol=1e-5, atol=1e-5)
    assert not torch.equal(
        model.model.layers[0].mlp.up_proj.base.weight, weights["model.layers.0.mlp.up_proj.base.weight"]
    )
    unmerge(model)
    unmerge(model)
    for name, weight in model.state_dict().items():
        torch.testing.assert_close(weight, weights[name], rtol=0, atol=1e-6)
    torch.testing.assert_close(logits(model), before, rtol=1e-5, atol=1e-5)


def test_scale():
    model, base = learned(), logits(tiny_model())
    full = logits(model)
    set_scale(model, 0.0)
    assert torch.equal(logits(model), base)  # off: the base, bit by bit
    set_scale(model, 8.0 / 4)
    assert torch.equal(logits(model), full)
    merge(model)
    set_scale(model, 0.0)  # also when merged
    torch.testing.assert_close(logits(model), base, rtol=1e-5, atol=1e-5)


def test_only_the_adapter_trains():
    model = inject(tiny_model(), rank=4)
    assert all("lora_" in name for name, weight in model.named_parameters() if weight.requires_grad)
    assert base_digest(learned()) == base_digest(tiny_model())


def test_wrong_use():
    with pytest.raises(ConfigError, match="rank 40"):
        inject(tiny_model(), rank=40)
    model = tiny_model()
    for layer in model.model.layers:
        layer.mlp = torch.nn.Identity()
    with pytest.raises(AdapterError, match="no linear layer"):
        inject(model, "lora-mlp")
