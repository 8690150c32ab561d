"""Packing changes where the tokens lie, and no loss."""

import pytest
import torch
from torch.nn import functional

from domainlab.errors import DataError
from domainlab.testing import FAMILIES, tiny_model
from domainlab.train.encode import IGNORED
from domainlab.train.pack import collate, pack, pack_in_order, plan_rows, token_losses


def encoded(lengths, seed=0):
    generator = torch.Generator().manual_seed(seed)
    rows = []
    for length in lengths:
        ids = torch.randint(5, 261, (length,), generator=generator).tolist()
        rows.append({"input_ids": ids, "labels": [IGNORED] * (length // 2) + ids[length // 2 :]})
    return rows


def starts_and_ends(row):
    starts = [place for place, position in enumerate(row["position_ids"].tolist()) if position == 0]
    return list(zip(starts, [*starts[1:], len(row["input_ids"])], strict=True))


def test_by_hand():
    examples = [
        {"input_ids": [7, 8], "labels": [IGNORED, 8]},
        {"input_ids": [4, 5, 6], "labels": [IGNORED, 5, 6]},
        {"input_ids": [9, 1], "labels": [IGNORED, 1]},
        {"input_ids": [3, 2], "labels": [IGNORED, 2]},
    ]
    first, second = pack(examples, rows=2)
    assert [len(first["input_ids"]), len(second["input_ids"])] == [5, 4]  # 3 + 2 and 2 + 2
    assert first["input_ids"].tolist()[:3] == [4, 5, 6]
    assert first["position_ids"].tolist() == [0, 1, 2, 0, 1]
    batch = collate([first, second])
    assert batch["input_ids"].shape == (2, 5)
    assert batch["labels"][1].tolist()[4:] == [IGNORED]
    assert batch["position_ids"][1].tolist() == [0, 1, 0, 1, 0]
    assert batch["tokens"] == 9


def test_every_example_once_in_rows_of_nearly_one_length():
    examples = encoded([3, 17, 8, 30, 2, 2, 9, 21, 14])
    rows = pack(examples, rows=4)
    assert sorted(len(row["input_ids"]) for row in rows) == [25, 25, 26, 30]
    pieces = [row["input_ids"][start:end].tolist() for row in rows for start, end in starts_and_ends(row)]
    assert sorted(pieces) == sorted(example["input_ids"] for example in examples)


def test_seed_mixes_examples_of_equal_length():
    examples = encoded([8] * 12)
    first, again, other = (
        [row["input_ids"].tolist() for row in pack(examples, rows=6, seed=seed)] for seed in (0, 0, 1)
    )
    assert first == again
    assert first != other


@pytest.mark.parametrize("family", FAMILIES)
def test_packed_loss_is_the_loss_of_each_example_alone(family):
    model = tiny_model(family)
    examples = encoded([90, 12, 33, 70, 25, 8])  # gemma's window of 64 tokens is shorter than the longest
    alone = {}
    for example in examples:
        ids, labels = torch.tensor([example["input_ids"]]), torch.tensor(example["labels"])
        logits = model(ids).logits[0, :-1]
        alone[tuple(example["input_ids"])] = functional.cross_entropy(logits, labels[1:], reduction="sum")
    rows = pack(examples, rows=2)
    together = token_losses(model, collate(rows))
    assert len(together) == sum(label != IGNORED for example in examples for label in example["labels"])
    torch.testing.assert_close(together.sum(), sum(alone.values()), rtol=1e-5, atol=1e-5)
    for row in rows:
        pieces = starts_and_ends(row)
        targets = [int((row["labels"][start:end] != IGNORED).sum()) for start, end in pieces]
        losses = token_losses(model, collate([row])).split(targets)
        for (start, end), loss in zip(pieces, losses, strict=True):
            expected = alone[tuple(row["input_ids"][start:end].tolist())]
            torch.testing.assert_close(loss.sum(), expected, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("family", FAMILIES)
def test_gradients_of_a_packed_row_are_those_of_the_examples(family):
    examples = encoded([40, 25, 18])
    gradients = []
    for rows in (1, 3):
        model = tiny_model(family)
        token_losses(model, collate(pack(examples, rows=rows))).sum().backward()
        gradients.append(model.model.layers[0].self_attn.k_proj.weight.grad)
    torch.testing.assert_close(*gradients, rtol=1e-4, atol=1e-5)


def test_neighbours_would_matter_without_the_restarts():
    model = tiny_model()
    batch = collate(pack(encoded([40, 25, 18]), rows=1))
    apart = token_losses(model, batch)
    batch["position_ids"] = torch.arange(83)[None]
    assert not torch.allclose(token_losses(model, batch), apart, atol=1e-2)


@pytest.mark.parametrize("labels", [[IGNORED] * 3, [5, IGNORED, IGNORED]])
def test_fully_masked_example(labels):
    with pytest.raises(DataError, match="example 1 has no label"):
        pack([*encoded([4]), {"input_ids": [5, 6, 7], "labels": labels}], rows=1)


@pytest.mark.parametrize("multiple", [1, 2, 3])
@pytest.mark.parametrize("lengths", [[60] * 100, [33] * 100 + [64], [900] * 3, [10, 700, 80, 3], list(range(5, 90))])
def test_plan_gives_every_step_the_same_rows(lengths, multiple):
    rows, per_step = plan_rows(lengths, batch_tokens=512, hidden_size=256, multiple=multiple)
    assert rows % per_step == 0
    assert per_step % multiple == 0
    assert rows <= len(lengths)
    if max(lengths) <= 512:
        assert rows // per_step == -(-sum(lengths) // 512)


def test_plan_takes_the_cheapest_rows():
    assert plan_rows([60] * 80, batch_tokens=2400, hidden_size=256) == (80, 40)  # rows of 60 waste nothing
    rows, _ = plan_rows([33] * 100 + [64], batch_tokens=2048, hidden_size=10_000)
    assert rows < 50  # rows of 64 would hold one example of 33 each


def test_one_example():
    assert plan_rows([30], batch_tokens=8, hidden_size=32) == (1, 1)


def test_in_order_every_step_holds_neighbours_and_about_the_same_number_of_tokens():
    examples = encoded([5, 9, 3, 8, 7, 4, 6, 8, 5, 5])  # 60 tokens, cut into 3 steps of two rows
    rows = pack_in_order(examples, steps=3, per_step=2)
    assert len(rows) == 6
    steps = [rows[start : start + 2] for start in (0, 2, 4)]
    found = [sorted(row["input_ids"][a:b].tolist() for row in step for a, b in starts_and_ends(row)) for step in steps]
    ids = [example["input_ids"] for example in examples]
    assert found == [sorted(ids[:4]), sorted(ids[4:7]), sorted(ids[7:])]  # 25, 17, 18 tokens


def test_in_order_no_row_stays_empty_beside_long_examples():
    examples = encoded([100, 100, 3, 3, 3, 3])
    assert all(len(row["input_ids"]) for row in pack_in_order(examples, steps=3, per_step=2))
