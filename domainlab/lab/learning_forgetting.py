"""Learning against forgetting with many arms: one colour per family of cures, a line along the frontier."""

import matplotlib
import numpy as np
import pandas as pd

from domainlab.errors import DataError
from domainlab.lab.figure_style import STYLE, DescribedFigure, arm_looks, check_intervals, new_figure
from domainlab.lab.label_placing import place_labels

MARK = 6  # pixels from the middle of a marker that a label must leave free


def frontier_figure(
    frame: pd.DataFrame, *, title: str, alt: str, live: pd.DataFrame | None = None, labels: bool = True
) -> DescribedFigure:
    """One point per arm: what was kept in general (x) and what was gained in the domain (y); best is top right.

    Args:
        frame: columns arm, family, gain, gain_low, gain_high, kept, kept_low, kept_high, and frontier (True for
            arms that no other beats).
        title: the finding, as a sentence.
        alt: what the picture shows.
        live: rows of the same columns that were measured just now, drawn as open rings over the others.
        labels: write the names of the arms.

    Raises:
        DataError: the table lacks a column.
        ConfigError: no title, no alt text, or more families than colours.
    """
    if not {"family", "frontier"} <= set(frame.columns):
        raise DataError("the columns family and frontier were expected beside arm, gain and kept")
    check_intervals(frame, ("arm",), mean="gain", low="gain_low", high="gain_high")
    check_intervals(frame, ("arm",), mean="kept", low="kept_low", high="kept_high")
    looks = arm_looks(frame["family"])
    figure, axes = new_figure(title=title, alt=alt, width=7.6, height=5.2)
    with matplotlib.rc_context(STYLE):
        for family, (colour, marker) in looks.items():
            rows = frame[frame["family"] == family]
            axes.errorbar(
                rows["kept"], rows["gain"], color=colour, marker=marker, markersize=5.5, linestyle="none",
                xerr=[rows["kept"] - rows["kept_low"], rows["kept_high"] - rows["kept"]],
                yerr=[rows["gain"] - rows["gain_low"], rows["gain_high"] - rows["gain"]],
                elinewidth=0.7, capsize=0, label=family,
            )  # fmt: skip
        best = frame[frame["frontier"]].sort_values("kept")
        axes.plot(best["kept"], best["gain"], color="#7A7A7A", linewidth=1, linestyle=":", zorder=0)
        if live is not None:
            axes.plot(
                live["kept"], live["gain"], linestyle="none", marker="o", markersize=12, markerfacecolor="none",
                markeredgecolor="black", markeredgewidth=1.3, label="measured now",
            )  # fmt: skip
        axes.margins(0.1)
        axes.set_xlabel("kept of the general skills (share, chance = 0)  →  better")
        axes.set_ylabel("gained in the domain (points)  →  better")
        figure.legend(loc="outside lower center", ncols=4)
        figure.draw_without_rendering()
        if labels:
            points = list(zip(frame["kept"], frame["gain"], strict=True))
            place_labels(axes, points, list(frame["arm"]), mark_boxes(axes, frame))
    return figure


def mark_boxes(axes: matplotlib.axes.Axes, frame: pd.DataFrame) -> np.ndarray:
    """(n, 4), the pixels that the markers cover."""
    places = axes.transData.transform(np.column_stack([frame["kept"], frame["gain"]]))
    return np.hstack([places - MARK, places + MARK])
