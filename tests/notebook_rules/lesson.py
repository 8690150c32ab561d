"""A notebook as the rules see it, and the words and sets that several rules share."""

import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from rehearsal import CHECK, tags

START = "00"  # the first notebook: how the course works; it adapts nothing, so it needs fewer sections
CLAIM = re.compile(r"""\bclaim\(\s*["'](\d\d\.[a-z]\d?)["']""")
FENCED = re.compile(r"^(```|~~~).*?^\1", re.DOTALL | re.MULTILINE)


@dataclass(frozen=True, kw_only=True)
class Lesson:
    """One notebook with its place; `notebook` is read once."""

    path: Path
    notebook: NotebookNode

    @cached_property
    def id(self) -> str:
        return self.path.name[:2]

    @cached_property
    def cells(self) -> list[NotebookNode]:
        return self.notebook.cells

    @cached_property
    def code(self) -> list[NotebookNode]:
        return [cell for cell in self.cells if cell.cell_type == "code"]

    @cached_property
    def markdown(self) -> list[NotebookNode]:
        return [cell for cell in self.cells if cell.cell_type == "markdown"]

    @cached_property
    def exercise_ids(self) -> list[str]:
        return [found for cell in self.code for found in CHECK.findall(cell.source)]

    @cached_property
    def claim_ids(self) -> list[str]:
        return [found for cell in self.code for found in CLAIM.findall(cell.source)]

    def tagged(self, tag: str) -> list[NotebookNode]:
        return [cell for cell in self.cells if tag in tags(cell)]


def read_lesson(path: Path) -> Lesson:
    return Lesson(path=path, notebook=nbformat.read(path, as_version=4))


def lines_of_code(cell: NotebookNode) -> int:
    return sum(bool(line.strip()) for line in cell.source.splitlines())


def words(cell: NotebookNode) -> int:
    """Words that a reader reads: no code blocks, no HTML tags, no addresses of links."""
    text = FENCED.sub(" ", cell.source)
    text = re.sub(r"<[^>]+>|\]\([^)]*\)|[|*_#`-]+", " ", text)
    return len(text.split())
