"""How the share of replay changes during training: constant, or a step, a line or a cosine between two shares.

A progressive schedule and a constant one are only comparable with the same number of new and old examples; so
`Schedule.mean` says which constant a schedule has to beat (in examples: see `equal_constant`).
"""

import math
from dataclasses import dataclass

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
