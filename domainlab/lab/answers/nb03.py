"""The exercises of notebook 03: merging, LoRA's weights, the memory of full fine-tuning."""

import math

import numpy as np

from domainlab.lab.exercise import Case, Exercise, Mistake

W, A, B = np.array([[1.0, 0.0], [0.0, 1.0]]), np.array([[1.0, 2.0]]), np.array([[3.0], [4.0]])
A2, B2 = np.array([[1.0, 0.0], [2.0, 1.0]]), np.array([[1.0, 1.0], [0.0, 2.0]])


def merged(weight: np.ndarray, a: np.ndarray, b: np.ndarray, alpha: float) -> np.ndarray:
    """The weight with the update added, so that the adapter costs no time any more."""
    return weight + alpha / len(a) * b @ a


def lora_weights(shapes: list[tuple[int, int]], rank: int) -> int:
    """Trained weights of LoRA on matrices of shapes (out, in)."""
    return sum(rank * (rows + columns) for rows, columns in shapes)


EXERCISES = (
    Exercise(
        id="03.1",
        reference=merged,
        cases=(
            Case(arguments=(W, A, B, 1.0), words="when alpha equals the rank"),
            Case(arguments=(W, A, B, 4.0), words="when alpha is four times the rank"),
            Case(arguments=(W, A2, B2, 4.0), words="when the rank is 2"),
        ),
        mistakes=(
            Mistake(
                answer=lambda weight, a, b, alpha: weight + b @ a,
                message="The update is scaled by alpha / rank.",
            ),
            Mistake(
                answer=lambda weight, a, b, alpha: weight + alpha * b @ a,
                message="Alpha alone makes the update grow with the rank; divide by the rank.",
            ),
            Mistake(
                answer=lambda weight, a, b, alpha: weight + alpha / math.sqrt(len(a)) * b @ a,
                message="That is rsLoRA; plain LoRA divides by the rank, not by its square root.",
            ),
            Mistake(
                answer=lambda weight, a, b, alpha: alpha / len(a) * b @ a,
                message="That is the update; merging adds it to the weight.",
            ),
        ),
        hints=(
            "A has one row per direction, so its length is the rank.",
            "Multiply B by A, scale the product by alpha over the rank, and add it to the weight.",
        ),
    ),
    Exercise(
        id="03.2",
        reference=lora_weights,
        cases=(
            Case(arguments=([(4, 4)], 1), words="for one square matrix and rank 1"),
            Case(arguments=([(4, 6)], 2), words="for one matrix and rank 2"),
            Case(arguments=([(4096, 4096), (1024, 4096)], 16), words="for a query and a key matrix of an 8 B model"),
        ),
        mistakes=(
            Mistake(
                answer=lambda shapes, rank: sum(rows * columns for rows, columns in shapes),
                message="Those are the frozen weights.",
            ),
            Mistake(
                answer=lambda shapes, rank: sum(rank * columns for _, columns in shapes),
                message="That is A alone; B has rank times the rows.",
            ),
            Mistake(
                answer=lambda shapes, rank: sum(rank * rows * columns for rows, columns in shapes),
                message="A and B stand beside each other: add their sizes, do not multiply them.",
            ),
        ),
        hints=("What are the shapes of A and of B?", "Each matrix costs rank times its rows plus its columns."),
    ),
    Exercise(
        id="03.3",
        reference=112.0,
        mistakes=(
            Mistake(answer=28.0, message="Those are the weights alone; gradients and optimizer state come on top."),
            Mistake(answer=56.0, message="Adam keeps two numbers per weight, and the weights and gradients count too."),
            Mistake(answer=84.0, message="Adam keeps two moments per weight, not one."),
        ),
        hints=(
            "How many numbers does training keep per weight?",
            "Weight, gradient and two moments, four bytes each, times seven billion.",
        ),
    ),
)
