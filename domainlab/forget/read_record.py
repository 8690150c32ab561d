"""The record as a table for figures, whether it still belongs to this code, data and model, and live arms beside it."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from domainlab.errors import DataError
from domainlab.evaluate.compare import bootstrap_seeds
from domainlab.forget.frontier import on_frontier
from domainlab.forget.measure import kept_interval

COMMAND = "python -m domainlab.forget.record"
ONE_ITEM = 0.03  # slack of a live arm: about one flipped answer of a suite


def read_record(path: str | Path) -> dict:
    """The record that the command wrote.

    Raises:
        DataError: there is none, or it is cut off.
    """
    try:
        return json.loads(Path(path).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise DataError(f"{path} is no record of cures ({error}); make it with `{COMMAND}`.") from error


def what_changed(record: dict, now: Mapping[str, str]) -> list[str]:
    """Which of code, data and model differ from those that the record was made from."""
    return [name for name, digest in now.items() if record["made_from"].get(name) != digest]


def record_table(record: dict) -> pd.DataFrame:
    """One row per arm; see `arm_row`. `frontier` is True for arms that no other beats."""
    before = {suite: _bits(scores) for suite, scores in record["base"].items()}
    rows = []
    for arm in record["arms"]:
        after = {suite: np.array([_bits(run["scores"][suite]) for run in arm["runs"]]) for suite in before}
        row = arm_row(arm["name"], arm["family"], before, after, record["chance"], record["domain"])
        kl = [run["kl"] for run in arm["runs"] if run["kl"] is not None]
        cost = {name: float(np.mean([run[name] for run in arm["runs"]])) for name in ("tokens", "seconds")}
        rows.append({**row, **cost, "kl": float(np.mean(kl)) if kl else np.nan})
    table = pd.DataFrame(rows)
    return table.assign(frontier=on_frontier(table["gain"], table["kept"]))


def arm_row(
    arm: str, family: str, before: Mapping[str, Sequence[float]], after: Mapping[str, np.ndarray],
    chance: Mapping[str, float], domain: str,
) -> dict[str, object]:  # fmt: skip
    """One point of the frontier.

    Args:
        arm: its name.
        family: of cures.
        before: suite -> `(n,)` scores of the base.
        after: suite -> `(seeds, n)` scores of the arm.
        chance: suite -> score of guessing.
        domain: the suite that the training was for; all others are general.

    Returns:
        arm, family, gain (points) and kept (share, chance = 0, at most 1 per suite), both with their ends.
    """
    gain = bootstrap_seeds(100 * (np.atleast_2d(after[domain]) - np.asarray(before[domain])))
    general = [suite for suite in before if suite != domain]
    kept = kept_interval({s: before[s] for s in general}, {s: after[s] for s in general}, chance)
    return {
        "arm": arm, "family": family, "gain": gain.mean, "gain_low": gain.low, "gain_high": gain.high,
        "kept": kept.mean, "kept_low": kept.low, "kept_high": kept.high,
    }  # fmt: skip


def beside_record(live: pd.DataFrame, table: pd.DataFrame) -> pd.DataFrame:
    """Live arms with `inside`: whether gain and kept lie in the recorded intervals, give or take one item.

    Raises:
        DataError: a live arm that the record does not have.
    """
    recorded = table.set_index("arm")
    if missing := sorted(set(live["arm"]) - set(recorded.index)):
        raise DataError(f"The record has no arm {missing[0]!r}; make it again with `{COMMAND}`.")
    known = recorded.loc[live["arm"]].reset_index()
    inside = np.ones(len(live), dtype=bool)
    for axis, slack in (("gain", 100 * ONE_ITEM), ("kept", ONE_ITEM)):
        value = live[axis].to_numpy()
        inside &= (value >= known[f"{axis}_low"].to_numpy() - slack) & (
            value <= known[f"{axis}_high"].to_numpy() + slack
        )
    return live.assign(inside=inside)


def _bits(text: str) -> np.ndarray:
    return np.array([float(bit) for bit in text])
