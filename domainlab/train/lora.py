"""LoRA from scratch (Hu et al. 2021, section 4): W stays as it is, B A is learned beside it.

h = W x + scale * B A x, with scale = alpha / rank. A starts random and B at zero, so at the start nothing
changes. peft does the same with more options; `tests/train/test_lora.py` shows that the numbers agree.
"""

import math
from collections.abc import Iterator

import torch
from torch import Tensor, nn
from torch.nn import functional
from transformers import PreTrainedModel

from domainlab.train.attach import check_size, target_layers


class LoraLinear(nn.Module):
    """A frozen linear layer with a low-rank update beside it."""

    def __init__(self, base: nn.Linear, rank: int, alpha: float, generator: torch.Generator):
        """A (rank, in) is drawn as nn.Linear draws its weights, B (out, rank) is zero."""
        super().__init__()
        self.base, self.scale, self.merged = base, alpha / rank, False
        start = nn.init.kaiming_uniform_(
            torch.empty(rank, base.in_features, device="cpu"), a=math.sqrt(5), generator=generator
        )
        self.lora_a = nn.Parameter(start.to(base.weight))
        self.lora_b = nn.Parameter(base.weight.new_zeros(base.out_features, rank))

    def forward(self, x: Tensor) -> Tensor:
        """W x + scale * B A x; with the update merged or scaled to 0 just W x."""
        if self.merged or self.scale == 0.0:
            return self.base(x)
        return self.base(x) + self.scale * functional.linear(functional.linear(x, self.lora_a), self.lora_b)

    def update(self) -> Tensor:
        """What the adapter adds to W, shape (out, in)."""
        return self.scale * self.lora_b @ self.lora_a


def inject(
    model: PreTrainedModel, method: str = "lora", *, rank: int = 16, alpha: float = 32.0, seed: int = 0
) -> PreTrainedModel:
    """Freeze the model and put a `LoraLinear` in the place of every target layer, in place.

    Args:
        model: a base model.
        method: where to: "lora" (all linear layers), "lora-attention" or "lora-mlp".
        rank: rank of the update.
        alpha: the update is scaled by alpha / rank.
        seed: of the random half.
    """
    layers = target_layers(model, method)
    check_size(layers, rank, alpha)
    generator = torch.Generator().manual_seed(seed)  # on the CPU: the same numbers for every device
    model.requires_grad_(False)
    for name, layer in layers.items():
        parent, _, child = name.rpartition(".")
        setattr(model.get_submodule(parent), child, LoraLinear(layer, rank, alpha, generator))
    return model


def lora_layers(model: nn.Module) -> Iterator[LoraLinear]:
    """Every layer that `inject` made."""
    return (module for module in model.modules() if isinstance(module, LoraLinear))


def set_scale(model: nn.Module, scale: float) -> None:
    """Make every update stronger or weaker; 0 switches the adapter off, and the base is back bit by bit."""
    for layer in lora_layers(model):
        merged = layer.merged
        _set_merged(layer, False)
        layer.scale = scale
        _set_merged(layer, merged)


def merge(model: nn.Module) -> None:
    """Add every update to its weights: the same answers at the speed of the base; twice is once."""
    for layer in lora_layers(model):
        _set_merged(layer, True)


def unmerge(model: nn.Module) -> None:
    """Take the updates out of the weights again; exact up to rounding, so keep the weights in float32."""
    for layer in lora_layers(model):
        _set_merged(layer, False)


@torch.no_grad()
def _set_merged(layer: LoraLinear, merged: bool) -> None:
    if layer.merged != merged:
        layer.base.weight += layer.update() if merged else -layer.update()
        layer.merged = merged
