"""Exercises that never stop a notebook: `answer = lab.check("01.2", answer)`.

Not attempted, wrong or crashing: the learner is told so in words, and the cell goes on with the reference
answer. Right: it goes on with the learner's own.
"""

import importlib
import importlib.util
import os

from domainlab.errors import ConfigError
from domainlab.lab.exercise import Exercise
from domainlab.lab.frontend import BAD, GOOD, NEUTRAL, tell
from domainlab.lab.grading import Grade, grade

COLOURS = {"right": GOOD, "wrong": BAD, "crashed": BAD, "not attempted": NEUTRAL}


def check(exercise_id: str, answer: object) -> object:
    """Tell the learner how the answer does, and return what the next cells should use.

    Args:
        exercise_id: notebook and number, "01.2".
        answer: a value, or a function; None, ... or a function that raises NotImplementedError is a stub.

    Returns:
        The learner's answer when it is right, else the reference.

    Raises:
        ConfigError: there is no such exercise.
    """
    exercise = find_exercise(exercise_id)
    answer = injected_answer(exercise, answer)
    given = grade(exercise, answer)
    tell(verdict_words(exercise_id, given), colour=COLOURS[given.state])
    return answer if given.state == "right" else exercise.reference


def hint(exercise_id: str, number: int = 1) -> None:
    """Show one hint; hints are numbered from 1 and each gives away more than the one before.

    Raises:
        ConfigError: there is no such exercise or no such hint.
    """
    hints = find_exercise(exercise_id).hints
    if not 1 <= number <= len(hints):
        raise ConfigError(f"exercise {exercise_id} has hints 1 to {len(hints)}; got {number}")
    text = f"Hint {number} of {len(hints)}: {hints[number - 1]}"
    if number < len(hints):
        text += f' For more: lab.hint("{exercise_id}", {number + 1})'
    tell(text)


def find_exercise(exercise_id: str) -> Exercise:
    """The exercise "01.2", from domainlab/lab/answers/nb01.py."""
    module_name = f"domainlab.lab.answers.nb{exercise_id.partition('.')[0]}"
    if importlib.util.find_spec(module_name) is None:
        raise ConfigError(
            f"exercise {exercise_id!r} needs the file {module_name.replace('.', '/')}.py; it is not there"
        )
    exercises = {exercise.id: exercise for exercise in importlib.import_module(module_name).EXERCISES}
    if exercise_id not in exercises:
        raise ConfigError(f"no exercise {exercise_id!r}; {module_name} has {', '.join(exercises)}")
    return exercises[exercise_id]


def injected_answer(exercise: Exercise, answer: object) -> object:
    """The learner's answer, or the one that DOMAINLAB_ANSWERS=right|wrong puts in to try a whole notebook."""
    wanted = os.environ.get("DOMAINLAB_ANSWERS", "")
    if wanted not in ("", "right", "wrong"):
        raise ConfigError(f"DOMAINLAB_ANSWERS must be right, wrong or unset; got {wanted!r}")
    return {"": answer, "right": exercise.reference, "wrong": exercise.mistakes[0].answer}[wanted]


def verdict_words(exercise_id: str, given: Grade) -> str:
    """The line below the check."""
    if given.state == "right":
        return f"✔ {exercise_id} right."
    sign = "–" if given.state == "not attempted" else "✘"
    return (
        f"{sign} {exercise_id} {given.state}. {given.words} The notebook goes on with the reference answer; "
        f'lab.hint("{exercise_id}") helps.'
    )
