"""The diagonal Fisher information: which weights the old answers depend on.

F_i = E_x E_{y ~ p(y|x)} [(d log p(y|x) / d w_i)^2]. Two points decide whether a number deserves the name:
the labels are drawn from the model itself (with the gold labels it is the "empirical" Fisher, another
matrix; Kunstner et al. 2019), and gradients are squared for each example before the mean is taken. The square
of a batch's mean gradient is smaller by about the batch size, and an EWC weight then means nothing.
"""

from collections.abc import Callable, Iterable

import torch
from torch import Tensor, nn
from transformers import PreTrainedModel

from domainlab.errors import ConfigError, DataError
from domainlab.forget.drift import Batch, answer_logprobs, evaluating
from domainlab.train.encode import IGNORED

LogLikelihood = Callable[[nn.Module, Batch], Tensor]  # model, batch -> log p(y|x) of each example, (n,)
LABELS = ("sampled", "gold")


def diagonal_fisher(model: nn.Module, batches: Iterable[Batch], log_likelihood: LogLikelihood) -> dict[str, Tensor]:
    """Mean over examples of the squared gradient of each example's log-likelihood, for every trainable weight.

    Args:
        model: its weights with requires_grad are the ones that count.
        batches: of any size; the result does not depend on it.
        log_likelihood: what is differentiated.

    Returns:
        Name of the weight -> tensor of its shape, never negative.

    Raises:
        DataError: no examples.
        ConfigError: no weight asks for gradients.
    """
    trained = {name: weight for name, weight in model.named_parameters() if weight.requires_grad}
    if not trained:
        raise ConfigError("No weight asks for gradients, so there is no Fisher; call attach(model, method) first.")
    fisher, examples = {name: torch.zeros_like(weight) for name, weight in trained.items()}, 0
    with evaluating(model):
        for batch in batches:
            values = log_likelihood(model, batch)
            for at, value in enumerate(values):
                last = at == len(values) - 1
                for name, slope in zip(
                    trained, torch.autograd.grad(value, list(trained.values()), retain_graph=not last), strict=True
                ):
                    fisher[name] += slope.detach() ** 2
            examples += len(values)
    if not examples:
        raise DataError("The Fisher needs at least one example; got none.")
    return {name: value / examples for name, value in fisher.items()}


def answer_log_likelihood(labels: str = "sampled", *, seed: int = 0) -> LogLikelihood:
    """The log-likelihood of answers for `diagonal_fisher`, batches as `answer_batches` makes them.

    Args:
        labels: "sampled" draws every answer token from the model, given the gold tokens before it (true Fisher);
            "gold" takes the answers as they are (empirical Fisher).
        seed: of the drawing; the draws depend on the place of an example in the data, not on the batch.
    """
    if labels not in LABELS:
        raise ConfigError(f"labels must be one of {', '.join(LABELS)}; got {labels!r}.")
    generator = torch.Generator().manual_seed(seed)

    def log_likelihood(model: PreTrainedModel, batch: Batch) -> Tensor:
        logprobs = answer_logprobs(model, batch)
        learned = batch["labels"][:, 1:] != IGNORED
        if labels == "gold":
            chosen = batch["labels"][:, 1:][learned].to(logprobs.device)
        else:  # one number per place, in the order of the data: batching changes nothing
            heap, point = logprobs.detach().exp().cumsum(-1), torch.rand(len(logprobs), 1, generator=generator)
            chosen = torch.searchsorted(heap, point.to(heap.device) * heap[:, -1:], right=True)[:, 0]
            chosen = chosen.clamp(max=heap.shape[-1] - 1)
        picked = logprobs[torch.arange(len(chosen)), chosen]
        return torch.stack([part.sum() for part in picked.split(learned.sum(1).tolist())])

    return log_likelihood


def normalised(fisher: dict[str, Tensor]) -> dict[str, Tensor]:
    """The Fisher scaled to a mean of 1 over all weights, so that an EWC weight means the same for every model.

    Raises:
        DataError: it is zero everywhere.
    """
    mean = sum(float(value.sum()) for value in fisher.values()) / sum(value.numel() for value in fisher.values())
    if not mean > 0:
        raise DataError("The Fisher is zero for every weight: no answer depends on them, or the examples are empty.")
    return {name: value / mean for name, value in fisher.items()}
