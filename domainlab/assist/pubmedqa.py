"""PubMedQA by cross-validation: yes, no or maybe from a question and an abstract without its conclusion.

    python -m domainlab.assist.pubmedqa pqal.jsonl.xz

The reasoning-required setting of Jin et al. 2019 on the labelled questions given: no model sees a conclusion, and
every fitted thing (vocabulary, weights, temperature) is fitted without the fold that it is measured on. Macro-F1 is
over all three classes, also those that a model never says.
"""

import argparse
import sys
from collections.abc import Sequence

import numpy as np
import pandas as pd
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import confusion_matrix
from sklearn.model_selection import StratifiedKFold
from tqdm.auto import tqdm

from domainlab.data.medical_sets import DECISIONS, ResearchQuestion, pubmedqa_questions
from domainlab.errors import DataError, DomainlabError
from domainlab.evaluate.calibration import (
    calibration_error,
    class_probabilities,
    fit_temperature,
    null_calibration_error,
)
from domainlab.retrieve.embed import MINILM_PACKAGE, minilm_folder
from domainlab.train.teach_classifier import fit_classifier
from domainlab.train.text_classifier import ClassifierConfig, TextClassifier

FOLDS, DRAWS = 5, 2000
END_WORDS = 45  # of the abstract: results come last, and the encoder reads so much beside the question
CONFIG = ClassifierConfig(rank=16, alpha=32.0, epochs=3, batch_size=16, max_tokens=96)


def end_text(one: ResearchQuestion) -> str:
    """What the LoRA classifier reads: the question and the end of the abstract."""
    return f"{one.question} {' '.join(one.context.split()[-END_WORDS:])}"


def whole_text(one: ResearchQuestion) -> str:
    """What TF-IDF reads: the question and all of the abstract."""
    return f"{one.question} {one.context}"


def held_out_logits(
    questions: Sequence[ResearchQuestion], *, config: ClassifierConfig = CONFIG, folds: int = FOLDS, seed: int = 0
) -> dict[str, np.ndarray]:
    """Log-probabilities `(n, 3)` of each model for questions that it was not trained on.

    Returns:
        "majority", "TF-IDF", "TF-IDF, same text" and "MiniLM + LoRA"; columns in the order of DECISIONS.

    Raises:
        DataError: fewer questions of a class than folds.
    """
    labels = np.array([DECISIONS.index(one.decision) for one in questions])
    if min(np.bincount(labels, minlength=len(DECISIONS))) < folds:
        raise DataError(f"{folds} folds need {folds} questions of each of {DECISIONS}; got fewer.")
    texts = {"TF-IDF": list(map(whole_text, questions)), "TF-IDF, same text": list(map(end_text, questions))}
    found = {name: np.zeros((len(labels), len(DECISIONS))) for name in ("majority", *texts, "MiniLM + LoRA")}
    splits = StratifiedKFold(folds, shuffle=True, random_state=seed).split(labels, labels)
    for train, test in tqdm(list(splits), desc="folds", delay=2):
        shares = np.bincount(labels[train], minlength=len(DECISIONS)) / len(train)
        found["majority"][test] = np.log(shares)
        for name, source in texts.items():
            found[name][test] = _tfidf(source, labels, train, test)
        found["MiniLM + LoRA"][test] = _lora(texts["TF-IDF, same text"], labels, train, test, config)
    return found


def _tfidf(texts: Sequence[str], labels: np.ndarray, train: np.ndarray, test: np.ndarray) -> np.ndarray:
    words = TfidfVectorizer(ngram_range=(1, 2), min_df=2, sublinear_tf=True)
    rows = words.fit_transform([texts[at] for at in train])
    model = LogisticRegression(C=10, class_weight="balanced", max_iter=2000).fit(rows, labels[train])
    return model.predict_log_proba(words.transform([texts[at] for at in test]))


def _lora(
    texts: Sequence[str], labels: np.ndarray, train: np.ndarray, test: np.ndarray, config: ClassifierConfig
) -> np.ndarray:
    classifier = TextClassifier(str(minilm_folder() or MINILM_PACKAGE), DECISIONS, config)
    fit_classifier(classifier, [texts[at] for at in train], [DECISIONS[labels[at]] for at in train], progress=False)
    return np.log(np.clip(classifier([texts[at] for at in test]), 1e-9, 1))


def macro_f1(labels: np.ndarray, predicted: np.ndarray) -> float:
    """Mean F1 of the three classes; a class that is neither right nor said counts 0."""
    table = confusion_matrix(labels, predicted, labels=range(len(DECISIONS)))
    return float(np.mean(2 * np.diag(table) / np.maximum(table.sum(0) + table.sum(1), 1)))


def f1_differences(labels: np.ndarray, first: np.ndarray, second: np.ndarray, *, seed: int = 0) -> tuple[float, float]:
    """95 % interval of the macro-F1 of `first` minus that of `second`, questions resampled in pairs."""
    rng, differences = np.random.default_rng(seed), []
    for _ in range(DRAWS):
        drawn = rng.integers(0, len(labels), len(labels))
        differences.append(macro_f1(labels[drawn], first[drawn]) - macro_f1(labels[drawn], second[drawn]))
    low, high = np.quantile(differences, (0.025, 0.975))
    return float(low), float(high)


def cross_temperatures(logits: np.ndarray, labels: np.ndarray, *, folds: int = FOLDS, seed: int = 0) -> np.ndarray:
    """Logits divided by a temperature that was fitted on the held-out logits of the other folds."""
    cooled = np.empty_like(logits)
    for rest, test in StratifiedKFold(folds, shuffle=True, random_state=seed).split(labels, labels):
        cooled[test] = logits[test] / fit_temperature(logits[rest], labels[rest])
    return cooled


def report(questions: Sequence[ResearchQuestion], logits: dict[str, np.ndarray]) -> pd.DataFrame:
    """One row per model: accuracy, macro-F1 with what "MiniLM + LoRA" gains over it, calibration error and null."""
    labels = np.array([DECISIONS.index(one.decision) for one in questions])
    ours, rows = logits["MiniLM + LoRA"].argmax(1), []
    for name, table in logits.items():
        said = table.argmax(1)
        low, high = f1_differences(labels, ours, said)
        row = {"model": name, "accuracy": (said == labels).mean(), "macro_f1": macro_f1(labels, said),
               "gain_low": low, "gain_high": high}  # fmt: skip
        for when, values in (("before", table), ("after", cross_temperatures(table, labels))):
            sure = class_probabilities(values).max(1)
            row[f"ece_{when}"] = calibration_error(sure, said == labels)
            row[f"null_{when}"] = null_calibration_error(sure)[1]
        rows.append(row)
    return pd.DataFrame(rows).set_index("model")


def main(arguments: list[str] | None = None) -> int:
    """The command; returns the exit code: 0, or 2 where the data cannot be used."""
    parser = argparse.ArgumentParser(prog="python -m domainlab.assist.pubmedqa", description="PubMedQA, honestly.")
    parser.add_argument("source", help="file or hub name, for example qiaojin/PubMedQA")
    options = parser.parse_args(arguments)
    try:
        questions = pubmedqa_questions(options.source)
        table = report(questions, held_out_logits(questions))
    except DomainlabError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    sys.stdout.write(f"{len(questions)} questions, {FOLDS} folds\n{table.round(3).to_string()}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
