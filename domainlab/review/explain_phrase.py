"""Let a language model say a finding in one short sentence, and take the sentence only if the facts hold it.

The model reads the statements as numbered passages, in the form that it was taught to read, and answers one
question. Code, comments and texts of the program are not in its prompt. An answer with a word or number that no
statement has, or with the citation of a passage that is not there, is dropped and counted.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from domainlab.chat import Chat
from domainlab.errors import DataError
from domainlab.prompts import NOT_FOUND, reading_prompt, split_citations
from domainlab.review.explain import Explanation, Statement

QUESTION = "What can the attacker do?"
PASSAGES = ("attack", "precondition", "impact")
WORD = re.compile(r"[\w.'-]*\w")
SMALL = frozenset(
    "a an and are as at be by can for from if in into is it of on or that the their they this to with".split()
)


@dataclass(frozen=True, kw_only=True)
class Phrased:
    """Explanations with the sentences that held, and how many were asked for and kept."""

    explanations: tuple[Explanation, ...]
    asked: int
    kept: int


def phrase(explanations: Sequence[Explanation], chat: Chat, *, max_new_tokens: int = 40) -> Phrased:
    """Add the model's sentence to each explanation whose facts support it.

    Raises:
        DataError: the chat gives another number of answers than it was asked.
    """
    facts = [[text for kind in PASSAGES for text in one.of(kind)] for one in explanations]
    replies = chat([reading_prompt(QUESTION, one) for one in facts], max_new_tokens=max_new_tokens) if facts else []
    if len(replies) != len(explanations):
        raise DataError(f"expected {len(explanations)} answers of the chat; got {len(replies)}.")
    kept = [reply if is_supported(reply, known) else "" for reply, known in zip(replies, facts, strict=True)]
    done = [_with_summary(one, text) for one, text in zip(explanations, kept, strict=True)]
    return Phrased(explanations=tuple(done), asked=len(replies), kept=sum(map(bool, kept)))


def is_supported(reply: str, facts: Sequence[str]) -> bool:
    """Whether every word and number of a reply stands in the facts, and every citation is one of them.

    >>> is_supported("Data is deleted [1]", ["Impact: data is deleted."])
    True
    >>> is_supported("Data is encrypted [1]", ["Impact: data is deleted."])
    False
    """
    text, numbers = split_citations(reply)
    known = {word.lower() for fact in facts for word in WORD.findall(fact)} | SMALL
    words = [word.lower() for word in WORD.findall(text)]
    cited = all(1 <= number <= len(facts) for number in numbers)
    return bool(words) and text != NOT_FOUND and cited and set(words) <= known


def _with_summary(explanation: Explanation, reply: str) -> Explanation:
    if not reply:
        return explanation
    summary = Statement(kind="summary", text=split_citations(reply)[0], origin="model, checked against the facts")
    return replace(explanation, statements=(*explanation.statements, summary))
