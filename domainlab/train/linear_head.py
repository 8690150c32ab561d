"""A calibrated linear classifier on fixed features, kept as safetensors and JSON: no pickle.

scikit-learn fits it (multinomial logistic regression); what is kept is a matrix, so that loading it runs no code.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load_file, save_file
from scipy.sparse import spmatrix
from scipy.special import softmax
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedGroupKFold

from domainlab.errors import AdapterError, DataError

WEIGHTS, CARD = "head.safetensors", "head.json"
TEMPERATURES = np.exp(np.linspace(-2, 2, 41))
FOLDS = 5


@dataclass(frozen=True, kw_only=True, eq=False)
class LinearHead:
    """Features `(n, dim)` -> probabilities `(n, classes)`, rows sum to 1; `facts` is what its card tells besides."""

    labels: tuple[str, ...]
    weights: np.ndarray  # float32 (dim, classes)
    bias: np.ndarray  # float32 (classes,)
    temperature: float = 1.0
    facts: Mapping[str, object] = field(default_factory=dict)

    def __call__(self, features: np.ndarray | spmatrix) -> np.ndarray:
        """Calibrated probabilities, columns in the order of `labels`.

        Raises:
            DataError: another number of features than the head was fitted on.
        """
        if features.shape[1] != len(self.weights):
            raise DataError(f"expected {len(self.weights)} features per row; got {features.shape[1]}.")
        return softmax((features @ self.weights + self.bias) / self.temperature, axis=1)

    def save(self, folder: str | Path) -> None:
        """Write weights (float16) and card into a folder."""
        folder = Path(folder)
        folder.mkdir(parents=True, exist_ok=True)
        numbers = {"weights": self.weights.astype(np.float16), "bias": self.bias.astype(np.float16)}
        save_file(numbers, folder / WEIGHTS)
        card = {"labels": self.labels, "temperature": self.temperature, **self.facts}
        (folder / CARD).write_text(json.dumps(card, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def load_head(folder: str | Path) -> LinearHead:
    """A head that `LinearHead.save` wrote.

    Raises:
        AdapterError: the folder holds no whole head.
    """
    folder = Path(folder)
    try:
        facts = json.loads((folder / CARD).read_text(encoding="utf-8"))
        numbers = {name: one.astype(np.float32) for name, one in load_file(folder / WEIGHTS).items()}
        head = LinearHead(
            labels=tuple(facts.pop("labels")), temperature=facts.pop("temperature"), facts=facts, **numbers
        )
    except (OSError, ValueError, SafetensorError, KeyError, TypeError) as error:
        raise AdapterError(f"{folder} holds no whole head ({error}); make it again with its command.") from error
    if head.weights.shape[1:] != (len(head.labels),) or head.bias.shape != (len(head.labels),):
        raise AdapterError(f"{folder}: {len(head.labels)} labels, but weights {head.weights.shape}; make it again.")
    return head


def fit_head(
    features: np.ndarray | spmatrix, labels: Sequence[str], groups: Sequence[str], *, strength: float = 10.0,
    facts: Mapping[str, object] | None = None,
) -> tuple[LinearHead, np.ndarray]:  # fmt: skip
    """Fit a head, calibrated by its own predictions for groups that it had not seen.

    Args:
        features: `(n, dim)`.
        labels: n classes, at least two different ones.
        groups: n groups that are never cut by a fold.
        strength: inverse of the L2 penalty.
        facts: for the card.

    Returns:
        The head fitted on everything, and the out-of-fold probabilities `(n, classes)` to choose thresholds by.

    Raises:
        DataError: lengths differ, fewer than two classes, or fewer groups than folds.
    """
    names = tuple(sorted(set(labels)))
    if not features.shape[0] == len(labels) == len(groups) or len(names) < 2 or len(set(groups)) < FOLDS:
        raise DataError(
            f"expected a label and a group per row, two classes and {FOLDS} groups; got {features.shape[0]} rows, "
            f"{len(labels)} labels of {len(names)} classes, {len(set(groups))} groups."
        )
    targets = np.array([names.index(label) for label in labels])
    scores = np.full((len(labels), len(names)), -20.0)  # of a class that a fold has not seen
    for seen, unseen in StratifiedGroupKFold(FOLDS).split(features, targets, groups):
        if len(set(targets[seen])) < 2:
            raise DataError("without the groups of one fold only one class is left; give more groups per class.")
        model = _logistic(strength).fit(features[seen], targets[seen])
        scores[np.ix_(unseen, model.classes_)] = _scores(model, features[unseen])
    losses = [
        -np.log(softmax(scores / t, axis=1)[np.arange(len(labels)), targets] + 1e-12).mean() for t in TEMPERATURES
    ]
    temperature = float(TEMPERATURES[int(np.argmin(losses))])
    model = _logistic(strength).fit(features, targets)
    weights, bias = model.coef_.T, model.intercept_
    if len(names) == 2:  # scikit-learn keeps one column for two classes
        weights, bias = np.hstack([0 * weights, weights]), np.array([0.0, bias[0]])
    head = LinearHead(
        labels=names, weights=weights.astype(np.float32), bias=bias.astype(np.float32), temperature=temperature,
        facts=dict(facts or {}),
    )  # fmt: skip
    return head, softmax(scores / temperature, axis=1)


def _logistic(strength: float) -> LogisticRegression:
    return LogisticRegression(C=strength, max_iter=2000, class_weight="balanced")


def _scores(model: LogisticRegression, features: np.ndarray | spmatrix) -> np.ndarray:
    """Logits `(n, classes seen)`."""
    found = model.decision_function(features)
    return found if found.ndim == 2 else np.stack([0 * found, found], axis=1)
