"""Bottleneck adapters from scratch: a small network inside the model instead of a change of its weights.

a(x) = x + U f(D x), with D down to `width` numbers and U back up. U starts at zero, so a(x) = x and the
model starts as it was. Unlike LoRA, f is not linear: the adapter cannot be merged and costs time for ever.

- Houlsby et al. 2019: after the attention and after the feed-forward part of each layer.
- Pfeiffer et al. 2021: after the feed-forward part only.

Both are inserted before the residual is added. The layer norms stay frozen here (Houlsby trains them
too), so that the base comes back bit by bit when the adapter is switched off.
"""

from collections.abc import Iterator

import torch
from torch import Tensor, nn
from torch.nn import functional
from transformers import PreTrainedModel

from domainlab.errors import AdapterError, ConfigError

OUTPUTS = {  # the last linear layer of the attention and of the feed-forward part, by family
    "houlsby": ("o_proj", "out_proj", "down_proj", "dense", "dense_4h_to_h", "fc2"),
    "pfeiffer": ("down_proj", "dense_4h_to_h", "fc2"),
}


class Bottleneck(nn.Module):
    """A frozen linear layer whose output passes through x + U gelu(D x)."""

    def __init__(self, base: nn.Linear, placement: str, width: int, generator: torch.Generator):
        """D (width, size) is drawn with a standard deviation of 0.01, U (size, width) is zero."""
        super().__init__()
        size = base.out_features
        self.base, self.placement, self.width, self.active = base, placement, width, True
        down = 0.01 * torch.randn(width, size, generator=generator, device="cpu")
        self.bottleneck_down = nn.Parameter(down.to(base.weight))
        self.bottleneck_up = nn.Parameter(base.weight.new_zeros(size, width))

    def forward(self, x: Tensor) -> Tensor:
        """The layer's output, adapted."""
        x = self.base(x)
        if not self.active:
            return x
        return x + functional.linear(functional.gelu(functional.linear(x, self.bottleneck_down)), self.bottleneck_up)


def insert(model: PreTrainedModel, placement: str, *, width: int = 16, seed: int = 0) -> PreTrainedModel:
    """Freeze the model and put bottleneck adapters into every layer, in place.

    Args:
        model: a base model.
        placement: "houlsby" or "pfeiffer".
        width: of the bottleneck, at most the width of the model; an adapter has 2 * size * width weights.
        seed: of the random half.

    Raises:
        ConfigError: unknown placement, or a width out of range.
        AdapterError: the model has no layer that we know to end its parts.
    """
    if placement not in OUTPUTS:
        raise ConfigError(f"placement must be one of {', '.join(OUTPUTS)}; got {placement!r}.")
    size = model.config.get_text_config().hidden_size
    if not isinstance(width, int) or not 1 <= width <= size:
        raise ConfigError(f"width must be a whole number from 1 to the model's width {size}; got {width!r}.")
    decoder = model.get_decoder()
    names = [name for name, _ in decoder.named_modules() if name.rpartition(".")[2] in OUTPUTS[placement]]
    if not names:
        raise AdapterError(f"{type(model).__name__} has no layer named {' or '.join(OUTPUTS[placement])}.")
    generator = torch.Generator().manual_seed(seed)  # on the CPU: the same numbers for every device
    model.requires_grad_(False)
    for name in names:
        parent, _, child = name.rpartition(".")
        setattr(
            decoder.get_submodule(parent),
            child,
            Bottleneck(decoder.get_submodule(name), placement, width, generator),
        )
    return model


def bottlenecks(model: nn.Module) -> Iterator[Bottleneck]:
    """Every adapter that `insert` made."""
    return (module for module in model.modules() if isinstance(module, Bottleneck))


def switch(model: nn.Module, *, on: bool) -> None:
    """Switch all bottleneck adapters on or off; off, the base is back bit by bit."""
    for adapter in bottlenecks(model):
        adapter.active = on
