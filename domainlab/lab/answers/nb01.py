"""The exercises of notebook 01: the interaction of retrieval and fine-tuning, token F1, the price of an update."""

from collections import Counter

from domainlab.lab.exercise import Case, Exercise, Mistake


def interaction(base: float, rag: float, tuned: float, both: float) -> float:
    """How much the two together gain beyond the sum of what each gains alone."""
    return both - rag - tuned + base


def f1(prediction: str, reference: str) -> float:
    """Harmonic mean of precision and recall over words."""
    said, wanted = prediction.split(), reference.split()
    common = sum((Counter(said) & Counter(wanted)).values())
    return 2 * common / (len(said) + len(wanted))


def precision(prediction: str, reference: str) -> float:
    """Share of the words said that were wanted: what a forgetful learner calls F1."""
    said, wanted = prediction.split(), reference.split()
    return sum((Counter(said) & Counter(wanted)).values()) / len(said)


def recall(prediction: str, reference: str) -> float:
    """Share of the wanted words that were said."""
    return precision(reference, prediction)


def overlap(prediction: str, reference: str) -> float:
    """Shared words over all words, the Jaccard index."""
    said, wanted = set(prediction.split()), set(reference.split())
    return len(said & wanted) / len(said | wanted)


EXERCISES = (
    Exercise(
        id="01.1",
        reference=interaction,
        cases=(
            Case(arguments=(0.1, 0.6, 0.5, 1.0), words="when the gains simply add up"),
            Case(arguments=(0.1, 0.8, 0.3, 0.8), words="when tuning adds nothing to retrieval"),
            Case(arguments=(0.0, 0.4, 0.2, 0.9), words="when the two help each other"),
        ),
        mistakes=(
            Mistake(
                answer=lambda base, rag, tuned, both: both - base,
                message="That is the gain of both together, not the part that exceeds the two gains.",
            ),
            Mistake(
                answer=lambda base, rag, tuned, both: both - max(rag, tuned),
                message="That compares with the better half; the interaction compares with the sum of the gains.",
            ),
            Mistake(
                answer=lambda base, rag, tuned, both: both - rag - tuned,
                message="The base is subtracted twice: once inside each half. Add it back once.",
            ),
        ),
        hints=(
            "Write the gain of each half over the base first.",
            "Subtract both gains from the gain of the two together and simplify.",
        ),
    ),
    Exercise(
        id="01.2",
        reference=f1,
        cases=(
            Case(arguments=("dry cough", "dry cough"), words="when the answer is exact"),
            Case(arguments=("a dry cough", "dry cough"), words="when one word is too many"),
            Case(arguments=("cough", "dry cough"), words="when one word is missing"),
            Case(arguments=("high high blood", "high blood pressure"), words="when a word is said twice"),
        ),
        mistakes=(
            Mistake(answer=precision, message="That is precision: it never punishes a missing word."),
            Mistake(answer=recall, message="That is recall: it never punishes a word too many."),
            Mistake(answer=overlap, message="That is the Jaccard index; F1 divides twice the overlap by both lengths."),
        ),
        hints=(
            "Count the words the two share; a word said twice counts twice only if it is wanted twice.",
            "Twice the shared words over the sum of both lengths.",
        ),
    ),
    Exercise(
        id="01.3",
        reference=600.0,
        tolerance=0.5,
        mistakes=(
            Mistake(answer=60.0, message="An update takes a tenth of a second, not a whole one."),
            Mistake(answer=6.0, message="Divide the training time by the time of one update; do not multiply."),
            Mistake(answer=36000.0, message="Both times are in seconds already; no further factor of 60."),
        ),
        hints=("How often does the short time fit into the long one?", "60 divided by 0.1."),
    ),
)
