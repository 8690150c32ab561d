"""The exercises of notebook 05: the denominator of replay, the Fisher information, what a router leaves over."""

from domainlab.lab.exercise import Case, Exercise, Mistake


def share_of_mix(n: float) -> float:
    """The share of old examples in a mix with n old ones for every 100 new ones."""
    return n / (100 + n)


def fisher(gradients: list[float]) -> float:
    """Mean of the squared gradients of single examples."""
    return sum(slope**2 for slope in gradients) / len(gradients)


def behind_router(gain: float, kept: float, right: float, wrong: float) -> tuple[float, float]:
    """Gain and share kept when the adapter sees `right` of the domain's prompts and `wrong` of the others."""
    return gain * right, 1 - wrong * (1 - kept)


EXERCISES = (
    Exercise(
        id="05.1",
        reference=share_of_mix,
        cases=(
            Case(arguments=(20,), words="with twenty for every hundred"),
            Case(arguments=(0,), words="without any"),
            Case(arguments=(50,), words="with one old one for every two new ones"),
        ),
        mistakes=(
            Mistake(answer=lambda n: n / 100, message="The mix has the old ones in it too: divide by all examples."),
            Mistake(
                answer=lambda n: n / (100 - n), message="The old ones come on top of the hundred; add, do not subtract."
            ),
            Mistake(answer=lambda n: 100 * n / (100 + n), message="A share lies between 0 and 1; that is in percent."),
        ),
        hints=("How many examples does the mix have in all?", "Old ones over old and new ones together."),
    ),
    Exercise(
        id="05.2",
        reference=fisher,
        cases=(
            Case(arguments=([1.0, -1.0],), words="when two examples pull in opposite directions"),
            Case(arguments=([2.0],), words="with one example"),
            Case(arguments=([1.0, 2.0, 3.0],), words="with three examples"),
        ),
        mistakes=(
            Mistake(
                answer=lambda gradients: (sum(gradients) / len(gradients)) ** 2,
                message="That squares the mean gradient: opposite pulls cancel. Square each example first.",
            ),
            Mistake(
                answer=lambda gradients: sum(slope**2 for slope in gradients),
                message="That is the sum; it grows with the number of examples. Take the mean.",
            ),
            Mistake(
                answer=lambda gradients: sum(abs(slope) for slope in gradients) / len(gradients),
                message="The information is in the squares, not in the sizes.",
            ),
        ),
        hints=("What should two opposite gradients of the same size give?", "Square each one, then take the mean."),
    ),
    Exercise(
        id="05.3",
        reference=behind_router,
        cases=(
            Case(arguments=(90.0, 0.3, 1.0, 0.0), words="when the router is perfect"),
            Case(arguments=(90.0, 0.3, 0.9, 0.05), words="when the router makes mistakes on both sides"),
            Case(arguments=(80.0, 0.5, 1.0, 1.0), words="when everything goes to the adapter"),
        ),
        mistakes=(
            Mistake(
                answer=lambda gain, kept, right, wrong: (gain * right, kept),
                message="Prompts that go to the base keep everything; only misrouted ones lose.",
            ),
            Mistake(
                answer=lambda gain, kept, right, wrong: (gain, 1 - wrong * (1 - kept)),
                message="Domain prompts that go to the base gain nothing: the gain shrinks too.",
            ),
            Mistake(
                answer=lambda gain, kept, right, wrong: (gain * right, 1 - wrong),
                message="A misrouted prompt does not lose everything, only the share that the adapter loses.",
            ),
        ),
        hints=(
            "Who answers the prompts that are not sent to the adapter?",
            "What is lost is the misrouted share of the loss.",
        ),
    ),
)
