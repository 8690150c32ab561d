import random

import pytest

from domainlab.data import names

MAKERS = (
    names.person, names.place, names.pseudo_word, names.phrase, names.term, names.code, names.number, names.amount,
    names.date, names.clock,
)  # fmt: skip


@pytest.mark.parametrize("make", MAKERS, ids=lambda make: make.__name__)
def test_train_and_held_out_values_never_meet(make):
    rng = random.Random(0)
    train = {make(rng, "train") for _ in range(800)}
    held_out = {make(rng, "held_out") for _ in range(200)}
    assert len(train) > 20
    assert not train & held_out


def test_split_is_by_hash_and_about_one_eighth():
    words = [f"word{i}" for i in range(4000)]
    share = sum(names.in_split(word, "held_out") for word in words) / len(words)
    assert 0.10 < share < 0.15
