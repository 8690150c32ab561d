"""What a notebook holds for those who teach with it and for those who practise: notes, slides, exercises."""

import re
from collections.abc import Iterator

from domainlab.errors import ConfigError
from domainlab.lab.checks import find_exercise
from domainlab.lab.multiple_choice import FOLDER, read_quiz
from notebook_rules.lesson import START, Lesson
from rehearsal import CHECK, solution_code, tags

NOTE_WORDS = ("say", "ask", "expect", "minutes", "if short of time")
NOTE_MINUTES = re.compile(r"\bminutes\W+(\d+(?:\.\d+)?)")
HEADING = re.compile(r"^## (.+)", re.MULTILINE)
EXERCISE_WORDS = ("level", "importance", "minutes")

SLIDE_TYPES = {"slide", "subslide", "fragment", "skip", "notes", "-"}
SLIDE_OF = {
    "instructor": {"notes"},
    "setup": {"skip"},
    "check": {"skip"},
    "solution": {"skip"},
    "title": {"slide"},
    "objectives": {"slide"},
    "pitfalls": {"slide", "fragment", "-"},
    "quiz": {"slide", "fragment", "-"},
    "recap": {"slide", "fragment", "-"},
}


def instructor_notes(lesson: Lesson) -> Iterator[str]:
    """Every section with a heading has a note: what to say, to ask and to expect, and how long it takes."""
    unnoted = None
    for cell in lesson.markdown:
        if "instructor" in tags(cell):
            unnoted = None
            text = cell.source.lower()
            for word in NOTE_WORDS:
                if not re.search(rf"\b{word}\b", text):
                    yield f"cell {cell.id}: the instructor note lacks {word!r}, of {', '.join(NOTE_WORDS)}"
        elif found := HEADING.search(cell.source):
            if unnoted:
                yield f"the section {unnoted!r} has no cell tagged instructor"
            unnoted = found[1]
    if unnoted:
        yield f"the section {unnoted!r} has no cell tagged instructor"
    if not lesson.tagged("instructor"):
        yield "there is no cell tagged instructor"


def minutes_add_up(lesson: Lesson) -> Iterator[str]:
    """The minutes of the instructor notes make the declared minutes, within a tenth."""
    notes = "\n".join(cell.source.lower() for cell in lesson.tagged("instructor"))
    total = sum(float(number) for number in NOTE_MINUTES.findall(notes))
    minutes = lesson.notebook.metadata.get("domainlab", {}).get("minutes", {})
    declared = minutes.get("teach", 0) + minutes.get("exercises", 0)
    if abs(total - declared) > 0.1 * declared:
        yield f"the instructor notes add up to {total:g} minutes; teach and exercises declare {declared:g}"


def slides(lesson: Lesson) -> Iterator[str]:
    """Every cell says what it is in a slide show; solutions and plumbing are never shown."""
    for cell in lesson.cells:
        kind = cell.metadata.get("slideshow", {}).get("slide_type")
        allowed = set.intersection(SLIDE_TYPES, *(SLIDE_OF.get(tag, SLIDE_TYPES) for tag in tags(cell)))
        if kind not in allowed:
            yield f"cell {cell.id}: slide_type must be one of {sorted(allowed)}; it is {kind}"


def exercises(lesson: Lesson) -> Iterator[str]:
    """Text with level, importance and minutes; stub; check; solution folded away: in this order, for each."""
    fewest = 1 if lesson.id == START else 3
    if not fewest <= len(lesson.exercise_ids) <= 5:
        yield f"{fewest} to 5 exercises were expected; there are checks for {lesson.exercise_ids}"
    cells = [cell for cell in lesson.cells if {"exercise", "check", "solution"} & set(tags(cell))]
    begin = 0
    for place, cell in enumerate(cells):
        found = CHECK.search(cell.source) if cell.cell_type == "code" else None
        if found:
            yield from one_exercise(lesson, found[1], cells[begin:place], cell)
            begin = place + 1


def one_exercise(lesson: Lesson, exercise_id: str, before: list, check: object) -> Iterator[str]:
    """The cells of one exercise: `before` are those since the check of the last one."""
    if not exercise_id.startswith(f"{lesson.id}."):
        yield f"exercise {exercise_id} is not of notebook {lesson.id}"
    try:
        find_exercise(exercise_id)
    except ConfigError as error:
        yield str(error)
    text = " ".join(c.source.lower() for c in before if c.cell_type == "markdown" and "exercise" in tags(c))
    for word in EXERCISE_WORDS:
        if not re.search(rf"\b{word}\W+\d|\d {word}\b", text):
            yield f"the text above exercise {exercise_id} must say its {word} with a number"
    if not any(cell.cell_type == "code" and "exercise" in tags(cell) for cell in before):
        yield f"exercise {exercise_id} has no code cell tagged exercise for the learner's answer"
    if "check" not in tags(check):
        yield f"cell {check.id}: the check of exercise {exercise_id} must be tagged check"
    if not solution_code(lesson.notebook, exercise_id):
        yield f"below the check of {exercise_id} a cell tagged solution with a ```python block was expected"


def solutions_folded(lesson: Lesson) -> Iterator[str]:
    """A solution is not seen before the learner unfolds it."""
    for cell in lesson.tagged("solution"):
        if "<details>" not in cell.source or "</details>" not in cell.source:
            yield f"cell {cell.id}: a solution stands inside <details> ... </details>"


def has_quiz(lesson: Lesson) -> Iterator[str]:
    """The quiz cell calls lab.quiz, and the quiz has its questions with every choice explained."""
    if not any(f'quiz("{lesson.id}")' in cell.source for cell in lesson.tagged("quiz")):
        yield f'a cell tagged quiz must call lab.quiz("{lesson.id}")'
    try:
        read_quiz(lesson.id, FOLDER)
    except (ConfigError, ValueError) as error:
        yield str(error)
