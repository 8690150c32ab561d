"""One call before and after: what was gained, what was lost, how far the model moved, and a verdict in words.

The verdict rests on paired intervals: the same items are asked before and after, so only flipped answers count.
"Forgot" needs a suite whose interval lies below zero; otherwise the report says how large a loss could still hide.
"""

import html
from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from transformers import PreTrainedModel, PreTrainedTokenizerBase

from domainlab.errors import DataError
from domainlab.evaluate.compare import bootstrap_mean, bootstrap_seeds
from domainlab.forget.drift import check_pair, mean_kl, weight_distance
from domainlab.forget.measure import mean_retention, retention_interval
from domainlab.forget.suites import Suite, TextSuite, probe_examples, refuse_overlap, suite_scores, text_scores
from domainlab.lab.figure_style import DescribedFigure
from domainlab.lab.figures import with_intervals
from domainlab.records import Example

KL_PROBES = 32  # of each suite
VERDICTS = ("forgot", "no loss shown")
STYLE = (
    "body{font:1rem/1.5 system-ui;max-width:60rem;margin:2rem auto;padding:0 1rem}"
    "td,th{padding:.2rem .6rem;text-align:right}img{max-width:100%}"
)


@dataclass(frozen=True, kw_only=True)
class ForgettingReport:
    """What `forgetting_report` found."""

    table: pd.DataFrame  # suite, unit, chance, before, after, change, retention with their ends, n
    drift: dict[str, float]  # KL in nats per token on general and domain prompts, distance of the weights
    retention: float  # mean over suites, each counted at most 1
    verdict: str  # one of VERDICTS
    words: str  # the verdict as sentences

    def figure(self) -> DescribedFigure:
        """Each suite before and after, with intervals."""
        rows = self.table[self.table["unit"] == "share right"]
        sides = [
            rows.rename(columns={"suite": "metric", side: "mean", f"{side}_low": "low", f"{side}_high": "high"})[
                ["metric", "mean", "low", "high"]
            ].assign(arm=side)
            for side in ("before", "after")
        ]  # fmt: skip
        return with_intervals(
            pd.concat(sides), title=self.words.split(". ")[0], ylabel="share right",
            alt=f"Bars before and after training for the suites {', '.join(rows['suite'])}. {self.words}",
        )  # fmt: skip

    def html(self) -> str:
        """The whole report as one page that needs no network."""
        picture = b64encode(self.figure().png()).decode("ascii")
        moved = "".join(f"<li>{html.escape(name)}: {value:.4g}</li>" for name, value in self.drift.items())
        return (
            f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Forgetting report</title>'
            f"<style>{STYLE}</style></head><body><h1>Forgetting report: {self.verdict}</h1>"
            f"<p>{html.escape(self.words)}</p>"
            f'<img alt="{html.escape(self.figure().alt)}" src="data:image/png;base64,{picture}">'
            f"{self.table.round(3).to_html(index=False, na_rep='')}<h2>How far the model moved</h2><ul>{moved}</ul>"
            "<p>Change with its 95 % bootstrap interval over paired items. Retention is corrected for chance.</p>"
            "</body></html>\n"
        )


def forgetting_report(
    base: PreTrainedModel, tuned: PreTrainedModel, suites: Sequence[Suite | TextSuite], *,
    tokenizer: PreTrainedTokenizerBase, domain: Suite | None = None, training: Sequence[Example] = (),
) -> ForgettingReport:  # fmt: skip
    """Ask both models everything and compare.

    Args:
        base: the model before training.
        tuned: the model after training, or the base with an adapter on.
        suites: general skills: `general_suites`, or a learner's own by `read_suite`.
        tokenizer: of both models.
        domain: what the training was for.
        training: the training examples, to refuse probes that overlap with them.

    Raises:
        AdapterError: the adapter does not belong to the base.
        DataError: no suite with right answers, two suites of one name, or probes that overlap with the training.
    """
    check_pair(base, tuned)
    general = [suite for suite in suites if isinstance(suite, Suite)]
    everything = [*suites, domain] if domain else list(suites)
    if not general or len({suite.name for suite in everything}) < len(everything):
        raise DataError("Expected at least one suite with right answers, and a different name for each suite.")
    refuse_overlap(training, everything)
    table = pd.DataFrame([compare_suite(base, tuned, tokenizer, suite) for suite in everything])
    drift = {"KL(base || tuned), general prompts": _kl(base, tuned, tokenizer, general)}
    if domain:
        drift["KL(base || tuned), domain prompts"] = _kl(base, tuned, tokenizer, [domain])
    drift["distance of the weights, relative"] = weight_distance(base, tuned)
    return conclude(table, drift, domain.name if domain else None)


def compare_suite(
    base: PreTrainedModel, tuned: PreTrainedModel, tokenizer: PreTrainedTokenizerBase, suite: Suite | TextSuite
) -> dict[str, object]:
    """One row of the table."""
    score = text_scores if isinstance(suite, TextSuite) else suite_scores
    before, after = (score(model, tokenizer, suite) for model in (base, tuned))
    return compare_scores(suite, before, after)


def compare_scores(suite: Suite | TextSuite, before: np.ndarray, after: np.ndarray) -> dict[str, object]:
    """One row of the table from scores `(n,)` before and `(n,)` or `(seeds, n)` after."""
    change, sides = bootstrap_seeds(np.atleast_2d(after) - before), {}
    for name, side in (("before", bootstrap_mean(before)), ("after", bootstrap_seeds(np.atleast_2d(after)))):
        sides |= {name: side.mean, f"{name}_low": side.low, f"{name}_high": side.high}
    row = {"suite": suite.name, **sides, "change": change.mean}
    row |= {"change_low": change.low, "change_high": change.high, "n": change.n}
    if isinstance(suite, TextSuite):
        return {**row, "unit": "bits per byte", "chance": np.nan, "retention": np.nan}
    kept = retention_interval(before, after, chance=suite.chance)
    found = {"retention": kept.mean, "kept_low": kept.low, "kept_high": kept.high} if kept else {"retention": np.nan}
    return {**row, "unit": "share right", "chance": suite.chance, **found}


def conclude(table: pd.DataFrame, drift: dict[str, float], domain: str | None) -> ForgettingReport:
    """The report from its table: which suites lost, and what that means."""
    general = table[(table["suite"] != domain) & (table["unit"] == "share right")]
    kept = mean_retention(general["retention"])
    lost, worst = general[general["change_high"] < 0], general.loc[general["change"].idxmin()]
    if len(lost):
        words = f"Kept {100 * kept:.0f} % of the general skills. Lost for certain: " + ", ".join(
            f"{row.suite} ({100 * row.change:+.0f} points)" for row in lost.itertuples()
        )
    else:
        hidden = f"{max(0.0, -100 * worst.change_low):.0f} points in {worst.suite}"
        words = f"No loss shown in {len(general)} suites. With these items a loss of up to {hidden} could still hide"
    if domain:
        gain = table.set_index("suite").loc[domain]
        words += f". {domain} changed by {100 * gain['change']:+.0f} points"
    return ForgettingReport(
        table=table, drift=drift, retention=kept, verdict=VERDICTS[0 if len(lost) else 1], words=words + "."
    )


def _kl(
    base: PreTrainedModel, tuned: PreTrainedModel, tokenizer: PreTrainedTokenizerBase, suites: Sequence[Suite]
) -> float:
    examples = [example for suite in suites for example in probe_examples(suite, KL_PROBES)]
    return mean_kl(base, tuned, tokenizer, examples)
