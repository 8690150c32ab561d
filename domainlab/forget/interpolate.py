"""Half-way back to the base after training: no training, one number to choose (WiSE-FT, Wortsman et al. 2022).

Full fine-tuning: w = (1 - a) w0 + a w1. LoRA: scale the update by a, which is the same for the weights that the
adapter changes, and exact. a = 0 is the base, a = 1 the tuned model.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import torch
from torch import Tensor, nn

from domainlab.errors import ConfigError, DataError
from domainlab.models import ADAPTER_PARTS

UPDATE = "lora_B"  # the half of a LoRA update that starts at zero; scaling it scales the update


@contextmanager
def interpolated(model: nn.Module, anchor: Mapping[str, Tensor] | None, share: float) -> Iterator[nn.Module]:
    """Inside the block the model stands at `share` of the way from the anchor; afterwards it is as it was.

    Args:
        model: after training.
        anchor: `snapshot` of the model before training; None for a LoRA model, whose base is its anchor.
        share: 0 is the base, 1 the tuned model.

    Raises:
        ConfigError: a share outside [0, 1], or an adapter that has no scale.
        DataError: the anchor lacks a trained weight.
    """
    if not 0 <= share <= 1:
        raise ConfigError(f"share must lie in [0, 1], 0 the base and 1 the tuned model; got {share}.")
    goal = _scaled_update(model, share) if anchor is None else _between(model, anchor, share)
    weights = dict(model.named_parameters())
    kept = {name: weights[name].detach().clone() for name in goal}
    try:
        _write(weights, goal)
        yield model
    finally:
        _write(weights, kept)


@torch.no_grad()
def _write(weights: dict[str, nn.Parameter], values: Mapping[str, Tensor]) -> None:
    for name, value in values.items():
        weights[name].copy_(value)


@torch.no_grad()
def _between(model: nn.Module, anchor: Mapping[str, Tensor], share: float) -> dict[str, Tensor]:
    trained = {name: w for name, w in model.named_parameters() if w.requires_grad}
    if any(part in name for name in trained for part in ADAPTER_PARTS):
        raise ConfigError("This model has an adapter; scale its update with anchor=None.")
    if set(trained) - set(anchor):
        raise DataError(f"The anchor lacks {sorted(set(trained) - set(anchor))[0]}; take a snapshot before training.")
    return {name: torch.lerp(anchor[name], weight, share) for name, weight in trained.items()}


@torch.no_grad()
def _scaled_update(model: nn.Module, share: float) -> dict[str, Tensor]:
    names = [name for name, _ in model.named_parameters()]
    if not any(UPDATE in name for name in names) or any("magnitude" in name for name in names):
        raise ConfigError(
            "Without an anchor a plain LoRA adapter is needed (no DoRA, no bottleneck): its update has a scale."
        )
    return {name: share * weight for name, weight in model.named_parameters() if UPDATE in name}
