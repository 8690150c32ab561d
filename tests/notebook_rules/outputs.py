"""The committed outputs: there, from this code, the same on every machine, readable by everybody."""

import json
import re
from collections.abc import Iterator

from nbformat import NotebookNode

from domainlab.lab.outputs import DIGEST, TIMING, code_digest
from notebook_rules.lesson import Lesson
from rehearsal import tags

OF_A_MACHINE = re.compile(r"(?<![\w.~])/(?:home|Users|root|tmp|private|work|mnt)/[\w.-]+|\b[A-Z]:\\[\w.-]+")
PICTURES = ("image/png", "image/svg+xml", "image/jpeg")
UPDATE = "run `python -m domainlab.lab.course --update`"


def fresh(lesson: Lesson) -> Iterator[str]:
    """Outputs are committed and come from the code beside them."""
    digest = lesson.notebook.metadata.get("domainlab", {}).get(DIGEST)
    if digest != code_digest(lesson.notebook):
        yield f"the outputs are missing or come from other code; {UPDATE}"
        return
    for cell in lesson.code:
        if cell.source.strip() and cell.execution_count is None:
            yield f"cell {cell.id} was not run; {UPDATE}"


def clean(lesson: Lesson) -> Iterator[str]:
    """No errors, warnings, progress bars, widget state, timings or paths of one machine."""
    if "widgets" in lesson.notebook.metadata:
        yield f"the notebook holds the state of widgets; {UPDATE}"
    for cell in lesson.code:
        if "execution" in cell.metadata or (TIMING in tags(cell) and cell.outputs):
            yield f"cell {cell.id} has timings; {UPDATE}"
        for output in cell.outputs:
            if output.output_type == "error":
                yield f"cell {cell.id} shows an error: {output.ename}"
            if output.get("name") == "stderr":
                yield f"cell {cell.id} shows warnings or progress (stderr); {UPDATE}"
            if found := OF_A_MACHINE.search(shown_text(output)):
                yield f"cell {cell.id} shows a path of one machine: {found[0]}"


def shown_text(output: NotebookNode) -> str:
    """All texts of an output, without its pictures."""
    data = {kind: value for kind, value in output.get("data", {}).items() if kind not in PICTURES}
    return output.get("text", "") + json.dumps(data, ensure_ascii=False).replace("\\\\", "\\")


def described(lesson: Lesson) -> Iterator[str]:
    """A figure brings its own alt text, as the course's figures do; tagged figure cells show one."""
    for cell in lesson.code:
        pictures = [(out, kind) for out in cell.outputs for kind in PICTURES if kind in out.get("data", {})]
        for output, kind in pictures:
            if not output.get("metadata", {}).get(kind, {}).get("alt", "").strip():
                yield f"cell {cell.id} shows a picture without alt text; draw it with domainlab.lab.figures"
        if "figure" in tags(cell) and not pictures:
            yield f"cell {cell.id} is tagged figure and shows none"
