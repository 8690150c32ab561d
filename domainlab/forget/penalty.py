"""Penalties against forgetting: functions from a model to a number that `finetune` adds to its loss.

- L2-SP (Li et al. 2018): a/2 * |w - w0|^2, back to where the weights were. Weight decay pulls to zero instead.
- EWC (Kirkpatrick et al. 2017): a/2 * sum F_i (w_i - w0_i)^2, hard where old answers depend on a weight.
- KL to the base (Li & Hoiem 2016): how far the answers to replayed prompts moved, whatever the weights did.
"""

import itertools
from collections.abc import Callable, Mapping, Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional
from transformers import PreTrainedModel, PreTrainedTokenizerBase

from domainlab.errors import ConfigError, DataError
from domainlab.forget.drift import answer_batches, answer_logprobs, evaluating
from domainlab.records import Example

Penalty = Callable[[nn.Module], Tensor]
Weights = Mapping[str, Tensor]


def snapshot(model: nn.Module) -> dict[str, Tensor]:
    """A copy of every trainable weight, by name: the anchor of the penalties."""
    kept = {name: w.detach().clone() for name, w in model.named_parameters() if w.requires_grad}
    if not kept:
        raise ConfigError("No weight asks for gradients, so there is no anchor; call attach(model, method) first.")
    return kept


def l2_sp_penalty(anchor: Weights, *, weight: float) -> Penalty:
    """weight / 2 times the squared distance of the trainable weights from the anchor."""
    _check_weight(weight)
    return lambda model: weight / 2 * sum((w - a).square().sum() for w, a in _pairs(model, anchor, "anchor"))


def ewc_penalty(anchor: Weights, fisher: Weights, *, weight: float) -> Penalty:
    """weight / 2 times the squared distance from the anchor, each weight counted by its Fisher information.

    Raises:
        DataError: when called on a model with a trainable weight that anchor or Fisher lack. A missing Fisher is
            never taken for zero: that would switch the protection off in silence.
    """
    _check_weight(weight)
    missing = sorted(set(anchor) - set(fisher))
    if missing:
        raise DataError(
            f"The Fisher lacks {len(missing)} of the anchor's weights, first {missing[0]}; compute it again."
        )

    def penalty(model: nn.Module) -> Tensor:
        pairs = zip(_pairs(model, anchor, "anchor"), _pairs(model, fisher, "Fisher"), strict=True)
        return weight / 2 * sum((f * (w - a).square()).sum() for (w, a), (_, f) in pairs)

    return penalty


def kl_penalty(
    base: PreTrainedModel, tokenizer: PreTrainedTokenizerBase, old: Sequence[Example], *, weight: float, size: int = 8
) -> Penalty:
    """weight times KL(base || model) in nats per answer token, on `size` of the old examples per step, in turn.

    The base answers once, here: its log-probabilities are kept (places * vocabulary * 4 bytes), so the base need
    not stay in memory, and may be the very model that is trained afterwards.
    """
    _check_weight(weight)
    batches = answer_batches(old, tokenizer, size=size)
    with evaluating(base), torch.inference_mode():
        targets = [answer_logprobs(base, batch) for batch in batches]
    turns = itertools.cycle(zip(batches, [target.clone() for target in targets], strict=True))

    def penalty(model: nn.Module) -> Tensor:
        batch, target = next(turns)
        now = answer_logprobs(model, batch)
        return weight * functional.kl_div(now, target, log_target=True, reduction="sum") / len(now)

    return penalty


def together(*penalties: Penalty) -> Penalty:
    """The sum of penalties."""
    if not penalties:
        raise ConfigError("Expected at least one penalty to add up.")
    return lambda model: sum(penalty(model) for penalty in penalties)


def _check_weight(weight: float) -> None:
    if not weight >= 0:
        raise ConfigError(f"The weight of a penalty must be 0 or more; got {weight}.")


def _pairs(model: nn.Module, values: Weights, name: str) -> list[tuple[Tensor, Tensor]]:
    trained = {key: weight for key, weight in model.named_parameters() if weight.requires_grad}
    missing = sorted(set(trained) - set(values))
    if missing:
        raise DataError(
            f"The {name} has nothing for {len(missing)} trainable weights, first {missing[0]}; make it from this model."
        )
    return [(weight, values[key]) for key, weight in trained.items()]
