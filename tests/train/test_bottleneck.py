"""Bottleneck adapters start as nothing, sit where the papers put them, and can be switched off."""

import pytest
import torch
from torch import nn
from torch.nn import functional

from domainlab.errors import AdapterError, ConfigError
from domainlab.models import base_digest
from domainlab.testing import FAMILIES, tiny_model
from domainlab.train.bottleneck import bottlenecks, insert, switch

IDS = torch.tensor([[5, 9, 30, 77, 140]])


def logits(model):
    with torch.inference_mode():
        return model(IDS).logits


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize(("placement", "count"), [("houlsby", 4), ("pfeiffer", 2)])
def test_starts_as_the_base_bit_by_bit(family, placement, count):
    model = insert(tiny_model(family), placement, width=4)
    assert len(list(bottlenecks(model))) == count
    assert torch.equal(logits(model), logits(tiny_model(family)))
    training = sum(weight.numel() for weight in model.parameters() if weight.requires_grad)
    assert training == count * 2 * 32 * 4


def test_one_adapter_by_hand():
    model = insert(tiny_model(), "pfeiffer", width=4)
    adapter = model.model.layers[1].mlp.down_proj
    nn.init.normal_(adapter.bottleneck_up)
    x = torch.randn(3, 64, generator=torch.Generator().manual_seed(2))
    y = adapter.base(x)
    expected = y + functional.gelu(y @ adapter.bottleneck_down.T) @ adapter.bottleneck_up.T
    torch.testing.assert_close(adapter(x), expected)


def test_switch():
    model = insert(tiny_model(), "houlsby", width=4)
    for adapter in bottlenecks(model):
        nn.init.normal_(adapter.bottleneck_up)
    on, base = logits(model), logits(tiny_model())
    switch(model, on=False)
    assert torch.equal(logits(model), base)
    switch(model, on=True)
    assert torch.equal(logits(model), on)
    assert not torch.allclose(on, base, atol=1e-2)
    assert base_digest(model) == base_digest(tiny_model())


def test_seed():
    def draw(seed):
        return next(iter(bottlenecks(insert(tiny_model(), "houlsby", width=4, seed=seed)))).bottleneck_down

    state = torch.random.get_rng_state()
    assert torch.equal(draw(0), draw(0))
    assert not torch.equal(draw(0), draw(1))
    assert torch.equal(state, torch.random.get_rng_state())


@pytest.mark.parametrize("width", [0, 33, 2.5])
def test_width_out_of_range(width):
    with pytest.raises(ConfigError, match="from 1 to the model's width 32"):
        insert(tiny_model(), "houlsby", width=width)


def test_unknown_placement_and_model():
    with pytest.raises(ConfigError, match="houlsby, pfeiffer"):
        insert(tiny_model(), "everywhere")
    model = tiny_model()
    for layer in model.model.layers:
        layer.mlp = nn.Identity()
    with pytest.raises(AdapterError, match="no layer named"):
        insert(model, "pfeiffer")
