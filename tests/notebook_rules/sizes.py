"""How long a notebook may be: a lesson that does not fit into one sitting is two lessons."""

import statistics
from collections.abc import Iterator

from notebook_rules.lesson import START, Lesson, lines_of_code, words
from rehearsal import tags

MEDIAN_LINES, MOST_LINES, TOTAL_LINES = 8, 25, 200  # of code, without empty lines
MOST_WORDS = 120  # in one markdown cell
CELLS, WORDS = (35, 60), (1200, 2200)  # without instructor notes; words also without solutions
START_CELLS, START_WORDS = (12, 60), (300, 2200)
FIRST_RESULT = 4  # a learner sees something measured within this many code cells
BYTES = 300_000


def code_cells(lesson: Lesson) -> Iterator[str]:
    """Cells are small: one idea each."""
    sizes = {cell.id: lines_of_code(cell) for cell in lesson.code}
    for name, lines in sizes.items():
        if lines > MOST_LINES:
            yield f"cell {name} has {lines} lines of code; {MOST_LINES} is the limit"
    median = statistics.median(sizes.values() or [0])
    if median > MEDIAN_LINES:
        yield f"the median code cell has {median:g} lines; {MEDIAN_LINES} is the limit"
    if sum(sizes.values()) > TOTAL_LINES:
        yield f"{sum(sizes.values())} lines of code; {TOTAL_LINES} is the limit"


def markdown_cells(lesson: Lesson) -> Iterator[str]:
    """Nobody reads a wall of text between two cells."""
    for cell in lesson.markdown:
        if words(cell) > MOST_WORDS:
            yield f"cell {cell.id} has {words(cell)} words; {MOST_WORDS} is the limit"


def totals(lesson: Lesson) -> Iterator[str]:
    """The whole notebook fits into one sitting and says enough to be read without a teacher."""
    fewest, most = START_CELLS if lesson.id == START else CELLS
    shown = [cell for cell in lesson.cells if "instructor" not in tags(cell)]
    if not fewest <= len(shown) <= most:
        yield f"{len(shown)} cells besides instructor notes; {fewest} to {most} were expected"
    fewest, most = START_WORDS if lesson.id == START else WORDS
    total = sum(words(c) for c in shown if c.cell_type == "markdown" and "solution" not in tags(c))
    if not fewest <= total <= most:
        yield f"{total} words besides instructor notes and solutions; {fewest} to {most} were expected"


def first_result(lesson: Lesson) -> Iterator[str]:
    """The learner sees something happen before anything is explained at length."""
    places = [place for place, cell in enumerate(lesson.code, start=1) if "run" in tags(cell)]
    if places and places[0] > FIRST_RESULT:
        yield f"the first code cell tagged run is number {places[0]}; {FIRST_RESULT} is the latest"


def file_size(lesson: Lesson) -> Iterator[str]:
    """Notebooks live in git."""
    size = lesson.path.stat().st_size
    if size > BYTES:
        yield f"the file has {size} bytes; {BYTES} is the limit"
