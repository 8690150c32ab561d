"""A claim is a sentence with a number in it: checked where it is measured, written down, shown in one line.

`lab.claim("05.b", "Replay keeps 95 % of the general skills.", kept, ">=", 0.95, seeds=3, source="...")`
"""

import math
import numbers
import operator
import os
import platform
import re
import sys
from collections.abc import Collection
from datetime import UTC, datetime

from domainlab.errors import ConfigError, DomainlabError
from domainlab.lab.frontend import BAD, GOOD, NEUTRAL, tell
from domainlab.lab.ledger import Claim, append_claim, asked_words, interval_words
from domainlab.settings import SCALES, current_scale

RELATIONS = {">=": operator.ge, ">": operator.gt, "<=": operator.le, "<": operator.lt}
CLAIM_ID = re.compile(r"(\d\d)\.[a-z]\d?")
SIGNS = {"held": "✔", "failed": "✘", "not measured": "–"}
COLOURS = {"held": GOOD, "failed": BAD, "not measured": NEUTRAL}


class ClaimFailed(DomainlabError, AssertionError):
    """A number that the course states did not come out; the run of the notebook must stop here."""


def claim(
    claim_id: str, sentence: str, measured: float, relation: str, threshold: float, *,
    seeds: int, source: str, interval: tuple[float, float] | None = None, margin: float = 0.0,
    contradicts: str | None = None, scales: Collection[str] = ("tiny",),
) -> None:  # fmt: skip
    """Check a sentence against the number just measured, write both to the ledger and show the verdict.

    Args:
        claim_id: notebook and letter, "05.b".
        sentence: what the course says, with its number.
        measured: the number.
        relation: ">=", ">", "<=", "<" or "==".
        threshold: the number that the sentence promises.
        seeds: how many seeds `measured` is the mean of.
        source: where the claim comes from: a paper and section, or what was run.
        interval: ends of the interval of `measured`.
        margin: how far beyond the threshold `measured` must lie; for "==" how far off it may be.
        contradicts: the sentence of the literature that the claim speaks against.
        scales: where the claim was measured; at another scale it is shown and recorded, not enforced.

    Raises:
        ClaimFailed: the number breaks the sentence at a scale where it was measured.
        ConfigError: the claim itself is wrong, or its number is NaN.
    """
    made = judge_claim(
        claim_id, sentence, measured, relation, threshold, seeds=seeds, source=source, interval=interval,
        margin=margin, contradicts=contradicts, scales=scales, scale=current_scale().name,
    )  # fmt: skip
    append_claim(made)
    text = verdict_line(made)
    tell(text, colour=COLOURS[made.status])
    if made.status == "failed":
        raise ClaimFailed(text)


def judge_claim(
    claim_id: str, sentence: str, measured: float, relation: str, threshold: float, *,
    seeds: int, source: str, interval: tuple[float, float] | None, margin: float,
    contradicts: str | None, scales: Collection[str], scale: str,
) -> Claim:  # fmt: skip
    """The row of the ledger for one measured number; writes and shows nothing."""
    check_words(claim_id, sentence, source, relation, scales)
    check_numbers(claim_id, measured, threshold, margin, interval, seeds)
    low, high = (None, None) if interval is None else (float(interval[0]), float(interval[1]))
    fulfilled = [
        fulfils(value, relation, threshold, margin) for value in (measured, low, high) if value is not None
    ]
    return Claim(
        notebook=claim_id[:2], claim_id=claim_id, sentence=sentence, scale=scale, seeds=seeds, source=source,
        measured=float(measured), relation=relation, threshold=float(threshold), margin=float(margin),
        low=low, high=high, contradicts=contradicts or "", settled=all(fulfilled),
        status="not measured" if scale not in scales else "held" if fulfilled[0] else "failed",
        machine=machine_name(), date=datetime.now(UTC).date().isoformat(),
    )  # fmt: skip


def fulfils(value: float, relation: str, threshold: float, margin: float) -> bool:
    """Whether `value` stands in `relation` to `threshold` with at least `margin` to spare.

    >>> fulfils(0.96, ">=", 0.95, 0.02), fulfils(0.96, "==", 0.95, 0.02)
    (False, True)
    """
    if relation == "==":
        return abs(value - threshold) <= margin
    asked = threshold + margin if relation in (">=", ">") else threshold - margin
    return bool(RELATIONS[relation](value, asked))


def check_words(claim_id: str, sentence: str, source: str, relation: str, scales: Collection[str]) -> None:
    """Refuse a claim that cannot be looked up later."""
    if not CLAIM_ID.fullmatch(claim_id):
        raise ConfigError(f'a claim id is notebook, dot, letter, like "05.b"; got {claim_id!r}')
    if not sentence.strip() or not source.strip():
        raise ConfigError(f"claim {claim_id}: sentence and source must say something")
    if relation != "==" and relation not in RELATIONS:
        raise ConfigError(
            f"claim {claim_id}: relation must be one of {', '.join(RELATIONS)}, ==; got {relation!r}"
        )
    if isinstance(scales, str) or not set(scales) <= set(SCALES):
        raise ConfigError(f"claim {claim_id}: scales are some of {tuple(SCALES)}, as a tuple; got {scales!r}")


def check_numbers(
    claim_id: str,
    measured: float,
    threshold: float,
    margin: float,
    interval: tuple[float, float] | None,
    seeds: int,
) -> None:
    """Refuse numbers that would make a verdict meaningless."""
    for name, value in (("measured", measured), ("threshold", threshold), ("margin", margin)):
        if not isinstance(value, numbers.Real) or not math.isfinite(value):
            raise ConfigError(
                f"claim {claim_id}: {name} must be a finite number, float(...) of it; got {value!r}"
            )
    if margin < 0:
        raise ConfigError(f"claim {claim_id}: margin must not be negative; got {margin}")
    if interval is not None and not -math.inf < interval[0] <= interval[1] < math.inf:
        raise ConfigError(
            f"claim {claim_id}: interval must be (low, high), finite, low first; got {interval}"
        )
    if not isinstance(seeds, int) or seeds < 1:
        raise ConfigError(f"claim {claim_id}: seeds is how many seeds were used, at least 1; got {seeds!r}")


def verdict_line(made: Claim) -> str:
    """The line below the cell."""
    number = f"{made.measured:.4g}{interval_words(made.low, made.high)}"
    asked = asked_words(made.relation, made.threshold, made.margin)
    seeds = f"{made.seeds} seed{'s' if made.seeds > 1 else ''}"
    verdict = f"not measured at this scale ({made.scale})" if made.status == "not measured" else made.status
    words = f"{SIGNS[made.status]} {made.claim_id} {verdict}: {made.sentence} "
    words += f"Measured {number}, asked {asked}, {seeds}."
    if made.status == "held" and not made.settled:
        words += " The interval reaches past the threshold."
    if made.status == "held" and made.contradicts:
        words += f" Contradicted: {made.contradicts}"
    return words


def machine_name() -> str:
    """System, processor and cores, and the GPU where torch is already loaded and sees one."""
    name = f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores"
    torch = sys.modules.get("torch")  # a claim is no reason to load it
    if torch is not None and torch.cuda.is_available():
        name += f", {torch.cuda.get_device_name(0)}"
    return name
