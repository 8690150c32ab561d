"""Say nothing when nothing was found: a threshold on how close the best passage is to the question.

It stops answers to questions about other things. It does not stop answers to questions about a known thing that
the passages leave open: there the passage is close and the answer is not in it, and the reader has to say so.

>>> choose_threshold([0.9, 0.8, 0.7, 0.3], kept=0.75)
0.7
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from domainlab.errors import ConfigError, DataError
from domainlab.records import Hit


def best_score(hits: Sequence[Sequence[Hit]]) -> np.ndarray:
    """The highest score of each list of hits `(n,)`; -inf where nothing was found.

    Use a dense search: cosines of different questions can be compared, fused scores and BM25 cannot.
    """
    return np.array([max((hit.score for hit in found), default=-np.inf) for found in hits], dtype=np.float64)


def choose_threshold(answerable: ArrayLike, *, kept: float = 0.95) -> float:
    """The highest threshold that keeps a share of the questions that can be answered.

    Args:
        answerable: best scores `(n,)` of questions whose answer is in the index, not those that will be measured.
        kept: share of them that must stay at or above the threshold, above 0 up to 1.

    Raises:
        ConfigError: a share outside (0, 1].
        DataError: no scores, or one that is not finite.
    """
    if not 0 < kept <= 1:
        raise ConfigError(f"kept must be a share above 0 up to 1; got {kept}.")
    scores = np.sort(np.asarray(answerable, dtype=np.float64))
    if scores.ndim != 1 or scores.size == 0 or not np.isfinite(scores).all():
        raise DataError(f"Expected finite scores of questions that can be answered; got shape {scores.shape}.")
    return float(scores[int(np.floor((1 - kept) * scores.size + 1e-9))])


def abstain_below(hits: Sequence[Sequence[Hit]], scores: ArrayLike, *, threshold: float) -> list[list[Hit]]:
    """The hits of each question whose score reaches the threshold, none for the others.

    `answer.answer_from` then says "The context does not say." without asking the model.

    Raises:
        DataError: not one score per list of hits.
    """
    scores = np.asarray(scores, dtype=np.float64)
    if scores.shape != (len(hits),):
        raise DataError(f"Expected one score per list of hits; got shape {scores.shape} for {len(hits)}.")
    return [list(found) if score >= threshold else [] for found, score in zip(hits, scores, strict=True)]
