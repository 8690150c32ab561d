"""Small changes to a lesson, in place: the tools that notebook_rules/broken.py breaks the example with."""

import nbformat

from notebook_rules import example
from notebook_rules.example import FILLER, code, text

CELL = "failure"  # a code cell of the example
TEXT = "idea-text"  # a markdown cell of the example


def cell(lesson, name):
    return next(one for one in lesson.cells if one.id == name)


def place(lesson, name):
    return lesson.cells.index(cell(lesson, name))


def declare(**changes):
    return lambda lesson: lesson.notebook.metadata.domainlab.update(changes)


def write(name, source):
    def change(lesson):
        cell(lesson, name).source = source

    return change


def add(name, more):
    def change(lesson):
        cell(lesson, name).source += more

    return change


def drop(name):
    return lambda lesson: lesson.cells.pop(place(lesson, name))


def retag(name, *tags):
    return lambda lesson: cell(lesson, name).metadata.update(tags=list(tags))


def slide(name, kind):
    return lambda lesson: cell(lesson, name).metadata.update(slideshow={"slide_type": kind})


def show(where, /, **output):
    return lambda lesson: cell(lesson, where).outputs.append(nbformat.from_dict(output))


def move_before(name, other):
    def change(lesson):
        moved = lesson.cells.pop(place(lesson, name))
        lesson.cells.insert(place(lesson, other), moved)

    return change


def rename(name, new):
    def change(lesson):
        cell(lesson, name).id = new

    return change


def note_missing(lesson):
    lesson.cells.remove(cell(lesson, "idea-note"))
    lesson.notebook.metadata.domainlab.minutes.teach -= 5


def many_cells(lesson):
    lesson.cells.extend(code(f"more-{number}", "play", "-", "0") for number in range(40))


def quiz_file(lesson):
    return lesson.path.parent / "nb98.toml"


def play_last(lesson):
    for name in ("play-text", "play"):
        lesson.cells.append(lesson.cells.pop(place(lesson, name)))


def picture_without_alt(lesson):
    cell(lesson, "result").outputs[0].metadata = {}


def figure_not_shown(lesson):
    cell(lesson, "result").outputs = []


def big_file(lesson):
    cell(lesson, CELL).outputs[0].text = "x" * 300_001
    nbformat.write(lesson.notebook, lesson.path)


def not_run(lesson):
    cell(lesson, CELL).execution_count = None


def timed(lesson):
    cell(lesson, CELL).metadata["execution"] = {"iopub.execute_input": "2020-01-01"}


def late_result(lesson):
    for number in range(4):
        lesson.cells.insert(place(lesson, "failure-text"), code(f"early-{number}", "play", "-", "0"))


def long_code(lesson):
    for number in range(8):
        lesson.cells.insert(place(lesson, "play"), code(f"long-{number}", "play", "-", "x = 1\n" * 25))


def tall_code(lesson):
    for one in lesson.code:
        one.source += "\nx = 1" * 8 * ("setup" not in one.metadata.tags)


def wordy(lesson):
    for number in range(8):
        lesson.cells.insert(5, text(f"wordy-{number}", "run", "-", FILLER))


def quiet(lesson):
    for one in lesson.markdown:
        one.source = one.source.replace(FILLER, "Read on. ")


def fifth_exercise_too_many(lesson):
    for number in (4, 5, 6):
        lesson.cells[place(lesson, "play-text") : place(lesson, "play-text")] = example.exercise(number)


def metadata(key, value):
    return lambda lesson: lesson.notebook.metadata.update({key: value})
