"""Sums and differences of numbers below 100, cut into train and held-out problems that never meet.

A problem is held out by the hash of its text, so the cut is the same on every machine and for every seed.
"""

import hashlib
import random
from functools import cache

from domainlab.errors import ConfigError
from domainlab.records import Question

LARGEST = 99
HELD_OUT_SHARE = 0.15
SPLITS = ("train", "held_out")
Problem = tuple[int, int, str]  # a, b, "+" or "-"

WORDINGS = {  # by split and operation; numbers of held-out wordings follow those of the train wordings
    "train": {
        "+": (
            "What is {a} + {b}?", "{a} plus {b} =", "{a} + {b} =", "How much is {a} plus {b}?",
            "Add {a} and {b}.", "What is the sum of {a} and {b}?", "Calculate {a} + {b}.",
        ),
        "-": (
            "What is {a} - {b}?", "{a} minus {b} =", "{a} - {b} =", "How much is {a} minus {b}?",
            "Subtract {b} from {a}.", "What is the difference between {a} and {b}?", "Calculate {a} - {b}.",
        ),
    },
    "held_out": {
        "+": ("What is {a} plus {b}?", "How much is {a} + {b}?"),
        "-": ("What is {a} minus {b}?", "How much is {a} - {b}?"),
    },
}  # fmt: skip


def group_name(problem: Problem) -> str:
    """The problem as text, the same for 3 + 4 and 4 + 3, so that splits keep them together.

    >>> group_name((3, 4, "+")), group_name((9, 4, "-"))
    ('4 + 3', '9 - 4')
    """
    a, b, operation = problem
    if operation == "+":
        a, b = max(a, b), min(a, b)
    return f"{a} {operation} {b}"


def is_held_out(problem: Problem) -> bool:
    """Whether a problem belongs to the held-out part, about 15 % of all."""
    digest = hashlib.sha256(group_name(problem).encode()).digest()
    return int.from_bytes(digest[:8], "big") < HELD_OUT_SHARE * 2**64


@cache  # hashing 15 050 problems takes longer than drawing a training batch
def split_problems(split: str) -> tuple[Problem, ...]:
    """All problems of one part, "train" or "held_out": sums of 0-99, and differences that are not negative.

    >>> len(split_problems("train")) + len(split_problems("held_out"))
    15050
    """
    if split not in SPLITS:
        raise ConfigError(f"split must be one of {SPLITS}, got {split!r}; choose one of them")
    numbers = range(LARGEST + 1)
    sums = [(a, b, "+") for a in numbers for b in numbers]
    differences = [(a, b, "-") for a in numbers for b in range(a + 1)]
    return tuple(problem for problem in sums + differences if is_held_out(problem) == (split == "held_out"))


def arithmetic_questions(n: int, *, split: str, seed: int) -> list[Question]:
    """`n` different questions about the problems of one part; problems and wordings of the two never meet.

    Args:
        n: how many, at most the number of problems times the number of wordings.
        split: "train" or "held_out".
        seed: decides which problems, which wordings, and the order.
    """
    problems = split_problems(split)
    per_problem = len(WORDINGS[split]["+"])
    most = len(problems) * per_problem
    if not 0 <= n <= most:
        raise ConfigError(f"n must be 0 to {most} for split {split!r}, got {n}; ask for fewer questions")
    drawn = random.Random(f"arithmetic-{split}-{seed}").sample(range(most), n)
    return [_question(problems[i // per_problem], i % per_problem, split) for i in drawn]


def _question(problem: Problem, wording: int, split: str) -> Question:
    a, b, operation = problem
    answer = str(a + b if operation == "+" else a - b)
    number = wording + (len(WORDINGS["train"][operation]) if split == "held_out" else 0)
    return Question(
        id=f"arithmetic-{a}-{'plus' if operation == '+' else 'minus'}-{b}-{number}",
        text=WORDINGS[split][operation][wording].format(a=a, b=b), answer=answer, kind="arithmetic",
        group=group_name(problem), wording=number, passage=f"{a} {operation} {b} = {answer}",
    )  # fmt: skip
