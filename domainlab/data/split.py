"""Cut data into two parts without cutting a group: the same drug, patient or project is never on both sides.

A split by rows lets the model meet the test entity in training under another wording, and the score then
measures memory. The order of groups comes from a hash, so the cut does not depend on the order of the items
or on the machine, and adding one group moves at most one other across the border.
"""

import hashlib
from collections.abc import Sequence
from typing import Protocol, TypeVar

from domainlab.errors import ConfigError, DataError


class Grouped(Protocol):
    """Anything with a `group`, for example an Example or a Question."""

    @property
    def group(self) -> str:
        """The entity that the item is about."""


Item = TypeVar("Item", bound=Grouped)


def split_by_group(
    items: Sequence[Item], *, test: float = 0.2, seed: int = 0
) -> tuple[list[Item], list[Item]]:
    """Split into (train, test) so that no group is on both sides; the order of items is kept.

    Args:
        items: records with a `group`.
        test: share of the *groups* that goes to the test side, between 0 and 1 (not included); at least one
            group and at most all but one.
        seed: another seed, another cut.

    Raises:
        ConfigError: `test` is not between 0 and 1.
        DataError: there are fewer than two groups.
    """
    if not 0 < test < 1:
        raise ConfigError(f"test must be a share between 0 and 1, got {test}. Use for example 0.2.")
    groups = sorted({item.group for item in items}, key=lambda group: _rank(group, seed))
    if len(groups) < 2:
        raise DataError(
            f"a split needs at least two groups, got {len(groups)}: {groups}. Give items more groups."
        )
    size = min(max(round(test * len(groups)), 1), len(groups) - 1)
    held_out = set(groups[:size])
    return [x for x in items if x.group not in held_out], [x for x in items if x.group in held_out]


def _rank(group: str, seed: int) -> bytes:
    return hashlib.sha256(f"{seed}:{group}".encode()).digest()
