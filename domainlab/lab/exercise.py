"""What an exercise is: the right answer, the cases it is tried on, and the mistakes that people make."""

import re
from dataclasses import dataclass

from domainlab.errors import ConfigError

EXERCISE_ID = re.compile(r"\d\d\.\d")


@dataclass(frozen=True, kw_only=True)
class Case:
    """One call that a learner's function must get right; `words` say what the case is about."""

    arguments: tuple[object, ...]
    words: str  # "when nothing was forgotten"


@dataclass(frozen=True, kw_only=True)
class Mistake:
    """A wrong answer that a learner might well give, and what to tell them."""

    answer: object
    message: str


@dataclass(frozen=True, kw_only=True)
class Exercise:
    """One exercise; a callable `reference` is tried on `cases`, any other is compared as a value."""

    id: str  # "01.2"
    reference: object
    mistakes: tuple[Mistake, ...]  # at least three, each with its own message
    hints: tuple[str, ...]  # from a nudge to nearly there, no code
    cases: tuple[Case, ...] = ()
    tolerance: float = 1e-6  # largest relative or absolute error of a number

    def __post_init__(self) -> None:
        """Refuse an exercise that could not be checked or explained."""
        if not EXERCISE_ID.fullmatch(self.id):
            raise ConfigError(f'an exercise id is notebook, dot, number, like "01.2"; got {self.id!r}')
        if callable(self.reference) != bool(self.cases):
            raise ConfigError(
                f"exercise {self.id}: a function needs cases, a value has none; got {len(self.cases)}"
            )
        if len(self.mistakes) < 3 or len({mistake.message for mistake in self.mistakes}) < len(self.mistakes):
            raise ConfigError(
                f"exercise {self.id}: at least three mistakes with different messages were expected"
            )
        if not self.hints:
            raise ConfigError(f"exercise {self.id}: at least one hint was expected")
        if self.tolerance < 0:
            raise ConfigError(f"exercise {self.id}: tolerance must not be negative; got {self.tolerance}")
