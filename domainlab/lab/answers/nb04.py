"""The exercises of notebook 04: retention without hidden losses, backward transfer, KL divergence."""

from math import log

from domainlab.lab.exercise import Case, Exercise, Mistake


def kept_share(before: float, after: float, chance: float) -> float:
    """Retention corrected for chance, at most 1."""
    return min(1.0, (after - chance) / (before - chance))


def backward(scores: list[list[float]]) -> float:
    """Last score minus the score just after learning, mean over all tasks but the last."""
    tasks = len(scores[0])
    return sum(scores[-1][j] - scores[j + 1][j] for j in range(tasks - 1)) / (tasks - 1)


def from_the_start(scores: list[list[float]]) -> float:
    """Compares with the untrained model instead of the model just after learning."""
    tasks = len(scores[0])
    return sum(scores[-1][j] - scores[0][j] for j in range(tasks - 1)) / (tasks - 1)


def with_the_last(scores: list[list[float]]) -> float:
    """Counts the last task too, whose term is always zero."""
    tasks = len(scores[0])
    return sum(scores[-1][j] - scores[j + 1][j] for j in range(tasks)) / tasks


def kl(base: list[float], tuned: list[float]) -> float:
    """KL(base || tuned) in nats."""
    return sum(p * log(p / q) for p, q in zip(base, tuned, strict=True) if p > 0)


EXERCISES = (
    Exercise(
        id="04.1",
        reference=kept_share,
        cases=(
            Case(arguments=(0.9, 0.6, 0.35), words="when guessing already gives much"),
            Case(arguments=(0.8, 0.4, 0.0), words="when nobody can guess"),
            Case(arguments=(0.5, 0.7, 0.1), words="when the model got better"),
            Case(arguments=(0.85, 0.25, 0.25), words="when only guessing is left"),
        ),
        mistakes=(
            Mistake(
                answer=lambda before, after, chance: min(1.0, after / before),
                message="That forgets chance: a model that only guesses would seem to keep something.",
            ),
            Mistake(
                answer=lambda before, after, chance: (after - chance) / (before - chance),
                message="A gain must count as one at most, or it hides a loss in another suite.",
            ),
            Mistake(
                answer=lambda before, after, chance: min(1.0, (after - chance) / before),
                message="Take chance out of both: what was known before is the score above chance.",
            ),
        ),
        hints=("What would a guesser's retention have to be?", "Take chance from both scores, divide, and cut at one."),
    ),
    Exercise(
        id="04.2",
        reference=backward,
        cases=(
            Case(arguments=([[0.0, 0.0], [0.9, 0.1], [0.5, 0.8]],), words="with two tasks"),
            Case(
                arguments=([[0.1, 0.0, 0.0], [0.5, 0.0, 0.0], [0.9, 0.7, 0.0], [0.6, 0.7, 0.8]],),
                words="with three tasks, one of which got better later",
            ),
        ),
        mistakes=(
            Mistake(answer=from_the_start, message="Compare with the row just after the task, not with the first row."),
            Mistake(
                answer=with_the_last, message="The last task has no later one to suffer from; leave it out of the mean."
            ),
            Mistake(
                answer=lambda scores: -backward(scores),
                message="The sign is turned: backward transfer is negative where something was forgotten.",
            ),
        ),
        hints=(
            "Which row holds a task's score just after it was learned?",
            "Row j + 1 for task j; the last row is row -1.",
        ),
    ),
    Exercise(
        id="04.3",
        reference=kl,
        cases=(
            Case(arguments=([0.9, 0.1], [0.6, 0.4]), words="when the tuned model is less sure"),
            Case(arguments=([0.5, 0.5], [0.5, 0.5]), words="when nothing moved"),
            Case(arguments=([1.0, 0.0], [0.7, 0.3]), words="when the base excludes a token"),
        ),
        mistakes=(
            Mistake(
                answer=lambda base, tuned: kl([max(q, 1e-300) for q in tuned], [max(p, 1e-300) for p in base]),
                message="The two are exchanged: the base comes first and weighs the terms.",
            ),
            Mistake(
                answer=lambda base, tuned: kl(base, tuned) / log(2),
                message="That is in bits; use the natural logarithm for nats.",
            ),
            Mistake(
                answer=lambda base, tuned: sum(abs(p - q) for p, q in zip(base, tuned, strict=True)),
                message="That is the sum of differences; KL weighs the logarithm of a ratio.",
            ),
        ),
        hints=(
            "Each term is the base's probability times the logarithm of a ratio.",
            "Leave out terms whose weight is zero.",
        ),
    ),
)
