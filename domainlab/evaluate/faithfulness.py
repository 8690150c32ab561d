"""Whether what an answer says stands in the passages that it cites.

An answer may be right and unfaithful (known by heart, or guessed), or faithful and wrong (the passage is). Each
sentence is a claim; how a claim is compared with the passages is a callable, so that a judge or an entailment model
can take the place of the strict default, which wants every word and every number of the claim.
"""

from collections.abc import Callable, Sequence

import numpy as np

from domainlab.evaluate.citations import abstained
from domainlab.evaluate.text import normalise_answer
from domainlab.records import Answer

Supports = Callable[[str, str], bool]  # the cited passages as one text, a claim -> whether they say it


def faithfulness_score(answers: Sequence[Answer], *, supports: Supports | None = None) -> np.ndarray:
    """Share of each answer's claims that the cited passages support; `(n,)`, 0 to 1, higher is better.

    An abstention claims nothing and scores 1; an answer without a citation, or an empty one, scores 0. Report it
    beside how often was abstained.

    Args:
        answers: n answers with their hits.
        supports: passages and claim -> whether they support it; `has_every_word` if None.
    """
    judge = supports or has_every_word
    return np.array([_share(answer, judge) for answer in answers], dtype=np.float64)


def has_every_word(passages: str, claim: str) -> bool:
    """Whether every word and number of a claim stands in the passages, in any order.

    >>> has_every_word("The price of digoxin is 41 dollars.", "41 dollars"), has_every_word("It is 2.5 mg.", "25 mg")
    (True, False)
    """
    return set(normalise_answer(claim).split()) <= set(normalise_answer(passages).split())


def _share(answer: Answer, supports: Supports) -> float:
    if abstained(answer.text):
        return 1.0
    cited = " ".join(answer.hits[number - 1].chunk.text for number in answer.citations)
    claims = [claim for claim in _claims(answer.text) if claim]
    if not cited or not claims:
        return 0.0
    return sum(supports(cited, claim) for claim in claims) / len(claims)


def _claims(text: str) -> list[str]:
    """The sentences of an answer; a stop inside a number or without a blank behind it ends none."""
    marked = text.replace("! ", ". ").replace("? ", ". ")
    return [claim.strip() for claim in marked.split(". ")]
