"""The exercises of notebook 07: precision at a base rate, paired accuracy, and the cost of false alarms."""

from domainlab.lab.exercise import Case, Exercise, Mistake


def precision(detection: float, false_alarm: float, base_rate: float) -> float:
    """The share of alarms that are true where `base_rate` of the files are weak."""
    true = detection * base_rate
    return true / (true + false_alarm * (1 - base_rate))


def paired(alarm_on_weak: list[bool], alarm_on_fixed: list[bool]) -> float:
    """The share of pairs with an alarm on the weak version and none on the fixed one."""
    return sum(weak and not fixed for weak, fixed in zip(alarm_on_weak, alarm_on_fixed, strict=True)) / len(
        alarm_on_weak
    )


EXERCISES = (
    Exercise(
        id="07.1",
        reference=precision,
        cases=(
            Case(arguments=(0.8, 0.1, 0.03), words="when three files in a hundred are weak"),
            Case(arguments=(0.8, 0.1, 0.5), words="when half of the files are weak"),
            Case(arguments=(0.5, 0.0, 0.03), words="when nothing is flagged for nothing"),
        ),
        mistakes=(
            Mistake(
                answer=lambda detection, false_alarm, base_rate: detection / (detection + false_alarm),
                message="That is the precision where half of the files are weak; the base rate is left out.",
            ),
            Mistake(
                answer=lambda detection, false_alarm, base_rate: detection * base_rate,
                message="Those are the true alarms per file; divide them by all alarms.",
            ),
            Mistake(
                answer=lambda detection, false_alarm, base_rate: 1 - false_alarm,
                message="That is the share of safe files that are left alone; precision is about the alarms.",
            ),
        ),
        hints=(
            "Count true and false alarms in a thousand files first.",
            "True: detection times base rate. False: false-alarm rate times the rest.",
        ),
    ),
    Exercise(
        id="07.2",
        reference=paired,
        cases=(
            Case(
                arguments=([True, True, False, False], [False, True, False, True]), words="with one pair of each sort"
            ),
            Case(arguments=([True, True], [True, True]), words="when everything is flagged"),
            Case(arguments=([True, True, True], [False, False, True]), words="when two of three pairs are right"),
        ),
        mistakes=(
            Mistake(
                answer=lambda alarm_on_weak, alarm_on_fixed: sum(alarm_on_weak) / len(alarm_on_weak),
                message="That is detection; a tool that flags everything would get the full mark.",
            ),
            Mistake(
                answer=lambda alarm_on_weak, alarm_on_fixed: (
                    (sum(alarm_on_weak) + sum(not fixed for fixed in alarm_on_fixed)) / (2 * len(alarm_on_weak))
                ),
                message="That is accuracy over single files; both versions of the same pair must be right.",
            ),
            Mistake(
                answer=lambda alarm_on_weak, alarm_on_fixed: (
                    (sum(alarm_on_weak) - sum(alarm_on_fixed)) / len(alarm_on_weak)
                ),
                message="A difference of shares mixes pairs; look at each pair by itself.",
            ),
        ),
        hints=("Go through both lists side by side.", "A pair counts when the first is true and the second is not."),
    ),
    Exercise(
        id="07.3",
        reference=97.0,
        tolerance=0.005,
        mistakes=(
            Mistake(answer=100.0, message="The thirty weak files are not among those that can be flagged for nothing."),
            Mistake(answer=3.0, message="That is a tenth of the weak files; false alarms come from the others."),
            Mistake(answer=24.0, message="Those are the true alarms of a tool that detects eight in ten."),
        ),
        hints=("How many of the thousand files are not weak?", "A tenth of 970."),
    ),
)
