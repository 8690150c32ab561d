"""The metrics are `evaluate.Metric`, and equal the functions."""

import pytest

import evaluate
from domainlab.evaluate.metrics import ExactMatch, TokenF1
from domainlab.evaluate.text import exact_match_score, token_f1_score

SAID = ["Paris.", "dry bad cough", "Rome"]
WANTED = ["paris", "dry cough", "Milan"]
SEVERAL = [["paris", "Paris, France"], ["dry cough"], ["Milan", "the Rome"]]


@pytest.mark.parametrize("references", [WANTED, SEVERAL], ids=["one each", "several each"])
def test_the_mean_equals_that_of_the_function(references):
    exact = ExactMatch().compute(predictions=SAID, references=references)
    f1 = TokenF1().compute(predictions=SAID, references=references)
    assert exact == {"exact_match": pytest.approx(exact_match_score(SAID, references).mean())}
    assert f1 == {"token_f1": pytest.approx(token_f1_score(SAID, references).mean())}


def test_batches_add_up():
    metric = ExactMatch()
    for said, wanted in zip(SAID, WANTED, strict=True):
        metric.add_batch(predictions=[said], references=[wanted])
    assert metric.compute() == ExactMatch().compute(predictions=SAID, references=WANTED)


def test_they_combine_like_any_metric():
    both = evaluate.combine([ExactMatch(), TokenF1()])
    assert both.compute(predictions=SAID, references=WANTED) == {
        "exact_match": pytest.approx(1 / 3),
        "token_f1": pytest.approx((1 + 0.8) / 3),
    }


def test_lengths_must_agree():
    with pytest.raises(ValueError, match="Mismatch"):
        ExactMatch().compute(predictions=SAID, references=WANTED[:2])
