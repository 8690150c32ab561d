"""Train a `TextClassifier` and calibrate it.

Class probabilities are calibrated by one temperature (Guo et al. 2017), on texts that were not trained on.
"""

from collections.abc import Iterator, Sequence

import numpy as np
import torch
from scipy.optimize import minimize_scalar
from torch import Tensor
from torch.nn import functional
from tqdm.auto import tqdm

from domainlab.errors import DataError
from domainlab.train.text_classifier import TextClassifier

HEAD_RATE = 1e-2  # peak learning rate of the linear layer


def fit_classifier(
    classifier: TextClassifier, texts: Sequence[str], labels: Sequence[str], *, progress: bool = True
) -> list[float]:
    """Train the adapter and the head in place; the mean loss (nats) of each epoch comes back.

    Rare classes weigh as much as frequent ones. The weights end rounded to bfloat16, as they are saved.

    Raises:
        DataError: no texts, not one label per text, a label that the classifier does not have, or a NaN loss.
    """
    targets = _targets(classifier, texts, labels)
    config = classifier.config
    steps = config.epochs * -(-len(texts) // config.batch_size)
    optimiser, schedule = _optimiser(classifier, steps)
    counts = torch.bincount(targets, minlength=len(classifier.labels)).clamp(min=1).float()
    balance = counts.sum() / (counts * len(counts))
    losses: list[float] = []
    with torch.random.fork_rng(devices=[]), tqdm(total=steps, desc="Teaching", delay=2, disable=not progress) as bar:
        torch.manual_seed(config.seed)  # of the dropout
        classifier.model.train()
        for rows in _batches(len(texts), config.batch_size, config.epochs, config.seed):
            scores = classifier.forward([texts[at] for at in rows])
            loss = functional.cross_entropy(scores, targets[rows], weight=balance, label_smoothing=config.smoothing)
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            schedule.step()
            losses.append(loss.item())
            bar.update()
        classifier.model.eval()
    if not np.isfinite(losses).all():
        raise DataError("the loss became NaN or infinite; lower the learning rate.")
    with torch.no_grad():
        for one in classifier.weights().values():
            one.copy_(one.bfloat16())
    return [float(np.mean(part)) for part in np.array_split(losses, config.epochs)]


def calibrate(classifier: TextClassifier, texts: Sequence[str], labels: Sequence[str]) -> float:
    """Set the temperature that makes these labels likeliest, and return it; use texts that were not trained on.

    Raises:
        DataError: as in `fit_classifier`.
    """
    targets = _targets(classifier, texts, labels)
    logits = classifier.logits(texts)
    found = minimize_scalar(
        lambda power: float(functional.cross_entropy(logits / np.exp(power), targets)),
        bounds=(-3, 3),
        method="bounded",
    )
    classifier.temperature = float(np.exp(found.x))
    return classifier.temperature


def _targets(classifier: TextClassifier, texts: Sequence[str], labels: Sequence[str]) -> Tensor:
    """The labels as numbers."""
    if not texts or len(texts) != len(labels):
        raise DataError(f"expected one label per text, at least one; got {len(texts)} and {len(labels)}.")
    if unknown := set(labels) - set(classifier.labels):
        raise DataError(f"labels must be some of {classifier.labels}; got {sorted(unknown)[:5]}.")
    return torch.tensor([classifier.labels.index(label) for label in labels])


def _optimiser(
    classifier: TextClassifier, steps: int
) -> tuple[torch.optim.Optimizer, torch.optim.lr_scheduler.LRScheduler]:
    """AdamW with a rate of its own for the head, and one cycle of both rates."""
    weights, rates = classifier.weights(), (classifier.config.learning_rate, HEAD_RATE)
    parts = [[one for name, one in weights.items() if name.startswith("head.") == head] for head in (False, True)]
    groups = [{"params": part, "lr": rate} for part, rate in zip(parts, rates, strict=True)]
    optimiser = torch.optim.AdamW(groups, weight_decay=0.01)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, list(rates), total_steps=max(steps, 11), pct_start=0.1)
    return optimiser, schedule


def _batches(count: int, size: int, epochs: int, seed: int) -> Iterator[np.ndarray]:
    """Row numbers of every batch of every epoch, in a new order each time."""
    draw = np.random.default_rng(seed)
    for _ in range(epochs):
        order = draw.permutation(count)
        yield from (order[start : start + size] for start in range(0, count, size))
