"""The exercises of notebook 00: how a check works."""

from domainlab.lab.exercise import Case, Exercise, Mistake


def retention(before: float, after: float) -> float:
    """Share of a general score that is left after adaptation; 1 means that nothing was lost."""
    return after / before


EXERCISES = (
    Exercise(
        id="00.1",
        reference=100 * 20 / 120,
        tolerance=0.05,
        mistakes=(
            Mistake(
                answer=20,
                message="20 is the number per 100 domain examples; divide by all examples of the mix.",
            ),
            Mistake(
                answer=20 / 120, message="That is the share as a fraction; the question asks for percent."
            ),
            Mistake(
                answer=100 * 100 / 120,
                message="That is the share of the domain examples, not of the general ones.",
            ),
        ),
        hints=(
            "Count all the examples in the mix first.",
            "The general examples go above the fraction bar, all examples below it.",
        ),
    ),
    Exercise(
        id="00.2",
        reference=retention,
        cases=(
            Case(arguments=(0.8, 0.8), words="when nothing was forgotten"),
            Case(arguments=(0.8, 0.2), words="when most of it was forgotten"),
            Case(arguments=(0.5, 0.6), words="when the general score went up"),
        ),
        mistakes=(
            Mistake(
                answer=lambda before, after: after - before,
                message="That is the change in points, not the share left.",
            ),
            Mistake(answer=lambda before, after: before / after, message="The fraction is upside down."),
            Mistake(
                answer=lambda before, after: 1 - after / before,
                message="That is the share lost, not the share left.",
            ),
            Mistake(
                answer=lambda before, after: min(1.0, after / before),
                message="A general score may rise; do not cut the share at 1.",
            ),
        ),
        hints=(
            "What should come out when both scores are equal?",
            "It is one score divided by the other; try both ways round on a case where most was forgotten.",
        ),
    ),
)
