"""Whether the right passages were cited, and whether a model admitted that it does not know."""

from collections.abc import Collection, Sequence

import numpy as np
import pandas as pd

from domainlab.errors import DataError
from domainlab.evaluate.text import References, exact_match_score
from domainlab.prompts import NOT_FOUND
from domainlab.records import Answer


def citation_scores(answers: Sequence[Answer], gold_chunk_ids: Sequence[Collection[str]]) -> pd.DataFrame:
    """Citation precision and recall of each answer, against the chunks that hold what was asked.

    Precision is the share of the cited passages that are right; one that does not exist is wrong. Without
    any citation it is 1 if nothing had to be cited, else 0. Recall is the share of the right passages that
    were cited, and 1 where nothing had to be. Duplicates count once.

    Args:
        answers: n answers with their hits.
        gold_chunk_ids: n collections of chunk ids; an empty one where the answer is nowhere.

    Returns:
        One row per answer: precision and recall, 0 to 1, higher is better.

    Raises:
        DataError: not one collection of ids per answer, or a bare string instead of one.
    """
    if len(answers) != len(gold_chunk_ids):
        raise DataError(f"Expected chunk ids for every answer; got {len(gold_chunk_ids)} for {len(answers)}.")
    rows = []
    for answer, gold in zip(answers, gold_chunk_ids, strict=True):
        if isinstance(gold, str):
            raise DataError(f"Expected a collection of chunk ids for each answer; got {gold!r}.")
        cited = {answer.hits[number - 1].chunk.id for number in answer.citations}
        right, said = len(cited & set(gold)), len(cited) + len(answer.invalid_citations)
        precision = right / said if said else float(not gold)
        rows.append({"precision": precision, "recall": right / len(set(gold)) if gold else 1.0})
    return pd.DataFrame(rows, columns=["precision", "recall"])


def abstained(text: str) -> bool:
    """Whether an answer says that the context does not say.

    >>> abstained("The context does not say."), abstained("Paris")
    (True, False)
    """
    return NOT_FOUND.rstrip(".").lower() in " ".join(text.lower().split())


def hallucination_error(predictions: Sequence[str], references: Sequence[References]) -> np.ndarray:
    """1 where a wrong answer was given and not "The context does not say."; `(n,)`, lower is better.

    A right answer and an abstention are both 0, so a model that always abstains makes no such error: report
    it together with `exact_match_score`.

    >>> hallucination_error(["Rome", "The context does not say.", "Paris"], ["Paris"] * 3).tolist()
    [1.0, 0.0, 0.0]
    """
    wrong = exact_match_score(predictions, references) == 0
    answered = np.array([not abstained(text) for text in predictions], dtype=bool)
    return (wrong & answered).astype(np.float64)
