"""Several short examples in one row, without padding and without seeing each other.

Position numbers start at 0 again with every example. `transformers` reads that as "a new sequence starts
here" and builds an attention mask in which no example looks at its neighbours, as long as no attention
mask is given. So a packed row has the same loss as its examples one by one.
"""

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


def pack(
    encoded: Sequence[dict[str, list[int]]], *, row_tokens: int, seed: int = 0
) -> list[dict[str, Tensor]]:
    """Fill rows of at most `row_tokens` tokens: longest example first, into the first row with room.

    Args:
        encoded: examples as `encode_examples` makes them.
        row_tokens: width of a row; at least the longest example.
        seed: shuffles examples of equal length, so that rows mix.

    Returns:
        Rows with `input_ids`, `labels` and `position_ids`, each of shape (length,).

    Raises:
        DataError: an example is longer than a row, or has no label to learn.
    """
    lengths = np.array([len(example["input_ids"]) for example in encoded])
    if lengths.max(initial=0) > row_tokens:
        raise DataError(
            f"An example of {lengths.max()} tokens does not fit into rows of {row_tokens} tokens."
        )
    for number, example in enumerate(encoded):
        if all(label == IGNORED for label in example["labels"][1:]):
            raise DataError(f"Encoded example {number} has no label to learn: every one is masked.")
    return [_join([encoded[number] for number in row]) for row in _fill(lengths, row_tokens, seed)]


def _fill(lengths: np.ndarray, row_tokens: int, seed: int) -> list[list[int]]:
    shuffled = np.random.default_rng(seed).permutation(len(lengths))
    order = shuffled[np.argsort(-lengths[shuffled], kind="stable")]
    space = np.full(len(lengths), row_tokens)
    rows: list[list[int]] = []
    for number in order:
        row = int(np.argmax(space[: len(rows) + 1] >= lengths[number]))  # the next empty row always has room
        if row == len(rows):
            rows.append([])
        rows[row].append(int(number))
        space[row] -= lengths[number]
    return rows


def _join(examples: list[dict[str, list[int]]]) -> dict[str, Tensor]:
    return {
        "input_ids": torch.tensor([token for example in examples for token in example["input_ids"]]),
        "labels": torch.tensor([label for example in examples for label in example["labels"]]),
        "position_ids": torch.cat([torch.arange(len(example["input_ids"])) for example in examples]),
    }


def best_width(lengths: Sequence[int], *, hidden_size: int) -> int:
    """The row width that costs least: wide rows waste less padding, narrow rows less attention.

    Attention over `w` tokens costs about w / (6 * hidden_size) of the rest of a layer (Chowdhery et al.
    2022, PaLM, appendix B).
    """
    longest = max(lengths)
    widths = [longest, *(width for width in WIDTHS if width > longest)]
    cost = {
        width: len(_fill(np.array(lengths), width, 0)) * width * (1 + width / (6 * hidden_size))
        for width in widths
    }
    return min(cost, key=cost.get)


def collate(rows: Sequence[dict[str, Tensor]]) -> dict[str, Tensor]:
    """Stack rows into (rows, width) tensors; padding counts positions of its own, so nobody sees it."""
    filled = [len(row["input_ids"]) for row in rows]
    width = max(filled)
    places = [
        torch.cat([row["position_ids"], torch.arange(width - len(row["position_ids"]))]) for row in rows
    ]
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
