"""Whether a request wants help for defence or a weapon: a taught sentence encoder, with plain rules beside it.

The encoder (MiniLM with LoRA) gives a calibrated probability; the rules catch what needs no judgement, and every
decision says which of the two made it. `python -m domainlab.review.assistant_train` makes the model again.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from domainlab.data.security_requests import LABELS
from domainlab.retrieve.embed import MINILM, MINILM_REVISION, minilm_folder
from domainlab.review.assistant_policy import asks_for_help, rule_for, sounds_like_security
from domainlab.settings import ROOT
from domainlab.train.text_classifier import TextClassifier, load_classifier, read_classifier_card

FOLDER = ROOT / "data" / "security_assistant" / "intent"


@dataclass(frozen=True, kw_only=True)
class Intent:
    """A decision about one request: `probability` that it is harmful (0 to 1), and the `reason` in words."""

    harmful: bool
    probability: float
    reason: str
    security: bool  # whether it is about security at all


class IntentModel:
    """Requests without code in, decisions out."""

    def __init__(self, classifier: TextClassifier, *, threshold: float) -> None:
        """Wrap a classifier with the labels "harmful" and "legitimate".

        Args:
            classifier: gives probabilities for texts.
            threshold: probability of "harmful" from which a request is refused, 0 to 1.
        """
        self.classifier, self.threshold = classifier, threshold

    def __call__(self, requests: Sequence[str]) -> list[Intent]:
        """One decision per request."""
        column = self.classifier.labels.index(LABELS[0])
        scores = self.classifier(list(requests))[:, column] if requests else []
        return [self._decide(text, float(score)) for text, score in zip(requests, scores, strict=True)]

    def _decide(self, text: str, probability: float) -> Intent:
        rule = rule_for(text)
        if rule is not None:
            return Intent(harmful=True, probability=probability, reason=rule, security=True)
        harmful = probability >= self.threshold and not asks_for_help(text)
        reason = "it asks for a means of attack" if harmful else "it asks for understanding or defence"
        return Intent(
            harmful=harmful, probability=probability, reason=reason, security=harmful or sounds_like_security(text)
        )


def load_intent_model(folder: str | Path = FOLDER) -> IntentModel:
    """The intent model that comes with the course.

    Raises:
        AdapterError: the folder does not hold it.
        ConfigError: there is no sentence encoder.
    """
    classifier = load_minilm_classifier(folder)
    return IntentModel(classifier, threshold=float(read_classifier_card(folder)["threshold"]))


def load_minilm_classifier(folder: str | Path) -> TextClassifier:
    """A saved classifier on all-MiniLM-L6-v2, from its package where installed, else from the hub."""
    local = minilm_folder()
    return load_classifier(folder, str(local or MINILM), revision=None if local else MINILM_REVISION)
