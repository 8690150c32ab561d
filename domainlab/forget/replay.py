"""Replay: old examples among the new ones, in a share that names its denominator.

"20 % replay" may mean three things, so the unit is part of the call:
- "of examples": of all examples in the mix, 20 % are old;
- "of tokens": of all tokens in the mix, 20 % are old (old examples are often longer);
- "per new example": 20 old ones for every 100 new ones, which is 20 / 120 = 16.7 % of the mix.

The two kinds are woven: after any number of examples the old ones differ from their share by less than one
example, so every window of training sees the same mix and nothing is left to luck.
"""

import math
import random
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from domainlab.chat import Chat
from domainlab.errors import ConfigError, DataError
from domainlab.forget.schedule import Schedule
from domainlab.records import Example

UNITS = ("of examples", "of tokens", "per new example")
Length = Callable[[Example], int]


def share_of_mix(ratio: float, unit: str) -> float:
    """The share of the mix (of its tokens for "of tokens") that a ratio in a unit means.

    >>> round(share_of_mix(0.2, "per new example"), 3)
    0.167

    Raises:
        ConfigError: unknown unit, or a ratio outside [0, 1] (below 1 where it is a share of the mix).
    """
    if unit not in UNITS:
        raise ConfigError(f"unit must be one of {', '.join(UNITS)}; got {unit!r}.")
    most = 1.0 if unit == "per new example" else math.nextafter(1.0, 0)
    if not 0 <= ratio <= most:
        raise ConfigError(
            f"A replay ratio {unit} lies in [0, 1{']' if most == 1 else ')'}; got {ratio}. Write 20 % as 0.2."
        )
    return ratio / (1 + ratio) if unit == "per new example" else ratio


def mix_replay(
    new: Sequence[Example], old: Sequence[Example], *, ratio: float | Schedule, unit: str = "of examples",
    passes: int = 1, seed: int = 0, length: Length | None = None,
) -> list[Example]:  # fmt: skip
    """The training list: every new example `passes` times, old ones woven in; train on it in this order, once.

    Args:
        new: the domain's examples, shuffled anew in each pass.
        old: what must not be forgotten; drawn without repeats until all were drawn.
        ratio: a constant, or a schedule that changes it along the way.
        unit: what the ratio is a share of, one of UNITS.
        passes: how often the new examples are seen.
        seed: of both shuffles.
        length: tokens of an example, needed for "of tokens".

    Raises:
        ConfigError: unknown unit, ratio out of range, "of tokens" without a length.
        DataError: no new examples, or a ratio above 0 without old ones.
    """
    ends = (ratio.start, ratio.end) if isinstance(ratio, Schedule) else (ratio, ratio)
    shares = [share_of_mix(end, unit) for end in ends]
    shape = ratio.shape if isinstance(ratio, Schedule) else "step"
    if unit == "of tokens" and length is None:
        raise ConfigError('unit "of tokens" needs length=..., a function from an example to its tokens.')
    if not new or (max(shares) > 0 and not old):
        raise DataError(f"Expected new examples, and old ones to replay; got {len(new)} and {len(old)}.")
    size = length if unit == "of tokens" else lambda example: 1
    fresh = list(_passes(new, passes, seed))
    woven = _weave(fresh, _endless(old, seed), Schedule(start=shares[0], end=shares[1], shape=shape), size)
    drawn = len(woven) - len(fresh)
    if drawn > len(old):
        warnings.warn(
            f"The replay pool has {len(old)} examples and {drawn} are needed, so each comes "
            f"{drawn / len(old):.1f} times; a larger pool replays more than a few facts.", stacklevel=2,
        )  # fmt: skip
    return woven


def _weave(fresh: list[Example], old: Iterator[Example], schedule: Schedule, size: Length) -> list[Example]:
    """Whichever kind is behind its share comes next; progress counts in new examples, so they decide the end."""
    woven, owed = [], 0.0
    for number, example in enumerate(fresh):
        share = schedule.at((number + 0.5) / len(fresh))
        woven.append(example)
        owed += size(example) * share / (1 - share)  # old ones that belong to this new one
        while owed >= 1 - 1e-9 and share > 0:
            one = next(old)
            if size(one) > 1 and owed < size(one) / 2:
                old = _chain(one, old)
                break
            woven.append(one)
            owed -= size(one)
    return woven


def _chain(first: Example, rest: Iterator[Example]) -> Iterator[Example]:
    yield first
    yield from rest


def _passes(examples: Sequence[Example], passes: int, seed: int) -> Iterator[Example]:
    for number in range(passes):
        yield from random.Random(f"{seed} pass {number}").sample(list(examples), len(examples))


def _endless(examples: Sequence[Example], seed: int) -> Iterator[Example]:
    round_number = 0
    while examples:
        yield from random.Random(f"{seed} replay {round_number}").sample(list(examples), len(examples))
        round_number += 1


def self_generated(chat: Chat, old: Sequence[Example], *, max_new_tokens: int = 96) -> list[Example]:
    """The same prompts with the base's own answers: replay without the old training data, only with questions.

    What the base does not know it does not learn either; it is asked to stay as it is. Empty answers are left out.

    Args:
        chat: the base before training.
        old: examples whose prompts are asked; their responses are not used.
        max_new_tokens: room for an answer; one that fills it may be cut off and is no loss.
    """
    said = chat([example.prompt for example in old], max_new_tokens=max_new_tokens)
    return [replace(e, id=f"self-{e.id}", response=text) for e, text in zip(old, said, strict=True) if text]
