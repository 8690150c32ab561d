"""What a notebook declares, and which sections it has in which order."""

import itertools
import re
from collections.abc import Iterator

from domainlab.lab.outputs import DIGEST, TIMING
from domainlab.settings import SCALES
from notebook_rules.lesson import START, Lesson
from rehearsal import tags

DECLARED = {"id", "title", "claim", "minutes", "needs", "scales", "figure"}
MINUTES = {"teach", "exercises", "run"}
RUN_MINUTES = 3  # all code cells together, at scale tiny on two cores
LONGER = {"05": 6}  # every cure with several seeds

# The first cells of the sections come in this order; more cells with the same tag may follow anywhere.
SECTIONS = (
    "title", "objectives", "setup", "run", "concept", "predict", "figure", "claim", "control", "library",
    "scale", "pitfalls", "quiz", "recap",
)  # fmt: skip
START_SECTIONS = ("title", "objectives", "setup", "run", "predict", "claim", "quiz", "recap")
BETWEEN = ("exercise", "check", "solution", "play")  # required too, somewhere after setup and before quiz
ANYWHERE = ("instructor", TIMING)

STABLE_ID = re.compile(r"[a-z]+(-[a-z0-9]+)*")
RANDOM_ID = re.compile(r"[0-9a-f]{8}(-.*)?")  # what Jupyter makes up


def declaration(lesson: Lesson) -> Iterator[str]:
    """metadata.domainlab says what the notebook is, and agrees with its file name and with the course."""
    declared = lesson.notebook.metadata.get("domainlab", {})
    given = set(declared) - {DIGEST}
    if given != DECLARED:
        yield f"metadata.domainlab must have exactly {sorted(DECLARED)}; it has {sorted(given)}"
        return
    if declared["id"] != lesson.id or not re.fullmatch(r"\d\d_[a-z0-9_]+\.ipynb", lesson.path.name):
        yield f"notebook {declared['id']!r} must be in NN_small_letters.ipynb; it is in {lesson.path.name}"
    for name in ("title", "claim", "figure"):
        if not isinstance(declared[name], str) or not declared[name].strip():
            yield f"metadata.domainlab.{name} must say something"
    minutes = declared["minutes"]
    if set(minutes) != MINUTES or not all(value > 0 for value in minutes.values()):
        yield f"minutes must have teach, exercises and run, all above 0; got {dict(minutes)}"
    elif minutes["run"] > (budget := LONGER.get(lesson.id, RUN_MINUTES)):
        yield f"minutes.run is {minutes['run']}; the budget is {budget}"
    there = {path.name[:2] for path in lesson.path.parent.glob("*.ipynb")}
    for need in declared["needs"]:
        if need not in there or need >= lesson.id:
            yield f"needs names {need!r}, which is no earlier notebook"
    if "tiny" not in declared["scales"] or not set(declared["scales"]) <= set(SCALES):
        yield f"scales must contain tiny and come from {sorted(SCALES)}; got {declared['scales']}"


def kernel(lesson: Lesson) -> Iterator[str]:
    """The notebook runs anywhere: the ordinary kernel, a time limit per cell, no errors let through."""
    metadata = lesson.notebook.metadata
    if metadata.get("kernelspec", {}).get("name") != "python3":
        yield f"the kernel must be python3; it is {metadata.get('kernelspec')}"
    execution = metadata.get("execution", {})
    limit = execution.get("timeout", 0)
    if not 0 < limit <= 600:
        yield f"metadata.execution.timeout must be seconds per cell, at most 600; got {limit}"
    if execution.get("allow_errors"):
        yield "metadata.execution.allow_errors hides failures"


def known_tags(lesson: Lesson) -> Iterator[str]:
    """Every cell says by its tags what it is for."""
    known = {*SECTIONS, *BETWEEN, *ANYWHERE}
    for cell in lesson.cells:
        if not tags(cell) or not set(tags(cell)) <= known:
            yield f"cell {cell.id}: its tags must be some of {sorted(known)}; it has {tags(cell)}"


def sections(lesson: Lesson) -> Iterator[str]:
    """Every section is there, in the order of the template; notebook 00 needs fewer of them."""
    start = lesson.id == START
    order = START_SECTIONS if start else SECTIONS
    first = {tag: place for place, cell in reversed([*enumerate(lesson.cells)]) for tag in tags(cell)}
    for tag in (*order, *(BETWEEN[:3] if start else BETWEEN)):
        if tag not in first:
            yield f"the section {tag} is missing"
    for before, after in itertools.pairwise(tag for tag in order if tag in first):
        if first[before] > first[after]:
            yield f"the section {before} must begin before {after}"
    for tag in BETWEEN:
        place = first.get(tag)
        if place is not None and not first.get("setup", -1) < place < first.get("quiz", len(lesson.cells)):
            yield f"{tag} belongs between setup and quiz"


def opening(lesson: Lesson) -> Iterator[str]:
    """The first cell promises something that can fail; the objectives are a short list; so is the set-up."""
    title = lesson.cells[0].source if lesson.cells else ""
    heading = f"# {lesson.id} · {lesson.notebook.metadata.get('domainlab', {}).get('title')}"
    if title.split("\n")[0] != heading:
        yield f"the first line must be {heading!r}; it is {title.split(chr(10))[0]!r}"
    for phrase in ("By the end you will have shown", "does not show"):
        if phrase not in title:
            yield f"the first cell must say {phrase!r} ..."
    objectives = "\n".join(cell.source for cell in lesson.tagged("objectives"))
    bullets = re.findall(r"^\s*(?:[-*]|\d\.)\s", objectives, re.MULTILINE)
    fewest = 3 if lesson.id == START else 4
    if not fewest <= len(bullets) <= 6:
        yield f"{fewest} to 6 objectives as a list were expected; got {len(bullets)}"
    setup = [cell.source for cell in lesson.tagged("setup") if cell.cell_type == "code"]
    if len(setup) != 1 or f'start("{lesson.id}"' not in setup[0] or setup[0].count("\n") > 5:
        yield f'one code cell of at most 6 lines with lab.start("{lesson.id}") must be tagged setup'


def cell_ids(lesson: Lesson) -> Iterator[str]:
    """Ids are words, so that errors and differences name the cell in a way people can read."""
    ids = [cell.get("id", "") for cell in lesson.cells]
    for one in ids:
        if not STABLE_ID.fullmatch(one) or RANDOM_ID.fullmatch(one):
            yield f"cell id {one!r} must be words like claim-03-a"
    for one in sorted({one for one in ids if ids.count(one) > 1}):
        yield f"cell id {one!r} comes twice"
