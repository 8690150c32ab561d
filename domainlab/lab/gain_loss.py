"""The course's signature figure: what an adaptation gained in the domain against what it lost in general."""

import matplotlib
import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from domainlab.errors import DataError
from domainlab.lab.figure_style import STYLE, DescribedFigure, arm_looks, check_intervals, new_figure
from domainlab.lab.label_placing import place_labels

MARK, LINE = 7, 4  # pixels from the middle of a marker or line that a label must leave free


def pair_figure(
    frame: pd.DataFrame, *, title: str, alt: str,
    xlabel: str = "lost in general (points)", ylabel: str = "gained in the domain (points)",
) -> DescribedFigure:  # fmt: skip
    """One point per arm by general loss (x) and domain gain (y), with both intervals; best is top left.

    Args:
        frame: columns arm, gain, gain_low, gain_high, loss, loss_low, loss_high; a loss is positive.
        title: the finding, as a sentence.
        alt: what the picture shows.
        xlabel: the loss, with its unit.
        ylabel: the gain, with its unit.

    Raises:
        DataError: the table lacks a column, or an arm comes twice.
        ConfigError: no title, no alt text, or more arms than colours.
    """
    check_intervals(frame, ("arm",), mean="gain", low="gain_low", high="gain_high")
    check_intervals(frame, ("arm",), mean="loss", low="loss_low", high="loss_high")
    if frame["arm"].duplicated().any():
        raise DataError("one row per arm was expected; an arm comes twice")
    looks = arm_looks(frame["arm"])
    figure, axes = new_figure(title=title, alt=alt, height=4.4)
    with matplotlib.rc_context(STYLE):
        axes.axhline(0, color="#9A9A9A", linewidth=0.9, zorder=0)
        axes.axvline(0, color="#9A9A9A", linewidth=0.9, zorder=0)
        for row in frame.itertuples():
            colour, marker = looks[row.arm]
            axes.errorbar(
                row.loss, row.gain, xerr=[[row.loss - row.loss_low], [row.loss_high - row.loss]],
                yerr=[[row.gain - row.gain_low], [row.gain_high - row.gain]],
                color=colour, marker=marker, markersize=7, linewidth=1.3, capsize=2.5,
            )  # fmt: skip
        axes.margins(0.14)
        axes.set_xlabel(f"{xlabel}  →  worse")
        axes.set_ylabel(f"{ylabel}  →  better")
        figure.draw_without_rendering()
        points = list(zip(frame["loss"], frame["gain"], strict=True))
        place_labels(axes, points, list(frame["arm"]), taken_boxes(axes, frame))
    return figure


def taken_boxes(axes: Axes, frame: pd.DataFrame) -> np.ndarray:
    """(n, 4), the pixels that markers, intervals and the two lines of no change cover."""
    zero_x, zero_y = axes.transData.transform((0, 0))
    room = axes.bbox
    boxes = [(room.x0, zero_y - 1, room.x1, zero_y + 1), (zero_x - 1, room.y0, zero_x + 1, room.y1)]
    for row in frame.itertuples():
        x, y = axes.transData.transform((row.loss, row.gain))
        left, bottom = axes.transData.transform((row.loss_low, row.gain_low))
        right, top = axes.transData.transform((row.loss_high, row.gain_high))
        boxes.append((x - MARK, y - MARK, x + MARK, y + MARK))
        boxes.append((left - LINE, y - LINE, right + LINE, y + LINE))
        boxes.append((x - LINE, bottom - LINE, x + LINE, top + LINE))
    return np.array(boxes)
