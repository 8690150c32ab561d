"""How well weaknesses are found: bandit, the rules, and both, on pairs of vulnerable and fixed code.

detection    share of vulnerable versions with any finding
exact        share of vulnerable versions with a finding of the pair's own CWE (`also` does not count)
false alarm  share of fixed versions with any finding
pair         share of pairs with a finding in the vulnerable version and none in the fixed one

Bandit is given as it comes, with all severities and confidences. Variants of a template are not independent, so the
intervals resample groups, not pairs (percentile bootstrap, Efron & Tibshirani 1993).
"""

import argparse
import json
import lzma
import textwrap
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from domainlab.data.security_pairs import code_pairs
from domainlab.errors import DataError
from domainlab.evaluate.compare import bootstrap_mean
from domainlab.review.bandit_findings import bandit_issues
from domainlab.review.config import ReviewConfig
from domainlab.review.measure_fixes import fix_table, summary
from domainlab.review.pool import select
from domainlab.review.scan import scan

METRICS = ("detection", "exact", "false_alarm", "pair")
Reviewer = Callable[[str], set[int]]


@dataclass(frozen=True, kw_only=True)
class Twin:
    """A vulnerable and a fixed version; pairs of one `group` are variants of each other."""

    cwe: int
    group: str
    vulnerable: str
    fixed: str


def by_bandit(code: str) -> set[int]:
    """The weaknesses that bandit reports, as it comes."""
    return {issue.cwe.id for issue in bandit_issues(code)}


def by_rules(code: str) -> set[int]:
    """The weaknesses that the rules report at the default confidence."""
    return {one.cwe for one in select(scan(code, bandit=False).findings, ReviewConfig())}


def by_both(code: str) -> set[int]:
    """The weaknesses of the merged report at the default confidence."""
    return {one.cwe for one in select(scan(code).findings, ReviewConfig())}


REVIEWERS: dict[str, Reviewer] = {"bandit": by_bandit, "rules": by_rules, "combined": by_both}


def score_pairs(twins: Sequence[Twin], reviewers: dict[str, Reviewer]) -> pd.DataFrame:
    """One row per reviewer and pair with 0 or 1 for each metric; columns reviewer, cwe, group, then METRICS."""
    rows = []
    for name, reviewer in reviewers.items():
        for twin in twins:
            found, alarms = reviewer(twin.vulnerable), reviewer(twin.fixed)
            scores = (bool(found), twin.cwe in found, bool(alarms), bool(found) and not alarms)
            rows.append((name, twin.cwe, twin.group, *map(float, scores)))
    return pd.DataFrame(rows, columns=["reviewer", "cwe", "group", *METRICS])


def interval_rows(scores: pd.DataFrame) -> pd.DataFrame:
    """Mean and 95 % interval of each metric over groups; columns reviewer, metric, mean, low, high, groups, pairs."""
    rows = []
    for (name,), part in scores.groupby(["reviewer"], sort=False):
        means = part.groupby("group")[list(METRICS)].mean()
        for metric in METRICS:
            interval = bootstrap_mean(means[metric].to_numpy())
            rows.append((name, metric, interval.mean, interval.low, interval.high, interval.n, len(part)))
    return pd.DataFrame(rows, columns=["reviewer", "metric", "mean", "low", "high", "groups", "pairs"])


def gain(scores: pd.DataFrame, first: str, second: str, metric: str) -> tuple[float, float, float]:
    """How much higher `first` is than `second` on the same groups: mean and 95 % interval, in points of 1."""
    table = scores.groupby(["reviewer", "group"])[metric].mean().unstack(0)
    interval = bootstrap_mean((table[first] - table[second]).to_numpy())
    return interval.mean, interval.low, interval.high


def world_twins(split: str) -> list[Twin]:
    """The project's own pairs of one side of the split."""
    return [
        Twin(cwe=int(pair.cwe.removeprefix("CWE-")), group=pair.group, vulnerable=pair.vulnerable, fixed=pair.fixed)
        for pair in code_pairs(split)
    ]


def sven_twins(path: Path) -> list[Twin]:
    """The Python pairs of SVEN (He & Vechev 2023), each function on its own, from JSON lines (.xz or plain).

    Raises:
        DataError: the file is missing or a line has other fields.
    """
    if not path.is_file():
        raise DataError(f"There is no {path}; pass the file of SVEN's pairs (JSON lines, one pair each).")
    opener = lzma.open if path.suffix == ".xz" else open
    twins: dict[str, Twin] = {}
    with opener(path, "rt", encoding="utf-8") as lines:
        for number, line in enumerate(lines, start=1):
            try:
                row = json.loads(line)
                if row["lang"] != "py":
                    continue
                cwe, group = int(row["cwe"].rpartition("-")[2]), row["commit_link"]
                vulnerable, fixed = (textwrap.dedent(row[side].expandtabs()) for side in ("before", "after"))
            except (KeyError, ValueError, AttributeError) as error:
                raise DataError(f"{path}, line {number}: not one of SVEN's pairs ({error!r}).") from error
            twins[str(number)] = Twin(cwe=cwe, group=group, vulnerable=vulnerable, fixed=fixed)
    return list(twins.values())


def table_text(scores: pd.DataFrame, title: str) -> str:
    """The table as text: reviewers as rows, metrics as columns, with intervals."""
    rows = interval_rows(scores)
    rows["text"] = [
        f"{100 * m:.1f} [{100 * lo:.1f}, {100 * hi:.1f}]" for m, lo, hi in rows[["mean", "low", "high"]].values
    ]
    wide = rows.pivot(index="reviewer", columns="metric", values="text").loc[rows["reviewer"].unique(), list(METRICS)]
    more = "; ".join(
        f"{metric} {100 * mean:+.1f} [{100 * low:+.1f}, {100 * high:+.1f}]"
        for metric in METRICS
        for mean, low, high in [gain(scores, "combined", "bandit", metric)]
    )
    counts = f"{rows['pairs'].iloc[0]} pairs in {rows['groups'].iloc[0]} groups"
    return f"{title}: {counts}, % with 95 % interval over groups\n{wide.to_string()}\ncombined - bandit: {more}"


def per_weakness(scores: pd.DataFrame, reviewer: str) -> str:
    """Means per weakness of one reviewer."""
    part = scores[scores["reviewer"] == reviewer]
    table = part.groupby("cwe")[list(METRICS)].mean().round(2)
    return table.assign(pairs=part.groupby("cwe").size()).to_string()


def measure_command(arguments: Sequence[str]) -> str:
    """The tables that the command `measure` prints."""
    parser = argparse.ArgumentParser(prog="python -m domainlab.review measure")
    parser.add_argument("--split", choices=("train", "held_out"), default="held_out")
    parser.add_argument("--sven", type=Path, help="file of SVEN's pairs, measured as well")
    parser.add_argument("--per-cwe", action="store_true", help="print the combined reviewer's means per weakness too")
    parser.add_argument("--fixes", action="store_true", help="count the fixes and check each of them again")
    chosen = parser.parse_args(arguments)
    if chosen.fixes:
        return summary(fix_table(code_pairs(chosen.split)))
    sets: list[tuple[str, Iterable[Twin]]] = [(f"own pairs, {chosen.split}", world_twins(chosen.split))]
    if chosen.sven:
        sets.append(("SVEN, Python", sven_twins(chosen.sven)))
    texts = []
    for title, twins in sets:
        scores = score_pairs(list(twins), REVIEWERS)
        texts.append(table_text(scores, title))
        texts += [per_weakness(scores, "combined")] if chosen.per_cwe else []
    return "\n\n".join(texts)
