"""Packing changes where the tokens lie, and no loss."""

import pytest
import torch
from torch.nn import functional

from domainlab.errors import DataError
from domainlab.testing import FAMILIES, tiny_model
from domainlab.train.encode import IGNORED
from domainlab.train.pack import best_width, collate, pack, token_losses


def encoded(lengths, seed=0):
    generator = torch.Generator().manual_seed(seed)
    rows = []
    for length in lengths:
        ids = torch.randint(5, 261, (length,), generator=generator).tolist()
        rows.append({"input_ids": ids, "labels": [IGNORED] * (length // 2) + ids[length // 2 :]})
    return rows


def test_by_hand():
    examples = [
        {"input_ids": [7, 8], "labels": [IGNORED, 8]},
        {"input_ids": [4, 5, 6], "labels": [IGNORED, 5, 6]},
        {"input_ids": [9, 9], "labels": [IGNORED, 9]},
    ]
    full, rest = pack(examples, row_tokens=5)
    assert full["input_ids"].tolist()[:3] == [4, 5, 6]  # the longest first, then one of the others
    assert full["position_ids"].tolist() == [0, 1, 2, 0, 1]
    batch = collate([full, rest])
    assert batch["input_ids"].shape == (2, 5)
    assert batch["labels"][1].tolist()[2:] == [IGNORED] * 3
    assert batch["position_ids"][1].tolist() == [0, 1, 0, 1, 2]
    assert batch["tokens"] == 7


def test_every_example_once_and_no_row_too_wide():
    examples = encoded([3, 17, 8, 30, 2, 2, 9, 21, 14])
    rows = pack(examples, row_tokens=32)
    assert sum(len(row["input_ids"]) for row in rows) == 106
    assert max(len(row["input_ids"]) for row in rows) <= 32
    assert len(rows) == 4  # the least possible
    pieces = []
    for row in rows:
        starts = [place for place, position in enumerate(row["position_ids"].tolist()) if position == 0]
        for start, end in zip(starts, [*starts[1:], len(row["input_ids"])], strict=True):
            pieces.append(row["input_ids"][start:end].tolist())
    assert sorted(pieces) == sorted(example["input_ids"] for example in examples)


def test_seed_mixes_examples_of_equal_length():
    examples = encoded([8] * 12)
    first, again, other = (
        [row["input_ids"].tolist() for row in pack(examples, row_tokens=16, seed=seed)] for seed in (0, 0, 1)
    )
    assert first == again
    assert first != other


@pytest.mark.parametrize("family", FAMILIES)
def test_packed_loss_is_the_loss_of_each_example_alone(family):
    model = tiny_model(family)
    examples = encoded([90, 12, 33, 70, 25, 8])  # gemma's window of 64 tokens is shorter than the longest
    rows = pack(examples, row_tokens=128)
    assert len(rows) < len(examples)
    alone = {}
    for example in examples:
        ids, labels = torch.tensor([example["input_ids"]]), torch.tensor(example["labels"])
        logits = model(ids).logits[0, :-1]
        alone[tuple(example["input_ids"])] = functional.cross_entropy(logits, labels[1:], reduction="sum")
    together = token_losses(model, collate(rows))
    assert len(together) == sum(label != IGNORED for example in examples for label in example["labels"])
    torch.testing.assert_close(together.sum(), sum(alone.values()), rtol=1e-5, atol=1e-5)
    for row in rows:
        starts = [place for place, position in enumerate(row["position_ids"].tolist()) if position == 0]
        ends = [*starts[1:], len(row["input_ids"])]
        losses = token_losses(model, collate([row])).split(
            [
                int((row["labels"][start:end] != IGNORED).sum())
                for start, end in zip(starts, ends, strict=True)
            ]
        )
        for start, end, loss in zip(starts, ends, losses, strict=True):
            expected = alone[tuple(row["input_ids"][start:end].tolist())]
            torch.testing.assert_close(loss.sum(), expected, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("family", FAMILIES)
def test_gradients_of_a_packed_row_are_those_of_the_examples(family):
    examples = encoded([40, 25, 18])
    gradients = []
    for row_tokens in (90, 40):
        model = tiny_model(family)
        token_losses(model, collate(pack(examples, row_tokens=row_tokens))).sum().backward()
        gradients.append(model.model.layers[0].self_attn.k_proj.weight.grad)
    torch.testing.assert_close(*gradients, rtol=1e-4, atol=1e-5)


def test_neighbours_would_matter_without_the_restarts():
    model = tiny_model()
    batch = collate(pack(encoded([40, 25, 18]), row_tokens=90))
    apart = token_losses(model, batch)
    batch["position_ids"] = torch.arange(83)[None]
    assert not torch.allclose(token_losses(model, batch), apart, atol=1e-2)


def test_example_wider_than_a_row():
    with pytest.raises(DataError, match=r"30 tokens .* rows of 20"):
        pack(encoded([30]), row_tokens=20)


@pytest.mark.parametrize("labels", [[IGNORED] * 3, [5, IGNORED, IGNORED]])
def test_fully_masked_example(labels):
    with pytest.raises(DataError, match="example 1 has no label"):
        pack([*encoded([4]), {"input_ids": [5, 6, 7], "labels": labels}], row_tokens=8)


def test_best_width_takes_the_cheapest_rows():
    assert best_width([60] * 100, hidden_size=256) == 60  # they fill rows of 60 without waste
    assert best_width([33] * 100 + [64], hidden_size=10_000) > 64  # rows of 64 would hold one each
    assert best_width([900] * 3, hidden_size=256) == 900  # nothing would share a wider row
