"""Replay: the share that was asked for, in every window, for every meaning of "20 percent"."""

import warnings

import pytest

from domainlab.chat import ScriptedChat
from domainlab.errors import ConfigError, DataError
from domainlab.forget.replay import mix_replay, self_generated, share_of_mix
from domainlab.forget.schedule import Schedule, progressive
from domainlab.records import Example


def examples(kind, n, words=lambda number: 1):
    return [
        Example(id=f"{kind}{i}", prompt=f"{kind} {i}", response="x " * words(i), domain=kind, group=str(i))
        for i in range(n)
    ]


NEW, OLD = examples("new", 80), examples("old", 400)


def olds(mix):
    return [example.domain == "old" for example in mix]


@pytest.mark.parametrize(("unit", "expected"), [("of examples", 20), ("per new example", 16)])
def test_twenty_percent_is_two_different_things(unit, expected):
    mix = mix_replay(NEW, OLD, ratio=0.2, unit=unit)
    assert sum(olds(mix)) == expected  # 20 of 100, but 16 for every 80
    assert len(mix) - sum(olds(mix)) == 80


def test_share_of_mix_by_hand():
    assert share_of_mix(0.2, "per new example") == pytest.approx(1 / 6)
    assert share_of_mix(0.2, "of examples") == 0.2


@pytest.mark.parametrize("ratio", [0.05, 0.1, 0.2, 0.3, 0.5])
@pytest.mark.parametrize("window", [7, 20, 33])
def test_every_window_holds_its_share(ratio, window):
    flags = olds(mix_replay(NEW, OLD, ratio=ratio, passes=3))
    for start in range(len(flags) - window):
        assert abs(sum(flags[start : start + window]) - ratio * window) <= 1 + 1e-9


def test_by_tokens_the_tokens_have_the_share():
    def length(example):
        return len(example.response.split())

    new, old = examples("new", 200, lambda i: 10 + i % 5), examples("old", 300, lambda i: 5 + 7 * (i % 9))
    mix = mix_replay(new, old, ratio=0.3, unit="of tokens", length=length)
    share = sum(length(e) for e in mix if e.domain == "old") / sum(length(e) for e in mix)
    assert share == pytest.approx(0.3, abs=0.01)


def test_the_same_call_gives_the_same_mix_and_a_seed_another_one():
    first, again, other = (mix_replay(NEW, OLD, ratio=0.3, seed=seed) for seed in (0, 0, 1))
    assert first == again
    assert first != other


def test_every_new_example_once_per_pass_and_no_old_one_twice():
    mix = mix_replay(NEW, OLD, ratio=0.5, passes=3)
    assert sorted(e.id for e in mix if e.domain == "new") == sorted([e.id for e in NEW] * 3)
    drawn = [e.id for e in mix if e.domain == "old"]
    assert len(drawn) == len(set(drawn)) == 240


def test_ratio_zero_is_the_new_examples_alone():
    assert not any(olds(mix_replay(NEW, [], ratio=0.0)))


def test_a_small_pool_is_repeated_with_a_warning_that_says_how_often():
    with pytest.warns(UserWarning, match=r"10 examples and 80 are needed, so each comes 8\.0 times"):
        mix = mix_replay(NEW, OLD[:10], ratio=0.5)
    counts = [sum(e.id == old.id for e in mix) for old in OLD[:10]]
    assert counts == [8] * 10


def test_a_large_pool_gives_no_warning():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        mix_replay(NEW, OLD, ratio=0.5)


@pytest.mark.parametrize("shape", ["step", "linear", "cosine"])
@pytest.mark.parametrize(("start", "end"), [(0.0, 0.5), (0.5, 0.0), (0.6, 0.2)])
def test_a_schedule_and_its_equal_constant_see_the_same_examples(shape, start, end):
    schedule = Schedule(start=start, end=end, shape=shape)
    mix = mix_replay(NEW, OLD, ratio=schedule, passes=3)
    constant = mix_replay(NEW, OLD, ratio=schedule.equal_constant(), passes=3)
    assert abs(sum(olds(mix)) - sum(olds(constant))) <= 1
    first, second = (sum(olds(half)) for half in (mix[: len(mix) // 2], mix[len(mix) // 2 :]))
    assert (first < second) == (start < end)


def test_schedules_by_hand():
    assert [Schedule(start=0.1, end=0.5, shape="step").at(t) for t in (0.2, 0.5)] == [0.1, 0.5]
    assert Schedule(start=0.1, end=0.5, shape="cosine").at(0.5) == pytest.approx(0.3)
    assert Schedule(start=0.2, end=0.2).equal_constant() == pytest.approx(0.2)
    # half the new examples with 0 old ones, half with 1 each: one old for two new, a third of the mix
    assert Schedule(start=0.0, end=0.5, shape="step").equal_constant() == pytest.approx(1 / 3)


@pytest.mark.parametrize("ratio", [-0.1, 1.0, 1.5, 20])
def test_a_ratio_outside_the_range_is_refused(ratio):
    with pytest.raises(ConfigError, match=r"in \[0, 1"):
        mix_replay(NEW, OLD, ratio=ratio)


def test_other_bad_input_is_refused():
    with pytest.raises(ConfigError, match="unit must be one of"):
        mix_replay(NEW, OLD, ratio=0.2, unit="percent")
    with pytest.raises(ConfigError, match="needs length"):
        mix_replay(NEW, OLD, ratio=0.2, unit="of tokens")
    with pytest.raises(DataError, match="80 and 0"):
        mix_replay(NEW, [], ratio=0.2)
    with pytest.raises(ConfigError, match="shape must be"):
        Schedule(start=0, end=1, shape="sine")
    with pytest.raises(ConfigError, match="start must be a share"):
        Schedule(start=1.2, end=0)


def test_self_generated_replay_keeps_the_prompts_and_takes_the_base_s_answers():
    made = self_generated(ScriptedChat(lambda prompt: "" if prompt == "old 1" else prompt.upper()), OLD[:3])
    found = [(e.id, e.prompt, e.response) for e in made]
    assert found == [("self-old0", "old 0", "OLD 0"), ("self-old2", "old 2", "OLD 2")]


@pytest.mark.parametrize("shape", ["step", "linear", "cosine"])
@pytest.mark.parametrize("rising", [True, False])
def test_a_progressive_schedule_has_the_budget_of_its_constant(shape, rising):
    schedule = progressive(0.2, shape, rising=rising)
    assert schedule.equal_constant() == pytest.approx(0.2, abs=1e-6)
    assert (schedule.at(0.1) < schedule.at(0.9)) == rising
    mix, constant = (mix_replay(NEW, OLD, ratio=ratio, passes=3) for ratio in (schedule, 0.2))
    # the very same examples in another order, up to the last one
    assert len({e.id for e in mix} ^ {e.id for e in constant}) <= 1


def test_a_schedule_that_cannot_be_made_is_refused():
    with pytest.raises(ConfigError, match="at most a half"):
        progressive(0.7, "linear", rising=True)
