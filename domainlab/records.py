"""The records that stages exchange: frozen, so nobody changes another stage's data.

Document -> Chunk -> Hit -> Answer is the retrieval path; Question is what gets asked and how the
answer is judged; Example is one training pair.
"""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Document:
    """One text with its origin; `date` is the ISO day from which it holds ("" = always)."""

    id: str
    text: str
    source: str
    licence: str
    date: str = ""


@dataclass(frozen=True, kw_only=True)
class Chunk:
    """A piece of a document: `document.text[start:end] == chunk.text`.

    Chunks of one `series` are versions of the same thing: the one with the latest `date` holds ("" = stands
    alone). `tags` are what a search can be limited to; given as a mapping or pairs, they become sorted pairs.
    """

    id: str
    doc_id: str
    start: int
    end: int
    text: str
    date: str = ""
    series: str = ""
    tags: tuple[tuple[str, str], ...] = ()

    def __post_init__(self) -> None:
        """Bring the tags into one form, so that equal chunks are equal."""
        object.__setattr__(self, "tags", tuple(sorted(dict(self.tags).items())))


@dataclass(frozen=True, kw_only=True)
class Hit:
    """A retrieved chunk; `score` is better when higher, `rank` starts at 1."""

    chunk: Chunk
    score: float
    rank: int


@dataclass(frozen=True, kw_only=True)
class Question:
    """Something to ask, with its reference answer.

    `kind` names the skill or sort of fact, `group` the entity it is about (splits never cut a group),
    `wording` tells which phrasing this is, `passage` is the sentence that holds the answer ("" = none).
    """

    id: str
    text: str
    answer: str
    kind: str
    group: str
    wording: int = 0
    passage: str = ""
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Example:
    """One training pair; `domain` is for example "medical" or "general", `group` keeps splits honest."""

    id: str
    prompt: str
    response: str
    domain: str
    group: str


@dataclass(frozen=True, kw_only=True)
class Answer:
    """A model's answer; `citations` are ranks of `hits` that really exist, `invalid_citations` those that do not."""

    text: str
    raw: str
    citations: tuple[int, ...]
    invalid_citations: tuple[int, ...]
    hits: tuple[Hit, ...]
