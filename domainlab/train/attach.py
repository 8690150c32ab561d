"""Choose what trains: every weight, or a small adapter on a frozen model.

- "full": no adapter, every weight trains.
- "lora": low-rank updates on all linear layers (Hu et al. 2021; all layers: Dettmers et al. 2023).
- "lora-attention", "lora-mlp": only on the attention or only on the feed-forward layers.
- "rslora": "lora" scaled by alpha / sqrt(rank) instead of alpha / rank (Kalajdzievski 2023).
- "dora": "lora" that learns length and direction apart (Liu et al. 2024).
- "houlsby", "pfeiffer": bottleneck adapters, see `bottleneck.py`.

The LoRA methods are peft's, the bottleneck adapters ours: peft has none.
"""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager

import torch
from peft import LoraConfig, PeftModel, get_peft_model
from torch import nn
from transformers import PreTrainedModel

from domainlab.errors import AdapterError, ConfigError
from domainlab.train.bottleneck import OUTPUTS, bottlenecks, insert

LORA_METHODS = ("lora", "lora-attention", "lora-mlp", "rslora", "dora")
METHODS = ("full", *LORA_METHODS, *OUTPUTS)
PLACES = {"lora-attention": ("attn", "attention"), "lora-mlp": ("mlp", "feed_forward", "ffn")}


def attach(
    model: PreTrainedModel, method: str, *, rank: int = 16, alpha: float = 32.0, seed: int = 0
) -> PreTrainedModel | PeftModel:
    """Make `model` ready to train by `method`; at the start its answers are unchanged.

    The model is changed in place: use the one that comes back.

    Args:
        model: a base model without an adapter.
        method: one of METHODS.
        rank: of the low-rank update, at most the smaller side of the layers it sits on; for the bottleneck
            adapters their width.
        alpha: the update is scaled by alpha / rank (rslora: alpha / sqrt(rank)).
        seed: of the random half of the adapter; the other half starts at zero.

    Raises:
        ConfigError: unknown method, rank or alpha out of range.
        AdapterError: the model has an adapter already, or no layer that the method could sit on.
    """
    if method not in METHODS:
        raise ConfigError(f"method must be one of {', '.join(METHODS)}; got {method!r}.")
    if isinstance(model, PeftModel) or any(bottlenecks(model)):
        raise AdapterError("The model has an adapter already; load the base again, or train this one as it is.")
    if method in OUTPUTS:
        return insert(model, method, width=rank, seed=seed)
    if method == "full":
        return model.float().requires_grad_(True)  # bfloat16 weights would round small updates away
    layers = target_layers(model, method)
    check_size(layers, rank, alpha)
    config = LoraConfig(
        r=rank,
        lora_alpha=alpha,
        target_modules=list(layers),
        use_rslora=method == "rslora",
        use_dora=method == "dora",
        task_type="CAUSAL_LM",
    )
    with quiet(), torch.random.fork_rng(devices=[model.device] if model.device.type == "cuda" else []):
        torch.manual_seed(seed)
        return get_peft_model(model, config)


def target_layers(model: PreTrainedModel, method: str) -> dict[str, nn.Linear]:
    """The linear layers, by full name, that a LoRA method sits on: only the language model's, never the head.

    Raises:
        AdapterError: there are none.
    """
    decoder = model.get_decoder()
    prefix = next(name for name, module in model.named_modules() if module is decoder)
    found = {f"{prefix}.{name}": layer for name, layer in decoder.named_modules() if isinstance(layer, nn.Linear)}
    words = PLACES.get(method, ("",))
    chosen = {name: layer for name, layer in found.items() if any(word in name for word in words)}
    if not chosen:
        raise AdapterError(
            f"{type(model).__name__} has no linear layer for {method!r}: none of its "
            f"{len(found)} layers ({', '.join(list(found)[:4])}, ...) has {' or '.join(words)} in its name."
        )
    return chosen


def check_size(layers: dict[str, nn.Linear], rank: int, alpha: float) -> None:
    """Refuse a rank that is no number of directions, or more of them than the smallest layer has."""
    if not isinstance(rank, int) or rank < 1 or alpha <= 0:
        raise ConfigError(f"rank must be a whole number >= 1 and alpha above 0; got rank {rank!r}, alpha {alpha!r}.")
    name, layer = min(layers.items(), key=lambda item: min(item[1].in_features, item[1].out_features))
    smallest = min(layer.in_features, layer.out_features)
    if rank > smallest:
        raise ConfigError(
            f"rank {rank} is larger than layer {name} ({layer.in_features} x {layer.out_features}): "
            f"an update has at most rank {smallest}. Take a rank of {smallest} or less."
        )


@contextmanager
def quiet() -> Iterator[None]:
    """Hide one warning of peft about transformers' new names, which no learner can do anything about."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="`is_gradient_checkpointing`", category=FutureWarning)
        yield
