"""Interpolation: exact ends, a straight line between, and the model as it was afterwards."""

import pytest
import torch
from torch.nn import functional

from domainlab.errors import ConfigError, DataError
from domainlab.forget.interpolate import interpolated
from domainlab.forget.penalty import snapshot
from domainlab.testing import tiny_model
from domainlab.train.attach import attach


def logits(model):
    with torch.no_grad():
        return model(torch.arange(20)[None]).logits


def moved_full():
    model = attach(tiny_model(), "full")
    anchor = snapshot(model)
    for weight in model.parameters():
        weight.data += 0.05 * torch.randn(weight.shape, generator=torch.Generator().manual_seed(0))
    return model, anchor


def moved_lora():
    model = attach(tiny_model(), "lora", rank=4)
    for name, weight in model.named_parameters():
        if "lora_B" in name:
            weight.data.normal_(generator=torch.Generator().manual_seed(0), std=0.1)
    return model


def test_full_by_hand():
    model, anchor = moved_full()
    after = snapshot(model)
    with interpolated(model, anchor, 0.25):
        for name, weight in model.named_parameters():
            torch.testing.assert_close(weight.data, 0.75 * anchor[name] + 0.25 * after[name])
    assert all(torch.equal(weight, after[name]) for name, weight in model.named_parameters())


def test_the_ends_are_the_base_and_the_tuned_model():
    model, anchor = moved_full()
    tuned, base = logits(model), logits(tiny_model())
    with interpolated(model, anchor, 0.0):
        assert torch.equal(logits(model), base)
    with interpolated(model, anchor, 1.0):
        torch.testing.assert_close(logits(model), tuned)
    adapter = moved_lora()
    with interpolated(adapter, None, 0.0):
        torch.testing.assert_close(logits(adapter), base)


def test_lora_scale_is_the_interpolation_of_the_merged_weights():
    model = moved_lora()
    layer = model.base_model.model.model.layers[0].mlp.up_proj
    x = torch.randn(3, 32, generator=torch.Generator().manual_seed(1))
    update = layer.scaling["default"] * layer.lora_B["default"].weight @ layer.lora_A["default"].weight
    expected = functional.linear(x, layer.base_layer.weight + 0.3 * update.detach())
    with interpolated(model, None, 0.3), torch.no_grad():
        torch.testing.assert_close(layer(x), expected)


def test_an_error_inside_leaves_the_model_as_it_was():
    model = moved_lora()
    before = logits(model)
    with pytest.raises(KeyError), interpolated(model, None, 0.5):
        raise KeyError
    assert torch.equal(logits(model), before)


def test_bad_input_is_refused():
    model, anchor = moved_full()
    for share in (-0.1, 1.5):
        with pytest.raises(ConfigError, match=r"in \[0, 1\]"), interpolated(model, anchor, share):
            pass
    with pytest.raises(DataError, match="snapshot before training"), interpolated(model, {}, 0.5):
        pass
    with pytest.raises(ConfigError, match="LoRA adapter is needed"), interpolated(model, None, 0.5):
        pass
    lora = moved_lora()
    with pytest.raises(ConfigError, match="anchor=None"), interpolated(lora, snapshot(lora), 0.5):
        pass
    with pytest.raises(ConfigError, match="no DoRA"), interpolated(attach(tiny_model(), "dora", rank=4), None, 0.5):
        pass
