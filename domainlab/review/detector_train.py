"""Make the detector again: `python -m domainlab.review.detector_train [folder]`.

It learns from the training templates only. Operating points come from predictions for templates that a fold had
not seen; the held-out templates are for measuring (`detector_measure`) and are never read here.
"""

import argparse
import logging
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from tqdm.auto import tqdm

from domainlab.data.security_pairs import CodePair, code_pairs
from domainlab.review.detector import FALSE, FOLDER, SAFE, TRUE, WEAK, Detector, finding_rows, log_odds, token_rows
from domainlab.review.detector_code import Unit, read_units, unit_at
from domainlab.review.detector_measure import changed_lines, is_alarm, reports
from domainlab.review.findings import Finding
from domainlab.review.merge import FAMILIES
from domainlab.review.scan import scan
from domainlab.train.linear_head import LinearHead, fit_head

COMMAND = "python -m domainlab.review.detector_train"
FALSE_ALARMS = 0.05  # share of safe functions that may be flagged at the operating point
LOST = 0.02  # share of true findings that the filter may drop
STRICT = 0.02  # share of fixed twins that may have a false alarm at the strict operating point
STRENGTH = 1.0
log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Labelled:
    """A function of the corpus; `cwe` is "safe" where it is not weak, `group` its template."""

    unit: Unit
    cwe: str
    group: str


def labelled_units(pairs: Iterable[CodePair]) -> list[Labelled]:
    """The functions of both versions and of the near misses; the same one of a template counts once."""
    kept: dict[tuple, Labelled] = {}
    for pair in pairs:
        for part in ("vulnerable", "fixed", "near_miss"):
            source = getattr(pair, part)
            units = read_units(source) if source else []
            lines = pair.lines if part == "vulnerable" else ()
            weak = {id(unit_at(units, line)) for line in lines}
            for unit in units:
                cwe = pair.cwe if id(unit) in weak else SAFE
                kept.setdefault((unit.tokens, cwe, pair.group), Labelled(unit=unit, cwe=cwe, group=pair.group))
    return list(kept.values())


def train_detector(pairs: Sequence[CodePair]) -> Detector:
    """The three heads from pairs of vulnerable and fixed code."""
    rows = labelled_units(pairs)
    vocabulary = shared_tokens(rows)
    features = token_rows([row.unit for row in rows], {token: at for at, token in enumerate(vocabulary)})
    groups = [row.group for row in rows]
    weak, seen_as = fit_head(
        features, [SAFE if row.cwe == SAFE else WEAK for row in rows], groups, strength=STRENGTH,
        facts={"vocabulary": vocabulary, "false_alarms": FALSE_ALARMS},
    )  # fmt: skip
    scores = seen_as[:, weak.labels.index(WEAK)]
    safe = np.array([row.cwe == SAFE for row in rows])
    weak = replace(weak, facts={**weak.facts, "flag_at": float(np.quantile(scores[safe], 1 - FALSE_ALARMS))})
    kind, _ = fit_head(features[~safe], [row.cwe for row in rows if row.cwe != SAFE],
                       [row.group for row in rows if row.cwe != SAFE], strength=STRENGTH)  # fmt: skip
    unseen = {(row.unit.tokens, row.group): log_odds(score) for row, score in zip(rows, scores, strict=True)}
    return Detector(weak, kind, train_truth(pairs, unseen))


def train_truth(pairs: Sequence[CodePair], unseen: dict[tuple, float]) -> LinearHead:
    """The head that weighs findings; the detector's evidence comes from folds that had not seen the template."""
    rows, labels, groups, twins = [], [], [], []
    for pair in tqdm(pairs, desc="Scanning", delay=2):
        changed = changed_lines(pair)
        for part in ("vulnerable", "fixed", "near_miss"):
            source = getattr(pair, part)
            findings = scan(source).findings if source else ()
            if not findings:
                continue
            units = [unit_at(read_units(source), one.line) for one in findings]
            evidence = [unseen.get((unit.tokens, pair.group), 0.0) if unit else 0.0 for unit in units]
            rows.append(finding_rows(findings, np.array(evidence)))
            labels += [TRUE if part == "vulnerable" and is_true(one, pair) else FALSE for one in findings]
            groups += [pair.group] * len(findings)
            alarms = [part == "fixed" and is_alarm(report, pair, changed) for report in reports(findings)]
            twins += [pair.id if alarm else "" for alarm in alarms]
    truth, unseen_as = fit_head(np.vstack(rows), labels, groups, strength=1.0)
    scores = unseen_as[:, truth.labels.index(TRUE)]
    points = operating_points(scores, labels, twins, len(pairs))
    log.info("findings on the training templates: %s; operating points %s", Counter(labels), points)
    return replace(truth, facts={"lost": LOST, **points})


def operating_points(scores: np.ndarray, labels: Sequence[str], twins: Sequence[str], pairs: int) -> dict[str, float]:
    """Where to cut: `keep_at` loses a share LOST of the true findings, `strict_at` alarms in a share STRICT of twins.

    Args:
        scores: probabilities of findings whose templates were not seen, `(n,)`.
        labels: TRUE or FALSE of each.
        twins: the pair in whose fixed twin a finding is a false alarm, "" where it is none.
        pairs: how many pairs there are.
    """
    worst: dict[str, float] = {}
    for score, twin in zip(scores.tolist(), twins, strict=True):
        if twin:
            worst[twin] = max(score, worst.get(twin, 0.0))
    highest = np.zeros(pairs)
    highest[: len(worst)] = list(worst.values())
    true = scores[[label == TRUE for label in labels]]
    strict = float(np.nextafter(np.quantile(highest, 1 - STRICT, method="higher"), 1))
    return {"keep_at": float(np.quantile(true, LOST)), "strict_at": strict}


def is_true(finding: Finding, pair: CodePair) -> bool:
    """Whether a finding in the vulnerable version names the pair's flaw: its weakness or family, at its lines."""
    wanted = int(pair.cwe.removeprefix("CWE-"))
    named = {finding.cwe, *finding.also}
    related = wanted in named or any(wanted in family and named & family for family in FAMILIES)
    return related and any(finding.line <= line <= finding.end_line for line in pair.lines)


def shared_tokens(rows: Sequence[Labelled]) -> list[str]:
    """The tokens that occur in at least two templates: the others can only be learned by heart."""
    homes: dict[str, set[str]] = {}
    for row in rows:
        for token in row.unit.tokens:
            homes.setdefault(token, set()).add(row.group)
    return sorted(token for token, groups in homes.items() if len(groups) > 1)


def main() -> None:
    """Train on the corpus and write the heads."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path, default=FOLDER)
    folder = parser.parse_args().folder
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    detector = train_detector(code_pairs("train"))
    for name, head in (("weak", detector.weak), ("kind", detector.kind), ("truth", detector.truth)):
        head.save(folder / name)
    log.info("flag at %.3f; written to %s", detector.flag_at, folder)


if __name__ == "__main__":
    main()
