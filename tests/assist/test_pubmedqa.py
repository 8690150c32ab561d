"""The PubMedQA measurement: macro-F1 against sklearn, temperatures without a peek, no conclusion in any text."""

import numpy as np
import pytest
from sklearn.metrics import f1_score

from domainlab.assist.pubmedqa import (
    cross_temperatures,
    end_text,
    f1_differences,
    held_out_logits,
    macro_f1,
    main,
    report,
    whole_text,
)
from domainlab.data.medical_sets import DECISIONS, ResearchQuestion
from domainlab.errors import DataError
from domainlab.evaluate.calibration import class_probabilities
from domainlab.train.text_classifier import ClassifierConfig

WORDS = {"yes": "It clearly helped.", "no": "There was no difference.", "maybe": "The data are mixed."}
QUESTIONS = [
    ResearchQuestion(
        id=f"{decision}{n}", question=f"Does drug {n} help?", context=f"We asked {n} people. {text}",
        conclusion="SECRET", decision=decision,
    )
    for decision, text in WORDS.items() for n in range(8)
]  # fmt: skip
LABELS = np.array([DECISIONS.index(one.decision) for one in QUESTIONS])


def test_macro_f1_agrees_with_sklearn_and_counts_silent_classes():
    rng = np.random.default_rng(0)
    for _ in range(20):
        right, said = rng.integers(0, 3, 40), rng.integers(0, 3, 40)
        expected = f1_score(right, said, average="macro", labels=[0, 1, 2], zero_division=0)
        assert macro_f1(right, said) == pytest.approx(expected)
    assert macro_f1(np.array([0, 0, 1]), np.array([0, 0, 0])) == pytest.approx(0.8 / 3)


def test_a_difference_of_nothing_is_nothing_and_a_real_one_is_clear():
    assert f1_differences(LABELS, LABELS, LABELS) == (0, 0)
    assert f1_differences(LABELS, LABELS, np.zeros_like(LABELS))[0] > 0.5


def test_temperature_changes_no_decision():
    rng = np.random.default_rng(0)
    logits = rng.normal(size=(24, 3)) * 5
    cooled = cross_temperatures(logits, LABELS, folds=4)
    assert (cooled.argmax(1) == logits.argmax(1)).all()
    assert class_probabilities(cooled).max(1).mean() < class_probabilities(logits).max(1).mean()


def test_no_model_sees_a_conclusion():
    assert not any("SECRET" in text(one) for one in QUESTIONS for text in (end_text, whole_text))


def test_all_models_are_measured_on_what_they_did_not_see():
    logits = held_out_logits(QUESTIONS, config=ClassifierConfig(epochs=4, batch_size=2, max_tokens=24), folds=2)
    table = report(QUESTIONS, logits)
    assert list(table.index) == ["majority", "TF-IDF", "TF-IDF, same text", "MiniLM + LoRA"]
    assert table.loc["majority", "accuracy"] == pytest.approx(1 / 3)
    assert table.loc["TF-IDF", "macro_f1"] > 0.9  # words give it away
    assert np.isfinite(table.to_numpy(dtype=float)).all()


def test_refuses_too_few_questions_and_missing_files(tmp_path, capsys):
    with pytest.raises(DataError, match="folds need"):
        held_out_logits(QUESTIONS[:9], folds=5)
    assert main([str(tmp_path / "none.jsonl")]) == 2
    assert "no such file" in capsys.readouterr().err
