"""How the share of replay changes during training: constant, or a step, a line or a cosine between two shares.

A progressive schedule and a constant one are only comparable with the same number of new and old examples;
`progressive` makes such a schedule, `equal_constant` names the constant of any schedule.
"""

import math
from dataclasses import dataclass, replace

from scipy.optimize import brentq

from domainlab.errors import ConfigError

SHAPES = ("step", "linear", "cosine")
GRID = 1000  # points of the numerical mean


@dataclass(frozen=True, kw_only=True)
class Schedule:
    """The share from `start` to `end` over training; progress runs from 0 to 1.

    >>> rising = Schedule(start=0.0, end=0.5, shape="linear")
    >>> rising.at(0.0), rising.at(0.5), rising.at(1.0)
    (0.0, 0.25, 0.5)
    """

    start: float
    end: float
    shape: str = "linear"

    def __post_init__(self) -> None:
        """Refuse what is no share."""
        if self.shape not in SHAPES:
            raise ConfigError(f"shape must be one of {', '.join(SHAPES)}; got {self.shape!r}.")
        for name in ("start", "end"):
            if not 0 <= getattr(self, name) <= 1:
                raise ConfigError(f"{name} must be a share in [0, 1]; got {getattr(self, name)}.")

    def at(self, progress: float) -> float:
        """The share at a progress from 0 to 1: r0 + (r1 - r0) s(t)."""
        shaped = {
            "step": float(progress >= 0.5),
            "linear": progress,
            "cosine": (1 - math.cos(math.pi * progress)) / 2,
        }[self.shape]
        return self.start + (self.end - self.start) * shaped

    def equal_constant(self) -> float:
        """The constant share that replays as many old examples per new one as this schedule does on the whole."""
        shares = [self.at((point + 0.5) / GRID) for point in range(GRID)]
        if max(shares) >= 1:
            raise ConfigError("A share of 1 leaves no room for new examples, so no constant replays as much.")
        per_new = sum(share / (1 - share) for share in shares) / GRID
        return per_new / (1 + per_new)


def progressive(share: float, shape: str, *, rising: bool) -> Schedule:
    """From 0 up, or down to 0, replaying as many old examples per new one as the constant `share` does.

    >>> round(progressive(0.2, "step", rising=True).end, 3)  # one third of the second half is old
    0.333

    Raises:
        ConfigError: no such shape, or a share that is not between 0 and a half.
    """
    if not 0 < share <= 0.5:
        raise ConfigError(f"share must be above 0 and at most a half; got {share}.")
    up = Schedule(start=0.0, end=share, shape=shape)
    end = brentq(lambda end: replace(up, end=end).equal_constant() - share, share, 0.9999)
    return replace(up, end=end) if rising else replace(up, start=end, end=0.0)
