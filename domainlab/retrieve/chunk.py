"""Cut a document into pieces that fit a prompt, without cutting sentences where that can be helped.

The text is taken apart into units: sentences; words, where a sentence is longer than a chunk; characters,
where a word is. Whole units are packed into chunks, so a chunk ends in mid-sentence only if it has to.

>>> doc = Document(id="d", text="One is red. Two is blue. Three is green.", source="", licence="")
>>> [chunk.text for chunk in chunk_document(doc, size=28, overlap=12)]
['One is red. Two is blue.', 'Two is blue. Three is green.']
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import pairwise

from domainlab.errors import ConfigError, DataError
from domainlab.records import Chunk, Document
from domainlab.retrieve.versions import day_number

Span = tuple[int, int]  # start and end offset in the document's text

SENTENCE_BREAK = re.compile(
    r"""(?P<stop>[.!?])["')\]\u2019\u201d]*\s+(?=["'(\[\u2018\u201c]?[A-Z0-9])"""  # then a capital or a digit
    r"|(?<=[\u3002\uff01\uff1f])"  # full-width stops need no blank behind them
    r"|\n\s*\n|\n(?=[ \t]*(?:[-*•#]|\d+[.)])\s)"  # a blank line, a list item, a heading
)
ABBREVIATIONS = frozenset({"dr", "mr", "mrs", "ms", "prof", "st", "vs", "approx", "e.g", "i.e", "cf", "inc"})
NUMBERED = frozenset({"no", "nos", "fig", "ch", "sec", "vol"})  # abbreviations before a number only: "No. 5"
LONGEST = 16  # characters that are read back for an abbreviation


def chunk_document(
    doc: Document, *, size: int = 400, overlap: int = 50, series: str = "", tags: Mapping[str, str] | None = None
) -> list[Chunk]:
    """Cut a document into overlapping chunks of whole sentences; `doc.text[c.start:c.end] == c.text`.

    Args:
        doc: the document; its date goes to every chunk.
        size: longest chunk, in characters.
        overlap: at most this many characters at the end of a chunk are repeated at the start of the next,
            in whole sentences (in whole words, inside a sentence that is longer than `size`).
        series: what the document is a version of; documents of one series replace each other by date.
        tags: names and values that a search can be limited to, such as a patient.

    Returns:
        The chunks in reading order; every character of the document that is not blank is in one.

    Raises:
        ConfigError: `size` below 1, or `overlap` not in 0 ... size - 1.
        DataError: the document is empty.
    """
    if size < 1:
        raise ConfigError(f"size must be at least 1 character; got {size}.")
    if not 0 <= overlap < size:
        raise ConfigError(f"overlap must be at least 0 and less than size ({size}); got {overlap}.")
    if not doc.text.strip():
        raise DataError(f"Document {doc.id!r} has no text to cut; leave it out or fix its source.")
    spans, shared = _pack(_units(doc.text, size), size, overlap), tuple((tags or {}).items())
    return [_chunk(doc, start, end, series, shared) for start, end in spans]


def split_sentences(text: str) -> list[Span]:
    """Where the sentences are: spans `(start, end)` without the blanks around them.

    >>> text = "Dr. Ito gave 2.5 mg. It helped."
    >>> [text[start:end] for start, end in split_sentences(text)]
    ['Dr. Ito gave 2.5 mg.', 'It helped.']
    """
    cuts = [match.end() for match in SENTENCE_BREAK.finditer(text) if not _inside_sentence(text, match)]
    spans = [_strip(text, start, end) for start, end in pairwise([0, *cuts, len(text)])]
    return [(start, end) for start, end in spans if start < end]


def check_chunks(chunks: Iterable[Chunk]) -> None:
    """Refuse chunks that cannot be searched; errors as in `checked_chunks`."""
    for _ in checked_chunks(chunks):
        pass


def checked_chunks(chunks: Iterable[Chunk]) -> Iterator[Chunk]:
    """The same chunks, one at a time, each looked at first.

    Raises:
        DataError: no chunks at all, one without text, two with the same id, a date that is no day, a series
            without dates, or a tag that is not text.
    """
    seen: set[str] = set()
    for chunk in chunks:
        if not chunk.text.strip():
            raise DataError(f"Chunk {chunk.id!r} has no text; leave it out.")
        if chunk.id in seen:
            raise DataError(f"Chunk id {chunk.id!r} comes twice. Do two documents have the same id?")
        seen.add(chunk.id)
        _check_origin(chunk)
        yield chunk
    if not seen:
        raise DataError("Expected at least one chunk; got none. Is the corpus empty?")


def _check_origin(chunk: Chunk) -> None:
    """Refuse a chunk whose version or tags cannot be told."""
    try:
        day_number(chunk.date)
    except DataError as error:
        raise DataError(f"Chunk {chunk.id!r}: {error}") from error
    if chunk.series and not chunk.date:
        raise DataError(f"Chunk {chunk.id!r} is a version of {chunk.series!r} and needs a date to order them by.")
    wrong = [pair for pair in chunk.tags if not all(isinstance(part, str) and part for part in pair)]
    if wrong:
        raise DataError(f"Chunk {chunk.id!r}: tags are names and values as text; got {wrong[0]!r}.")


def _chunk(doc: Document, start: int, end: int, series: str, tags: tuple[tuple[str, str], ...]) -> Chunk:
    """A piece of the document, named by its place, so that the same cut gives the same id."""
    text, name = doc.text[start:end], f"{doc.id}:{start}-{end}"
    return Chunk(id=name, doc_id=doc.id, start=start, end=end, text=text, date=doc.date, series=series, tags=tags)


def _inside_sentence(text: str, match: re.Match[str]) -> bool:
    """Whether the stop belongs to the word before it: "Dr.", "e.g.", an initial, "No. 5"."""
    if match["stop"] != ".":
        return False
    word = re.split(r"[\s(\[\"'\u2018\u201c]", text[max(0, match.start() - LONGEST) : match.start()])[-1]
    is_initial = len(word) == 1 and word.isupper()
    is_numbered = word.lower() in NUMBERED and text[match.end()].isdigit()
    return is_initial or is_numbered or word.lower() in ABBREVIATIONS


def _strip(text: str, start: int, end: int) -> Span:
    """The span without the blanks at its ends."""
    piece = text[start:end]
    return start + len(piece) - len(piece.lstrip()), start + len(piece.rstrip())


def _units(text: str, size: int) -> list[Span]:
    """The largest units that fit into `size`: sentences, else their words, else the words' characters."""
    units: list[Span] = []
    for start, end in split_sentences(text):
        if end - start <= size:
            units.append((start, end))
            continue
        for word in re.compile(r"\S+").finditer(text, start, end):
            fits = word.end() - word.start() <= size
            units.extend([word.span()] if fits else [(at, at + 1) for at in range(*word.span())])
    return units


def _pack(units: list[Span], size: int, overlap: int) -> list[Span]:
    """Fill each chunk with as many units as fit, then step back by the overlap."""
    chunks: list[Span] = []
    first = 0
    while first < len(units):
        last = first
        while last + 1 < len(units) and units[last + 1][1] - units[first][0] <= size:
            last += 1
        chunks.append((units[first][0], units[last][1]))
        first = _next_first(units, first, last, size, overlap)
    return chunks


def _next_first(units: list[Span], first: int, last: int, size: int, overlap: int) -> int:
    """The unit that starts the next chunk; units are repeated only where the next new one still fits."""
    if last + 1 == len(units):
        return len(units)
    for unit in range(first + 1, last + 1):
        start = units[unit][0]
        if units[last][1] - start <= overlap and units[last + 1][1] - start <= size:
            return unit
    return last + 1
