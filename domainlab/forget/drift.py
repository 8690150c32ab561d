"""How far a model moved, whatever its scores say: KL divergence from the base, and distance of the weights.

Accuracy sees a change only when an answer flips; KL sees every change of a probability. On prompts of the new
domain KL predicts how much is forgotten (Shenfeld et al. 2025, arXiv 2509.04259).
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import torch
from torch import Tensor, nn
from torch.nn import functional
from transformers import PreTrainedModel, PreTrainedTokenizerBase

from domainlab.errors import AdapterError, DataError
from domainlab.models import ADAPTER_PARTS, base_digest
from domainlab.records import Example
from domainlab.train.encode import IGNORED, encode_examples
from domainlab.train.pack import collate, pack

Batch = dict[str, Tensor]


def answer_batches(
    examples: Sequence[Example], tokenizer: PreTrainedTokenizerBase, *, size: int = 8, max_tokens: int = 1024
) -> list[Batch]:
    """Examples as batches of `size` rows, one example per row, in order."""
    rows = [pack([one], rows=1)[0] for one in encode_examples(examples, tokenizer, max_tokens=max_tokens)]
    return [collate(rows[start : start + size]) for start in range(0, len(rows), size)]


def answer_logprobs(model: nn.Module, batch: Batch) -> Tensor:
    """Log-probabilities of every token at every place of the answers, `(places, vocabulary)`, in nats."""
    learned = functional.pad(batch["labels"][:, 1:] != IGNORED, (0, 1))
    logits = model(
        input_ids=batch["input_ids"].to(model.device), position_ids=batch["position_ids"].to(model.device),
        use_cache=False, logits_to_keep=learned.to(model.device),
    ).logits  # fmt: skip
    return logits.float().log_softmax(-1)


def mean_kl(
    base: PreTrainedModel, tuned: PreTrainedModel, tokenizer: PreTrainedTokenizerBase, examples: Sequence[Example]
) -> float:
    """KL(base || tuned) in nats per answer token on the given examples; 0 is no change, there is no upper end."""
    if not examples:
        raise DataError("KL needs at least one example to be measured on; got none.")
    total, places = 0.0, 0
    with evaluating(base), evaluating(tuned), torch.inference_mode():
        for batch in answer_batches(examples, tokenizer):
            before, after = answer_logprobs(base, batch), answer_logprobs(tuned, batch)
            total += float(functional.kl_div(after, before, log_target=True, reduction="sum"))
            places += len(before)
    return max(0.0, total / places)  # rounding may leave -1e-9


@contextmanager
def evaluating(model: nn.Module) -> Iterator[None]:
    """Without dropout inside, afterwards in the mode it was in."""
    training = model.training
    model.eval()
    try:
        yield
    finally:
        model.train(training)


def weight_distance(base: PreTrainedModel, tuned: PreTrainedModel) -> float:
    """Length of the change of the base's own weights over the length of the weights; 0 for an adapter kept apart.

    Raises:
        DataError: the two are not the same architecture.
    """
    before, after = (dict(_own_weights(model)) for model in (base, tuned))
    if before.keys() != after.keys() or any(before[n].shape != after[n].shape for n in before):
        raise DataError("The weights of the two models do not correspond; compare a model with its own base.")
    moved = sum(float((after[name].double() - before[name].double()).square().sum()) for name in before)
    return (moved / sum(float(weight.double().square().sum()) for weight in before.values())) ** 0.5


def _own_weights(model: nn.Module) -> Iterator[tuple[str, Tensor]]:
    for name, weight in model.named_parameters():
        if not any(part in name for part in ADAPTER_PARTS):
            plain = name.removeprefix("base_model.model.").replace(".base_layer.", ".").replace(".base.", ".")
            yield plain, weight.detach().cpu()


def has_adapter(model: nn.Module) -> bool:
    """Whether any weight belongs to an adapter."""
    return any(part in name for name, _ in model.named_parameters() for part in ADAPTER_PARTS)


def check_pair(base: PreTrainedModel, tuned: PreTrainedModel) -> None:
    """Refuse two models that cannot be before and after.

    Raises:
        AdapterError: the adapter of `tuned` sits on other weights than those of `base`.
    """
    if has_adapter(base):
        raise AdapterError("The base carries an adapter; give the model as it was before training.")
    if has_adapter(tuned) and base_digest(base) != base_digest(tuned):
        raise AdapterError(
            f"The adapter sits on a base with sha256 {base_digest(tuned)[:12]}..., the base given has "
            f"{base_digest(base)[:12]}...: load the base that the adapter was trained on."
        )
