"""What a new note may take from earlier notes: whole sentences, as data, and only harmless ones.

Free text is where stale numbers and planted instructions come from. A sentence may be quoted only if it has
no digit (numbers come from the newest records, never from an old note), names no drug (drugs come from the
two lists) and does not talk to its reader. Each chart gets a search of its own over its own sentences:
another patient's note is not in it, so no query can find one.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from domainlab.assist.tables import drug_words
from domainlab.data.chart import Chart, Entry

MOST = 2  # sentences per note
WORDS = (2, 16)  # fewest and most in a sentence
PLAIN = re.compile(r"[A-Z][A-Za-z ,'-]*")
TO_THE_READER = re.compile(
    r"\b(ignore|disregard|forget|override|instructions?|prompt|system|assistant|model|you|your|must|should|always|never"
    r"|write|print|output|reveal|include|insert|add|append|copy|show|list|send|call|execute|run|say|state|replace"
    r"|prescribe|administer|increase|decrease|give|dose|note|notes|record|records|patients|chart|charts)\b",
    re.IGNORECASE,
)

Search = Callable[[str, Sequence[str], int], list[int]]  # query, texts, k -> places of the k best, best first


@dataclass(frozen=True, kw_only=True)
class Remarks:
    """Sentences that may be quoted, and the notes of which something was left out for a reason."""

    chosen: tuple[Entry, ...]
    refused: tuple[str, ...]  # records with sentences that talk to their reader


def sentences(entry: Entry) -> list[str]:
    """The sentences of a note, without headings and list marks."""
    parts = re.split(r"(?<=[.!?])\s+|\n+", entry.value)
    return [" ".join(part.lstrip("-*#• ").split()) for part in parts]


def quotable(sentence: str) -> bool:
    """Whether a sentence is plain, short, without numbers and drugs, and talks to nobody."""
    count = len(sentence.split())
    lowered = set(re.findall(r"[a-z]+", sentence.lower()))
    plain = PLAIN.fullmatch(sentence.removesuffix(".")) is not None and sentence.endswith(".")
    return plain and WORDS[0] <= count <= WORDS[1] and not TO_THE_READER.search(sentence) and not lowered & drug_words()


def earlier_remarks(chart: Chart, search: Search) -> Remarks:
    """The sentences of the chart's own earlier notes that fit the complaint best, the newest notes first."""
    candidates: dict[str, Entry] = {}
    refused = []
    for note in reversed(chart.of("note")):
        for sentence in sentences(note):
            if quotable(sentence):
                candidates.setdefault(sentence, replace(note, kind="remark", value=sentence.removesuffix(".")))
            elif TO_THE_READER.search(sentence):
                refused.append(note.record)
    complaint = chart.of("complaint")[-1].name if chart.of("complaint") else "general health"
    texts = list(candidates)
    places = search(complaint, texts, MOST) if texts else []
    chosen = tuple(candidates[texts[place]] for place in sorted(places))
    return Remarks(chosen=chosen, refused=tuple(dict.fromkeys(refused)))
