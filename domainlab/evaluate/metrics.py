"""The text scores as `evaluate.Metric`, for code that expects one; made here, so no hub is asked.

>>> ExactMatch().compute(predictions=["Paris.", "Rome"], references=["paris", "Milan"])
{'exact_match': 0.5}
"""

from collections.abc import Sequence

import datasets

import evaluate
from domainlab.evaluate.text import References, exact_match_score, token_f1_score

CITATION = "Rajpurkar et al. 2016, SQuAD, arXiv:1606.05250"
INPUTS = "predictions: n strings; references: n strings, or n lists of accepted strings"


class _AnswerMetric(evaluate.Metric):
    """What both metrics share: strings in, one mean out, kept in memory."""

    def __init__(self) -> None:
        super().__init__(keep_in_memory=True)  # otherwise a file in the home folder, behind a lock

    def _info(self) -> evaluate.MetricInfo:
        text = datasets.Value("string")
        features = [
            datasets.Features({"predictions": text, "references": references})
            for references in (datasets.Sequence(text), text)
        ]
        return evaluate.MetricInfo(
            description=type(self).__doc__, citation=CITATION, inputs_description=INPUTS, features=features
        )


class ExactMatch(_AnswerMetric):
    """Share of predictions that equal one of their references after normalising, 0 to 1, higher is better."""

    def _compute(self, predictions: Sequence[str], references: Sequence[References]) -> dict[str, float]:
        return {"exact_match": float(exact_match_score(predictions, references).mean())}


class TokenF1(_AnswerMetric):
    """Mean token F1 of the predictions, 0 to 1, higher is better."""

    def _compute(self, predictions: Sequence[str], references: Sequence[References]) -> dict[str, float]:
        return {"token_f1": float(token_f1_score(predictions, references).mean())}
