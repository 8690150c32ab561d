"""Make the triage head again: `python -m domainlab.review.triage_train [folder]`.

It learns from the training wordings of the alerts; the threshold below which it abstains comes from predictions
for wordings that a fold had not seen.
"""

import argparse
import logging
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from domainlab.data.security_alerts import Alert, security_alerts
from domainlab.retrieve.embed import SentenceEmbedder
from domainlab.retrieve.vectors import Embedder
from domainlab.review.triage import FOLDER, mask_names
from domainlab.train.linear_head import LinearHead, fit_head

WANTED = 0.6  # share of the answers that must be right at the threshold
log = logging.getLogger(__name__)


def train_triage(alerts: Sequence[Alert], embed: Embedder) -> LinearHead:
    """A head from sentence vectors of masked alerts to techniques, with its threshold among its facts."""
    labels = [one.technique for one in alerts]
    head, unseen = fit_head(embed([mask_names(one.text) for one in alerts]), labels, [one.group for one in alerts])
    right = np.array([head.labels[at] for at in unseen.argmax(axis=1)]) == np.array(labels)
    return replace(head, facts={"wanted": WANTED, "threshold": lowest_threshold(unseen.max(axis=1), right, WANTED)})


def lowest_threshold(confidence: np.ndarray, right: np.ndarray, wanted: float) -> float:
    """The lowest confidence from which on a share `wanted` of the answers is right; 1 where there is none.

    >>> lowest_threshold(np.array([0.9, 0.8, 0.7, 0.2]), np.array([True, True, False, False]), 0.6)
    0.7
    """
    order = np.argsort(-confidence, kind="stable")
    shares = np.cumsum(right[order]) / np.arange(1, len(order) + 1)
    enough = np.flatnonzero(shares >= wanted)
    return float(confidence[order][enough[-1]]) if len(enough) else 1.0


def main() -> None:
    """Train and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path, default=FOLDER)
    folder = parser.parse_args().folder
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    head = train_triage(security_alerts(split="train"), SentenceEmbedder())
    head.save(folder)
    log.info("abstains below %.2f; written to %s", head.facts["threshold"], folder)


if __name__ == "__main__":
    main()
