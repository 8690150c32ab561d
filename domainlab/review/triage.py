"""Incident triage: a short alert or log text -> tactic, technique, next defensive step, or an honest "unclear".

Exact indicators ("lsass.exe was opened") are looked up; what has none is judged by a linear head on sentence
vectors, which abstains below a set confidence. Names of hosts, accounts and addresses say nothing about the technique
and are masked first. An alert is data: an instruction inside it changes nothing.

>>> mask_names("14 failed logins from 203.0.113.17 on web01")
'N failed logins from ADDRESS on HOST'
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from domainlab.data.general import read_table
from domainlab.data.security_alerts import NOTHING, responses
from domainlab.errors import DataError
from domainlab.retrieve.vectors import Embedder
from domainlab.settings import ROOT
from domainlab.train.linear_head import LinearHead, load_head

FOLDER = ROOT / "data" / "security_assistant" / "triage"
UNCLEAR = "Collect more: which host, account and process, what happened before and after. Then ask again."
MASKS = (
    (re.compile(r"\b\d{1,3}(?:\.\d{1,3}){3}\b"), "ADDRESS"),
    (re.compile(r"\b[\w-]+\.(?:example|corp|local|internal|lan)(?:\.\w+)*\b"), "HOST"),
    (re.compile(r"\b(?=[\w-]*\d)(?=[\w-]*[A-Za-z])[A-Za-z]+[\w-]*-?\d+\b(?!\.\w)"), "HOST"),
    (re.compile(r"\b\d+\b"), "N"),
)


@dataclass(frozen=True, kw_only=True)
class Triage:
    """What an alert means; `technique` is "" when unclear and NOTHING for an everyday event.

    `reason` says what decided: an indicator (its text in the alert), the head, or the abstention; `probability`
    is the head's for this technique, 0 to 1, and 1 for an indicator.
    """

    technique: str
    tactic: str
    step: str
    reason: str
    probability: float


class Triager:
    """Alerts in, triage out."""

    def __init__(self, embed: Embedder, head: LinearHead, *, threshold: float) -> None:
        """Wrap a sentence encoder and a head whose labels are techniques; below `threshold` it abstains."""
        self.embed, self.head, self.threshold = embed, head, threshold

    def __call__(self, alerts: Sequence[str]) -> list[Triage]:
        """One triage per alert.

        Raises:
            DataError: a single string instead of a list, or an empty alert.
        """
        if isinstance(alerts, str) or not all(alert.strip() for alert in alerts):
            raise DataError("expected a list of alerts with text; got one string, or an empty alert.")
        scores = self.head(self.embed([mask_names(alert) for alert in alerts])) if alerts else np.zeros((0, 1))
        return [self._triage(alert, row) for alert, row in zip(alerts, scores, strict=True)]

    def _triage(self, alert: str, scores: np.ndarray) -> Triage:
        found = indicators(alert)
        if found:
            best = max(
                found, key=lambda name: scores[self.head.labels.index(name)] if name in self.head.labels else 0.0
            )
            return _response(best, f"indicator: {found[best]}", 1.0)
        best = int(np.argmax(scores))
        if scores[best] < self.threshold:
            return Triage(
                technique="", tactic="", step=UNCLEAR, reason="no indicator, and the head is not sure",
                probability=float(scores[best]),
            )  # fmt: skip
        return _response(self.head.labels[best], "sentence vector", float(scores[best]))


def load_triager(embed: Embedder, folder: str | Path = FOLDER) -> Triager:
    """The triage that comes with the course, on the sentence encoder that it was made with (MiniLM).

    Raises:
        AdapterError: the folder does not hold it.
    """
    head = load_head(folder)
    return Triager(embed, head, threshold=float(head.facts["threshold"]))


def mask_names(alert: str) -> str:
    """The alert without the names and numbers of one site."""
    for pattern, word in MASKS:
        alert = pattern.sub(word, alert)
    return alert


def indicators(alert: str) -> dict[str, str]:
    """Techniques with an exact indicator in the alert, and the text that matched."""
    found = ((name, pattern.search(alert)) for name, pattern in _indicators().items())
    return {name: match[0] for name, match in found if match}


@cache
def _indicators() -> dict[str, re.Pattern[str]]:
    rows = read_table("security_alert_indicators")
    return {row["technique"]: re.compile(row["pattern"], re.IGNORECASE) for row in rows}


def _response(technique: str, reason: str, probability: float) -> Triage:
    known = responses()[technique]
    tactic = "" if technique == NOTHING else known.tactic
    return Triage(technique=technique, tactic=tactic, step=known.step, reason=reason, probability=probability)
