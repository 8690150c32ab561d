"""What the text may say: links that lead somewhere, pictures for everybody, numbers that were measured."""

import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from urllib.parse import unquote

from nbformat import NotebookNode

from domainlab.settings import ROOT
from notebook_rules.lesson import CLAIM, FENCED, Lesson, read_lesson
from rehearsal import tags

LINK = re.compile(r"(!?)\[([^\]]*)\]\(\s*<?([^)\s>]+)")
HTML_IMAGE = re.compile(r"<img\b[^>]*>", re.IGNORECASE)
ATTRIBUTE = re.compile(r"""\b(src|alt)\s*=\s*["']([^"']*)["']""", re.IGNORECASE)
REMOTE = re.compile(r"(https?|mailto):")
HEADING = re.compile(r"^#+ (.+?)\s*$", re.MULTILINE)
MAX_LINKS_IN_RECAP = 5

NOT_PROSE = re.compile(r"`[^`]*`|\$\$.*?\$\$|\$[^$\n]+\$|\]\([^)]*\)|<[^>]+>|https?://\S+", re.DOTALL)
NUMBER = r"(?<![\w.])(\d+(?:[.,]\d+)?)"
LEVEL = r"(?!\s*(?:confidence\s+)?(?:interval|level))"  # "a 95 % interval" is a choice, not a result
PERCENT = re.compile(rf"{NUMBER}\s*(?:%|per ?cent\b|(?:percentage )?points?\b){LEVEL}", re.IGNORECASE)
TIMES = re.compile(rf"{NUMBER}\s*(?:[x×](?!\w)|times\b|-?fold\b)", re.IGNORECASE)
DECIMAL = re.compile(r"(?<![\w.])(\d+[.,]\d+)(?![\w.]*\w)")
ANY_NUMBER = re.compile(r"(?<![\w.])-?\d+(?:\.\d+)?")
CLAIM_ID = re.compile(r"(?<![\w.])(\d\d\.[a-z]\d?)\b")


def links(lesson: Lesson) -> Iterator[str]:
    """A local link leads to a file and a heading that exist."""
    for cell in lesson.markdown:
        for mark, _, target in LINK.findall(FENCED.sub(" ", cell.source)):
            if not mark and not REMOTE.match(target) and not leads_somewhere(target, lesson):
                yield f"cell {cell.id}: the link {target} leads nowhere"
    recap = "\n".join(cell.source for cell in lesson.tagged("recap"))
    remote = [target for _, _, target in LINK.findall(recap) if REMOTE.match(target)]
    if len(remote) > MAX_LINKS_IN_RECAP:
        yield f"the recap has {len(remote)} links to the outside; {MAX_LINKS_IN_RECAP} is the limit"


def leads_somewhere(target: str, lesson: Lesson) -> bool:
    """Whether the file exists and, for a notebook, the heading too."""
    name, _, anchor = unquote(target).partition("#")
    path = lesson.path.parent / name if name else lesson.path
    if not path.exists():
        return False
    if not anchor or path.suffix != ".ipynb":
        return True
    there = lesson if path == lesson.path else read_lesson(path)
    text = "\n".join(cell.source for cell in there.markdown)
    return f'id="{anchor}"' in text or slug(anchor) in {slug(heading) for heading in HEADING.findall(text)}


def slug(heading: str) -> str:
    """A heading as an anchor, in the same form for Jupyter and GitHub."""
    return re.sub(r"[^\w-]+", "", heading.lower().replace(" ", "-"))


def pictures(lesson: Lesson) -> Iterator[str]:
    """A picture lies in the repository, so it is there offline, and has words for those who cannot see it."""
    for cell in lesson.markdown:
        text = FENCED.sub(" ", cell.source)
        found = [(alt, target) for mark, alt, target in LINK.findall(text) if mark]
        for tag in HTML_IMAGE.findall(text):
            attributes = {name.lower(): value for name, value in ATTRIBUTE.findall(tag)}
            found.append((attributes.get("alt", ""), attributes.get("src", "")))
        for alt, target in found:
            if not alt.strip():
                yield f"cell {cell.id}: the picture {target} needs an alt text"
            if REMOTE.match(target) or not (lesson.path.parent / unquote(target)).is_file():
                yield f"cell {cell.id}: the picture {target} is not a file of the repository"


def measured_numbers(lesson: Lesson) -> Iterator[str]:
    """A number that looks like a result comes from a claim.

    Percentages, factors and decimals may stand in a cell that names a claim ("as claim 01.b shows"), or if
    the same number occurs in a cell tagged claim, its output, or data/results/. Code in backticks and
    formulas are not prose.
    """
    allowed = known_numbers(lesson)
    for cell in lesson.markdown:
        if set(CLAIM_ID.findall(cell.source)) & all_claims(lesson.path.parent):
            continue
        for written, value in result_numbers(cell.source, notebook_ids(lesson.path.parent)):
            if not any(abs(value - known) < 1e-9 for known in allowed):
                yield f"cell {cell.id}: {written!r} looks like a result; name the claim that measured it"


def result_numbers(source: str, ids: set[str]) -> Iterator[tuple[str, float]]:
    """What looks like a result, as written and as a number; exercise ids such as 01.2 do not."""
    text = NOT_PROSE.sub(" ", FENCED.sub(" ", source))
    for pattern in (PERCENT, TIMES, DECIMAL):
        for found in pattern.finditer(text):
            number = found[1].replace(",", ".")
            is_id = re.fullmatch(r"\d\d\.\d", number) and number[:2] in ids and pattern is DECIMAL
            if not is_id:
                yield found[0].strip(), float(number)


def known_numbers(lesson: Lesson) -> set[float]:
    """The numbers that this notebook's claims and data/results/ hold, also as percentages."""
    texts = [cell.source for cell in lesson.tagged("claim")]
    texts += [text for cell in lesson.tagged("claim") for text in output_texts(cell)]
    texts += [path.read_text(encoding="utf-8") for path in sorted((ROOT / "data" / "results").glob("*.json"))]
    numbers = {float(number) for text in texts for number in ANY_NUMBER.findall(text)}
    return numbers | {100 * number for number in numbers}


def output_texts(cell: NotebookNode) -> Iterator[str]:
    """What a code cell shows, as text."""
    for output in cell.get("outputs", []):
        yield output.get("text", "")
        yield str(output.get("data", {}).get("text/plain", ""))


def notebook_ids(folder: Path) -> set[str]:
    return {path.name[:2] for path in folder.glob("*.ipynb")}


@cache
def all_claims(folder: Path) -> set[str]:
    """The claims that the notebooks of a folder make, in their code."""
    sources = [json.loads(path.read_text(encoding="utf-8"))["cells"] for path in folder.glob("*.ipynb")]
    code = ["".join(cell["source"]) for cells in sources for cell in cells if cell["cell_type"] == "code"]
    return {one for source in code for one in CLAIM.findall(source)}


def stock_phrases(lesson: Lesson) -> Iterator[str]:
    """Words that ask the reader to believe instead of to look."""
    for cell in lesson.markdown:
        for phrase in ("as you can see", "obviously", "it is easy to see"):
            if phrase in cell.source.lower() and "instructor" not in tags(cell):
                yield f"cell {cell.id}: {phrase!r} is no evidence; say what to read in the output"
