"""The prompt forms that more than one stage must agree on, and how an answer is read back.

>>> print(reading_prompt("Who has the key?", ["Ana has the key.", "Ben has the map."]))
Answer from the passages. Cite the passage number. If the answer is not there, say: The context does not say.
[1] Ana has the key.
[2] Ben has the map.
Question: Who has the key?
>>> split_citations("Ana [1]")
('Ana', (1,))
"""

import re
from collections.abc import Sequence

NOT_FOUND = "The context does not say."
READING_INSTRUCTION = (
    f"Answer from the passages. Cite the passage number. If the answer is not there, say: {NOT_FOUND}"
)
CITATION = re.compile(r"\s*\[(\d{1,3})\]")


def number_passages(passages: Sequence[str]) -> str:
    """Passages as numbered lines, "[1] ..." first."""
    return "\n".join(f"[{number}] {' '.join(text.split())}" for number, text in enumerate(passages, start=1))


def reading_prompt(question: str, passages: Sequence[str], *, instruction: str = READING_INSTRUCTION) -> str:
    """Ask a question about numbered passages; the form that the base model was trained to read."""
    return f"{instruction}\n{number_passages(passages)}\nQuestion: {question}"


def split_citations(answer: str) -> tuple[str, tuple[int, ...]]:
    """Separate an answer's text from its citation numbers, in order and without repeats."""
    numbers = tuple(dict.fromkeys(int(number) for number in CITATION.findall(answer)))
    return CITATION.sub("", answer).strip(), numbers
