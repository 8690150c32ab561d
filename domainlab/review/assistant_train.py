"""Make the intent model again: `python -m domainlab.review.assistant_train [folder]`.

It learns from the training wordings and topics only. A part of the wordings is kept back to calibrate the
probabilities; the held-out and the free requests are for measuring and are never read here.
"""

import argparse
import hashlib
import json
import logging
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from domainlab.data.security_requests import LABELS, Request, security_requests
from domainlab.data.split import split_by_group
from domainlab.retrieve.embed import MINILM, MINILM_REVISION, minilm_folder
from domainlab.review.assistant_intent import FOLDER
from domainlab.train.teach_classifier import calibrate, fit_classifier
from domainlab.train.text_classifier import ClassifierConfig, TextClassifier

KEPT_BACK = 0.1  # share of the wordings that calibrate and do not teach
THRESHOLD = 0.5  # refusing a defender and helping an attacker cost the same
CONFIG = ClassifierConfig(epochs=4)
log = logging.getLogger(__name__)


def teach_intents(requests: Sequence[Request], config: ClassifierConfig = CONFIG) -> TextClassifier:
    """Teach MiniLM to tell harmful from legitimate requests, and calibrate it on wordings that it did not see."""
    local = minilm_folder()
    classifier = TextClassifier(str(local or MINILM), LABELS, config, revision=None if local else MINILM_REVISION)
    taught, kept = split_by_group(requests, test=KEPT_BACK)
    losses = fit_classifier(classifier, [one.text for one in taught], [one.label for one in taught])
    log.info("loss per epoch: %s", ", ".join(f"{loss:.3f}" for loss in losses))
    calibrate(classifier, [one.text for one in kept], [one.label for one in kept])
    return classifier


def digest_of(requests: Sequence[Request]) -> str:
    """sha256 of what was taught, for the card."""
    lines = (json.dumps(asdict(one), sort_keys=True) for one in requests)
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def main() -> None:
    """Teach and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path, default=FOLDER)
    folder = parser.parse_args().folder
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    requests = security_requests(split="train")
    classifier = teach_intents(requests)
    classifier.save(
        folder, threshold=THRESHOLD, encoder=f"{MINILM}@{MINILM_REVISION}", data_sha256=digest_of(requests),
        made_by="python -m domainlab.review.assistant_train",
    )  # fmt: skip
    log.info("written to %s, temperature %.2f", folder, classifier.temperature)


if __name__ == "__main__":
    main()
