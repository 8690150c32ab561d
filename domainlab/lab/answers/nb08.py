"""The exercises of notebook 08: the newest value, numbers without a record, calibration error by hand."""

import re

from domainlab.lab.exercise import Case, Exercise, Mistake


def newest(values: list[tuple[str, float]]) -> float:
    """The value with the latest ISO day; of one day the later entry."""
    return sorted(values, key=lambda pair: pair[0])[-1][1]


def unsupported(sentence: str, record: str) -> list[str]:
    """The numbers of a sentence that its record does not have, in their order."""
    known = re.findall(r"\d+(?:\.\d+)?", record)
    return [number for number in re.findall(r"\d+(?:\.\d+)?", sentence) if number not in known]


def by_substring(sentence: str, record: str) -> list[str]:
    """Looks for the digits anywhere: 5 is found inside 50."""
    return [number for number in re.findall(r"\d+(?:\.\d+)?", sentence) if number not in record]


def whole_numbers(sentence: str, record: str) -> list[str]:
    """Cuts decimals into two numbers."""
    return [number for number in re.findall(r"\d+", sentence) if number not in re.findall(r"\d+", record)]


EXERCISES = (
    Exercise(
        id="08.1",
        reference=newest,
        cases=(
            Case(arguments=([("2031-01-02", 72.0), ("2030-12-31", 90.0)],), words="when the newest comes first"),
            Case(arguments=([("2030-02-01", 80.0), ("2031-02-01", 70.0)],), words="when the newest comes last"),
            Case(arguments=([("2031-01-02", 72.0), ("2031-01-02", 75.0)],), words="when one day has two values"),
        ),
        mistakes=(
            Mistake(answer=lambda values: values[-1][1], message="The last entry of a record need not be the newest."),
            Mistake(answer=lambda values: values[0][1], message="That takes the first entry, whatever its day."),
            Mistake(
                answer=lambda values: max(value for _, value in values),
                message="That takes the largest value; the day decides.",
            ),
        ),
        hints=(
            "ISO days sort like text.",
            "Sort by the day alone; a stable sort keeps the order within a day. Take the last one.",
        ),
    ),
    Exercise(
        id="08.2",
        reference=unsupported,
        cases=(
            Case(arguments=("Takes metformin 500 mg", "metformin 500 mg"), words="when all is recorded"),
            Case(arguments=("Takes 5 mg", "takes 50 mg"), words="when digits are part of a longer number"),
            Case(arguments=("Potassium 4.7, sodium 14.1", "potassium 4.7, hemoglobin 14.2"), words="with decimals"),
        ),
        mistakes=(
            Mistake(answer=by_substring, message="5 is not 50: compare whole numbers, not pieces of text."),
            Mistake(answer=whole_numbers, message="14.1 is one number; your pattern cuts it at the point."),
            Mistake(answer=lambda sentence, record: [], message="That trusts the writer; some numbers have no record."),
        ),
        hints=(
            "Find the numbers of both texts with one pattern that allows a decimal part.",
            "Keep each number of the sentence that is not in the list of the record's numbers.",
        ),
    ),
    Exercise(
        id="08.3",
        reference=0.1,
        tolerance=1e-6,
        mistakes=(
            Mistake(answer=0.2, message="That is the gap of the worse bin; the error is the mean over all answers."),
            Mistake(answer=0.0, message="One bin is off by a fifth; it does not vanish."),
            Mistake(answer=0.65, message="That is the accuracy, not the gap between confidence and accuracy."),
        ),
        hints=("Take the gap of each bin first.", "Weigh each gap by its share of the answers and add."),
    ),
)
