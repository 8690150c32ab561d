"""Group splits: nothing on both sides, sizes, and that the cut does not wander."""

import pytest

from domainlab.data.split import split_by_group
from domainlab.errors import ConfigError, DataError
from domainlab.records import Example


def items(groups, per_group=3):
    return [
        Example(id=f"{group}-{i}", prompt="p", response="r", domain="d", group=group)
        for i in range(per_group)
        for group in groups
    ]


GROUPS = [f"drug{i}" for i in range(50)]


def test_no_group_is_on_both_sides_and_nothing_is_lost():
    everything = items(GROUPS)
    train, test = split_by_group(everything, test=0.2, seed=3)
    assert not {x.group for x in train} & {x.group for x in test}
    assert sorted(x.id for x in train + test) == sorted(x.id for x in everything)
    assert len({x.group for x in test}) == 10  # 20 % of 50 groups
    assert train == [x for x in everything if x in train]  # the order is kept


def test_the_cut_ignores_the_order_and_number_of_items():
    held_out = {x.group for x in split_by_group(items(GROUPS))[1]}
    assert {x.group for x in split_by_group(items(GROUPS[::-1], per_group=1))[1]} == held_out


def test_known_cut_is_the_same_on_every_machine():
    assert [x.group for x in split_by_group(items("abcdefgh", per_group=1), test=0.25)[1]] == ["f", "h"]


def test_another_seed_cuts_elsewhere():
    assert split_by_group(items(GROUPS), seed=0)[1] != split_by_group(items(GROUPS), seed=1)[1]


def test_a_new_group_moves_at_most_one_other():
    before = {x.group for x in split_by_group(items(GROUPS))[1]}
    for new in range(20):
        after = {x.group for x in split_by_group(items([*GROUPS, f"new{new}"]))[1]}
        assert len((before ^ after) - {f"new{new}"}) <= 1


@pytest.mark.parametrize(("test", "expected"), [(0.01, 1), (0.99, 2), (0.5, 2)])
def test_both_sides_get_at_least_one_group(test, expected):
    assert len({x.group for x in split_by_group(items("abc"), test=test)[1]}) == expected


@pytest.mark.parametrize("share", [0, 1, -0.1, 2])
def test_refuses_a_share_that_is_none(share):
    with pytest.raises(ConfigError, match="between 0 and 1"):
        split_by_group(items(GROUPS), test=share)


@pytest.mark.parametrize("groups", ["", "a"])
def test_refuses_what_cannot_be_cut(groups):
    with pytest.raises(DataError, match="at least two groups"):
        split_by_group(items(groups))
