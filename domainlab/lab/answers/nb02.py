"""The exercises of notebook 02: points of a rank fusion, recall at k, how many passages fit."""

from domainlab.lab.exercise import Case, Exercise, Mistake


def fusion_points(ranks: list[int]) -> float:
    """What a passage gets for its ranks, with the constant 60."""
    return sum(1 / (60 + rank) for rank in ranks)


def recall(ranking: list[str], right: list[str], k: int) -> float:
    """Share of the right passages that are among the first k."""
    return len(set(ranking[:k]) & set(right)) / len(right)


EXERCISES = (
    Exercise(
        id="02.1",
        reference=fusion_points,
        cases=(
            Case(arguments=([1],), words="when one search ranks it first"),
            Case(arguments=([1, 1],), words="when both rank it first"),
            Case(arguments=([3, 40],), words="when the ranks are far apart"),
            Case(arguments=([],), words="when no search found it"),
        ),
        mistakes=(
            Mistake(
                answer=lambda ranks: sum(1 / rank for rank in ranks),
                message="That is without the constant: the first rank would count twice as much as the second.",
            ),
            Mistake(
                answer=lambda ranks: 1 / (60 + sum(ranks)),
                message="That adds the ranks; the points of each ranking are what is added.",
            ),
            Mistake(
                answer=lambda ranks: sum(1 / (59 + rank) for rank in ranks),
                message="Ranks start at 1, so the first one gives one part in 61.",
            ),
        ),
        hints=("What does a single rank give?", "One over sixty plus the rank, summed over the rankings."),
    ),
    Exercise(
        id="02.2",
        reference=recall,
        cases=(
            Case(arguments=(["a", "b", "c"], ["b"], 2), words="when the one right passage is second"),
            Case(arguments=(["a", "b", "c"], ["c"], 2), words="when the right passage comes after k"),
            Case(arguments=(["a", "b", "c", "d"], ["b", "d", "z"], 4), words="when one of three is missing"),
            Case(arguments=(["a"], ["a", "b"], 5), words="when the ranking is shorter than k"),
        ),
        mistakes=(
            Mistake(
                answer=lambda ranking, right, k: len(set(ranking[:k]) & set(right)) / k,
                message="That is precision at k: the share of what was shown, not of what should be found.",
            ),
            Mistake(
                answer=lambda ranking, right, k: float(bool(set(ranking[:k]) & set(right))),
                message="That only asks whether any was found; with several right passages recall is a share.",
            ),
            Mistake(
                answer=lambda ranking, right, k: len(set(ranking) & set(right)) / len(right),
                message="The whole ranking is counted; only the first k are shown.",
            ),
        ),
        hints=("Which passages are both among the first k and right?", "Divide their number by how many are right."),
    ),
    Exercise(
        id="02.3",
        reference=10.0,
        tolerance=0.01,
        mistakes=(
            Mistake(answer=11.0, message="Leave room for instruction, question and answer before dividing."),
            Mistake(answer=10.4, message="Only whole passages can be shown."),
            Mistake(answer=9.0, message="One more fits: take instruction, question and answer away only once."),
        ),
        hints=("How many tokens are left for passages?", "1024 - 64 - 24 tokens, 90 for each passage."),
    ),
)
