"""Scores of an answer against its references: exact match and token F1, after SQuAD.

Case, punctuation, articles and extra spaces do not count (Rajpurkar et al. 2016, section 6.1), with two
exceptions, because SQuAD's own rules make 2.5 mg equal to 25 mg and vitamin A equal to vitamin: the signs
inside a number stay, and an article is only an article before a word. Each score is an array `(n,)` from 0
to 1, higher is better; `compare.py` makes a mean with its interval out of it.
"""

import re
import string
from collections import Counter
from collections.abc import Callable, Sequence

import numpy as np

from domainlab.errors import DataError

References = str | Sequence[str]  # the right answer, or all that are accepted

ARTICLE = re.compile(r"\b(?:a|an|the)\b(?=\s+\w)")
THOUSANDS = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")  # 1,000 is 1000
SIGN = re.escape(string.punctuation)
NOT_IN_NUMBER = re.compile(rf"(?!(?<!\w)(?:-\.?|\.)\d)(?:(?<!\d)[{SIGN}]|[{SIGN}](?!\d))")


def normalise_answer(text: str) -> str:
    """Lower case, without articles, punctuation and extra spaces; numbers stay as they are.

    >>> normalise_answer("The dry  cough.")
    'dry cough'
    >>> normalise_answer("-2.5 mg (1,000 units), 12/08/2026")
    '-2.5 mg 1000 units 12/08/2026'
    """
    bare = NOT_IN_NUMBER.sub("", THOUSANDS.sub("", text.lower()))
    return " ".join(ARTICLE.sub(" ", bare).split())


def exact_match_score(predictions: Sequence[str], references: Sequence[References]) -> np.ndarray:
    """1 where the prediction equals one of its references after normalising, else 0; `(n,)`.

    Raises:
        DataError: not one reference, or non-empty list of references, per prediction.

    >>> exact_match_score(["Paris.", "Rome"], ["paris", ["Milan", "Turin"]]).tolist()
    [1.0, 0.0]
    """
    return _best_scores(predictions, references, lambda said, wanted: float(said == wanted))


def token_f1_score(predictions: Sequence[str], references: Sequence[References]) -> np.ndarray:
    """Harmonic mean of precision and recall over words, the best over the references; `(n,)`.

    Raises:
        DataError: not one reference, or non-empty list of references, per prediction.

    >>> token_f1_score(["dry bad cough"], ["dry cough"]).tolist()
    [0.8]
    """
    return _best_scores(predictions, references, _word_f1)


def _word_f1(said: str, wanted: str) -> float:
    """F1 over the words of two normalised texts; two empty texts are equal."""
    said_words, wanted_words = said.split(), wanted.split()
    if not said_words or not wanted_words:
        return float(said_words == wanted_words)
    common = sum((Counter(said_words) & Counter(wanted_words)).values())
    return 2 * common / (len(said_words) + len(wanted_words))


def _best_scores(
    predictions: Sequence[str], references: Sequence[References], compare: Callable[[str, str], float]
) -> np.ndarray:
    """For each prediction the best comparison with one of its references."""
    if isinstance(predictions, str) or isinstance(references, str) or len(predictions) != len(references):
        raise DataError(f"Expected a reference per prediction; got {len(references)} for {len(predictions)}.")
    best = []
    for at, (said, wanted) in enumerate(zip(predictions, references, strict=True)):
        options = [wanted] if isinstance(wanted, str) else list(wanted)
        if not options:
            raise DataError(f"Prediction {at} has an empty list of references; give at least one.")
        best.append(max(compare(normalise_answer(said), normalise_answer(option)) for option in options))
    return np.array(best, dtype=np.float64)
