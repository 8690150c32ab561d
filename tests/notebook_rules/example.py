"""A lesson without content that keeps every rule; the tests break one thing at a time."""

from pathlib import Path

import nbformat
from nbformat import NotebookNode

from domainlab.lab.outputs import stable_outputs
from notebook_rules.lesson import Lesson

ID = "98"
FILLER = "The text says why a thing is done, what is done, and how to read what comes out below. " * 5
NOTE = "**Say:** why. **Ask:** what now? **Expect:** this. **Minutes:** {}. **If short of time:** skip it."
PIXEL = "iVBORw0KGgo="  # not a whole picture; the rules look at its words

EXERCISES_FILE = """
from domainlab.lab.exercise import Exercise, Mistake

EXERCISES = tuple(
    Exercise(id=f"98.{number}", reference=number, hints=("Count.",),
             mistakes=tuple(Mistake(answer=-wrong, message=f"Not {wrong}.") for wrong in (1, 2, 3)))
    for number in (1, 2, 3)
)
"""
QUIZ_FILE = "\n".join(
    f"""
[[question]]
text = "Question {number}?"
[[question.choice]]
text = "This."
right = true
why = "It was measured."
[[question.choice]]
text = "That."
why = "Nobody measured it."
"""
    for number in range(5)
)


def text(name: str, tag: str, slide: str, source: str) -> NotebookNode:
    metadata = {"tags": [tag], "slideshow": {"slide_type": slide}}
    return nbformat.v4.new_markdown_cell(source, id=name, metadata=metadata)


def code(name: str, tag: str, slide: str, source: str) -> NotebookNode:
    metadata = {"tags": tag.split(), "slideshow": {"slide_type": slide}}
    output = nbformat.v4.new_output("stream", text="shown\n")
    if tag == "figure":
        shown = {"image/png": PIXEL, "text/plain": "one pixel"}
        output = nbformat.v4.new_output("display_data", shown, metadata={"image/png": {"alt": "one pixel"}})
    return nbformat.v4.new_code_cell(source, id=name, metadata=metadata, outputs=[output], execution_count=1)


def section(name: str, tag: str, *cells: NotebookNode) -> list[NotebookNode]:
    """A heading with text, the cells, an instructor note."""
    note = text(f"{name}-note", "instructor", "notes", NOTE.format(5))
    return [text(f"{name}-text", tag, "slide", f"## {name.capitalize()}\n\n{FILLER}"), *cells, note]


def exercise(number: int) -> list[NotebookNode]:
    name, label = f"exercise-98-{number}", f"98.{number}"
    told = f"### Exercise {label}\n\nLevel 1, importance 2, minutes 5. {FILLER}"
    solution = f"<details><summary>Solution</summary>\n\n```python\nanswer = {number}\n```\n\n</details>"
    return [
        text(f"{name}-text", "exercise", "subslide", told),
        code(f"{name}-answer", "exercise", "skip", "answer = None"),
        code(f"{name}-check", "check", "skip", f'answer = lab.check("{label}", answer)'),
        text(f"{name}-solution", "solution", "skip", solution),
    ]


def good_cells() -> list[NotebookNode]:
    title = "# 98 · Example\n\nBy the end you will have shown that it can fail. It does not show more."
    claim = 'lab.claim("98.a", "It holds.", kept, ">=", 0.95, seeds=3, source="this notebook")'
    return [
        text("title", "title", "slide", title),
        text("objectives", "objectives", "slide", "- see\n- predict\n- measure\n- judge"),
        code("setup", "setup", "skip", 'from domainlab import lab\n\ncfg = lab.start("98")'),
        *section("failure", "run", code("failure", "run", "slide", "1 + 1")),
        *section("idea", "concept", code("idea", "concept", "fragment", "import torch\n\ntorch.zeros(1)")),
        *section("predict", "predict", code("predict", "predict", "subslide", "guess = 1")),
        *section("measure", "run", code("measure", "run", "skip", "kept = 1.0")),
        *section("result", "figure", code("result", "figure", "subslide", "kept")),
        *section("claim", "claim", code("claim-98-a", "claim", "fragment", claim)),
        *section("exercises", "exercise", *exercise(1), *exercise(2), *exercise(3)),
        *section("play", "play", code("play", "play", "subslide", "knob = 3")),
        *section("controls", "control", code("control", "control", "fragment", "2 + 2")),
        *section("library", "library", code("library", "library", "subslide", "import peft")),
        *section("scale", "scale", code("scale", "scale", "subslide", "cfg.scale")),
        *section("pitfalls", "pitfalls"),
        *section("quiz", "quiz", code("quiz", "quiz", "slide", 'lab.quiz("98")')),
        *section("recap", "recap"),
    ]


def good_lesson(folder: Path) -> Lesson:
    """The lesson, written to `folder`; cells and metadata may be changed in place."""
    declared = {
        "id": ID, "title": "Example", "claim": "It holds.", "figure": "fig-98", "needs": [],
        "minutes": {"teach": 50, "exercises": 20, "run": 1}, "scales": ["tiny"],
    }  # fmt: skip
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    metadata = {"kernelspec": kernel, "execution": {"timeout": 60}, "domainlab": declared}
    notebook = stable_outputs(nbformat.v4.new_notebook(cells=good_cells(), metadata=metadata))
    path = folder / f"{ID}_example.ipynb"
    nbformat.write(notebook, path)
    return Lesson(path=path, notebook=notebook)
