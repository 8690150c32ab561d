"""The learned detector: which functions look weak, and which of the rules' findings to look at first.

Two linear heads read the events of a function (`detector_code`): how likely it is weak, and if so by which weakness.
It flags functions on its own above an operating point that was set on training templates it had not seen. A third
head weighs a finding: what the rule says about it, and what the detector says about its function.
`python -m domainlab.review.detector_train` makes all three again from the training side of the corpus.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.sparse import csr_matrix

from domainlab.errors import DataError
from domainlab.review.detector_code import Unit, read_units, unit_at
from domainlab.review.findings import CONFIDENCES, Finding
from domainlab.settings import ROOT
from domainlab.train.linear_head import LinearHead, load_head

FOLDER = ROOT / "data" / "security_assistant" / "detector"
WEAK, SAFE = "weak", "safe"
TRUE, FALSE = "true", "false"
LOG_ODDS = 5.0  # brings log-odds into the range of the other numbers
KINDS = ("request", "network", "message", "input", "argv", "env", "file", "parameter", "unknown")


@dataclass(frozen=True, kw_only=True)
class Suspicion:
    """A function that the detector looked at: the `probability` that it is weak (0 to 1), and its likeliest CWE."""

    name: str
    line: int
    end_line: int
    cwe: int
    probability: float


class Detector:
    """Source code in, suspicions or ranked findings out."""

    def __init__(self, weak: LinearHead, kind: LinearHead, truth: LinearHead) -> None:
        """Wrap the three heads; the first one's facts hold the vocabulary and the operating points."""
        self.weak, self.kind, self.truth = weak, kind, truth
        self.vocabulary = {token: place for place, token in enumerate(weak.facts["vocabulary"])}
        self.flag_at = float(weak.facts["flag_at"])
        self.keep_at, self.strict_at = float(truth.facts["keep_at"]), float(truth.facts["strict_at"])

    def suspicions(self, source: str, path: str = "code.py") -> list[Suspicion]:
        """Every function of a file with its probability, in order of line.

        Raises:
            DataError: the source does not parse.
        """
        units = read_units(source, path)
        if not units:
            return []
        features = token_rows(units, self.vocabulary)
        weak = self.weak(features)[:, self.weak.labels.index(WEAK)]
        kinds = self.kind(features).argmax(axis=1)
        return [
            Suspicion(
                name=unit.name, line=unit.line, end_line=unit.end_line,
                cwe=int(self.kind.labels[kind].removeprefix("CWE-")), probability=float(score),
            )
            for unit, score, kind in zip(units, weak, kinds, strict=True)
        ]  # fmt: skip

    def flags(self, source: str, path: str = "code.py") -> list[Suspicion]:
        """The functions at or above the operating point, most suspicious first."""
        found = [one for one in self.suspicions(source, path) if one.probability >= self.flag_at]
        return sorted(found, key=lambda one: -one.probability)

    def weigh(self, findings: Sequence[Finding], source: str) -> np.ndarray:
        """How likely each finding is a true one, `(n,)`, 0 to 1; 0.5 each where the source does not parse."""
        if not findings:
            return np.zeros(0)
        try:
            rows = finding_rows(findings, self.evidence(findings, source))
        except DataError:
            return np.full(len(findings), 0.5)
        return self.truth(rows)[:, self.truth.labels.index(TRUE)]

    def evidence(self, findings: Sequence[Finding], source: str) -> np.ndarray:
        """What the first head says about each finding's function: the log-odds that it is weak, `(n,)`."""
        units = read_units(source)
        weak = self.weak(token_rows(units, self.vocabulary))[:, self.weak.labels.index(WEAK)]
        homes = [unit_at(units, one.line) for one in findings]
        return np.array([0.0 if home is None else log_odds(weak[units.index(home)]) for home in homes])

    def rank(self, findings: Sequence[Finding], source: str) -> list[tuple[Finding, float]]:
        """The findings with their probabilities, likeliest first; equal ones stay in order of line."""
        scored = zip(findings, self.weigh(findings, source).tolist(), strict=True)
        return sorted(scored, key=lambda pair: (-pair[1], pair[0].line, pair[0].column))

    def filter(self, findings: Sequence[Finding], source: str, *, strict: bool = False) -> list[Finding]:
        """The findings at or above an operating point, in their order; the strict one hardly cries for nothing."""
        kept = self.weigh(findings, source) >= (self.strict_at if strict else self.keep_at)
        return [one for one, keep in zip(findings, kept, strict=True) if keep]


def load_detector(folder: str | Path = FOLDER) -> Detector:
    """The detector that comes with the course.

    Raises:
        AdapterError: the folder does not hold it.
    """
    folder = Path(folder)
    return Detector(*(load_head(folder / part) for part in ("weak", "kind", "truth")))


def token_rows(units: Sequence[Unit], vocabulary: dict[str, int]) -> csr_matrix:
    """Which tokens of the vocabulary each unit holds: 0 or 1, rows of length 1, `(n, len(vocabulary))`."""
    places = [sorted({vocabulary[token] for token in unit.tokens if token in vocabulary}) for unit in units]
    ends = np.cumsum([0, *map(len, places)])
    values = np.concatenate([np.full(len(one), 1 / np.sqrt(max(len(one), 1))) for one in places] or [np.zeros(0)])
    columns = np.array([place for one in places for place in one], dtype=np.int64)
    return csr_matrix((values, columns, ends), shape=(len(units), len(vocabulary)))


def finding_rows(findings: Sequence[Finding], evidence: np.ndarray) -> np.ndarray:
    """A finding as numbers: detector's evidence, who found it, how sure, and what sort of source, `(n, dim)`."""
    told = []
    for one in findings:
        origins = [float(name in one.origins) for name in ("rules", "bandit", "lexical")]
        sure = [float(one.confidence == name) for name in CONFIDENCES]
        source = [float(one.source is not None and one.source.kind == kind) for kind in KINDS]
        told.append([*origins, float(len(one.origins) > 1), *sure, *source, float(one.source is None)])
    return np.hstack([evidence[:, None] / LOG_ODDS, np.array(told)])


def log_odds(probability: float) -> float:
    """Probability -> log-odds, cut at about 7 either way."""
    held = min(max(float(probability), 1e-3), 1 - 1e-3)
    return float(np.log(held / (1 - held)))
