"""Several short examples in one row, without padding and without seeing each other.

Position numbers start at 0 again with every example. `transformers` reads that as "a new sequence starts
here" and builds an attention mask in which no example looks at its neighbours, as long as no attention
mask is given. So a packed row has the same loss as its examples one by one.
"""

import heapq
import itertools
from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional
from torch.nn.utils.rnn import pad_sequence
from transformers import PreTrainedModel

from domainlab.errors import DataError
from domainlab.train.encode import IGNORED

WIDTHS = (64, 128, 256, 512, 1024)  # tokens per row that are worth trying


def pack(encoded: Sequence[dict[str, list[int]]], *, rows: int, seed: int = 0) -> list[dict[str, Tensor]]:
    """Spread examples over rows of nearly equal length: longest first, always into the shortest row.

    The rule is Graham's (1969): no row gets longer than 4/3 of the best possible.

    Args:
        encoded: examples as `encode_examples` makes them.
        rows: how many to make, at most one per example.
        seed: shuffles examples of equal length, so that rows mix.

    Returns:
        Rows with `input_ids`, `labels` and `position_ids`, each of shape (length,).

    Raises:
        DataError: an example has no label to learn.
    """
    for number, example in enumerate(encoded):
        if all(label == IGNORED for label in example["labels"][1:]):
            raise DataError(f"Encoded example {number} has no label to learn: every one is masked.")
    spread = _spread([len(example["input_ids"]) for example in encoded], rows, seed)
    return [_join([encoded[number] for number in row]) for row in spread]


def pack_in_order(encoded: Sequence[dict[str, list[int]]], *, steps: int, per_step: int) -> list[dict[str, Tensor]]:
    """Cut the examples, in their order, into steps of nearly equal tokens, and pack each step by itself.

    Args:
        encoded: examples as `encode_examples` makes them, at least `steps * per_step`.
        steps: how many to make.
        per_step: rows of each step.

    Returns:
        `steps * per_step` rows; those of one step stand next to each other.
    """
    ends, filled = [0], np.cumsum([len(example["input_ids"]) for example in encoded])
    for step in range(1, steps + 1):
        wanted = int(np.searchsorted(filled, filled[-1] * step / steps)) + 1
        ends.append(min(max(wanted, ends[-1] + per_step), len(encoded) - (steps - step) * per_step))
    parts = [encoded[start:end] for start, end in itertools.pairwise(ends)]
    return [row for part in parts for row in pack(part, rows=per_step)]


def _spread(lengths: Sequence[int], rows: int, seed: int) -> list[list[int]]:
    sizes = np.asarray(lengths)
    shuffled = np.random.default_rng(seed).permutation(len(sizes))
    spread: list[list[int]] = [[] for _ in range(rows)]
    shortest = [(0, row) for row in range(rows)]
    for number in shuffled[np.argsort(-sizes[shuffled], kind="stable")]:
        filled, row = heapq.heappop(shortest)
        spread[row].append(int(number))
        heapq.heappush(shortest, (filled + int(sizes[number]), row))
    return spread


def plan_rows(lengths: Sequence[int], *, batch_tokens: int, hidden_size: int, multiple: int = 1) -> tuple[int, int]:
    """How many rows to pack, and how many of them make one step, so that an epoch costs least.

    Every step gets the same number of rows of about the same length, at most `batch_tokens` tokens in
    all. Wide rows waste less on padding, narrow rows less on attention: over `w` tokens it costs about
    w / (6 * hidden_size) of the rest of a layer (Chowdhery et al. 2022, PaLM, appendix B).

    Args:
        lengths: tokens of each example.
        batch_tokens: tokens of a step.
        hidden_size: width of the model.
        multiple: the rows of a step are shared by so many processes.

    Returns:
        (rows, rows per step); the first is a multiple of the second.
    """
    steps = min(-(-sum(lengths) // batch_tokens), max(1, len(lengths) // multiple))
    cheapest = None
    for width in (max(lengths), *(width for width in WIDTHS if width > max(lengths))):
        wanted = -(-sum(lengths) // (steps * width * multiple)) * multiple
        per_step = max(1, min(wanted, len(lengths) // steps // multiple * multiple))
        longest = max(sum(lengths[number] for number in row) for row in _spread(lengths, steps * per_step, 0))
        cost = steps * per_step * longest * (1 + longest / (6 * hidden_size))
        if cheapest is None or cost < cheapest[0]:
            cheapest = cost, steps * per_step, per_step
    return cheapest[1:]


def _join(examples: list[dict[str, list[int]]]) -> dict[str, Tensor]:
    return {
        "input_ids": torch.tensor([token for example in examples for token in example["input_ids"]]),
        "labels": torch.tensor([label for example in examples for label in example["labels"]]),
        "position_ids": torch.cat([torch.arange(len(example["input_ids"])) for example in examples]),
    }


def collate(rows: Sequence[dict[str, Tensor]]) -> dict[str, Tensor]:
    """Stack rows into (rows, width) tensors; padding counts positions of its own, so nobody sees it."""
    filled = [len(row["input_ids"]) for row in rows]
    width = max(filled)
    places = [torch.cat([row["position_ids"], torch.arange(width - len(row["position_ids"]))]) for row in rows]
    return {
        "input_ids": pad_sequence([row["input_ids"] for row in rows], batch_first=True),
        "labels": pad_sequence([row["labels"] for row in rows], batch_first=True, padding_value=IGNORED),
        "position_ids": torch.stack(places),
        "tokens": torch.tensor(sum(filled)),
    }


def token_losses(model: PreTrainedModel, batch: dict[str, Tensor]) -> Tensor:
    """Cross-entropy in nats of every target token, row by row, shape (targets,).

    Logits are made for target positions only: on long prompts most of the vocabulary work is saved.
    """
    targets = batch["labels"][:, 1:]
    learned = targets != IGNORED
    logits = model(
        input_ids=batch["input_ids"],
        position_ids=batch["position_ids"],
        use_cache=False,
        logits_to_keep=functional.pad(learned, (0, 1)),
    ).logits
    return functional.cross_entropy(logits.float(), targets[learned], reduction="none")
