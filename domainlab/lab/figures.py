"""The course's figures from tidy tables: bars with intervals, lines with bands, a two by two table.

The plane of domain gain against general loss is in gain_loss.py. Each function returns a matplotlib figure
that shows itself, with its alt text, when it is the last line of a cell.
"""

import matplotlib
import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from domainlab.errors import DataError
from domainlab.lab.figure_style import STYLE, DescribedFigure, arm_looks, check_intervals, new_figure


def with_intervals(frame: pd.DataFrame, *, title: str, alt: str, ylabel: str) -> DescribedFigure:
    """Bars with intervals, grouped by metric, one colour per arm.

    Args:
        frame: columns arm, metric, mean, low, high; one row per bar.
        title: the finding, as a sentence.
        alt: what the picture shows.
        ylabel: what is measured, with its unit.

    Raises:
        DataError: the table lacks a column or a pair of arm and metric comes twice.
        ConfigError: no title, no alt text, or more arms than colours.
    """
    check_intervals(frame, ("arm", "metric"), mean="mean", low="low", high="high")
    if frame.duplicated(["arm", "metric"]).any():
        raise DataError("one row per arm and metric was expected; a pair comes twice")
    looks, metrics = arm_looks(frame["arm"]), list(dict.fromkeys(frame["metric"]))
    figure, axes = new_figure(title=title, alt=alt, width=min(9.0, max(6.4, 0.5 * len(frame))))
    with matplotlib.rc_context(STYLE):
        width = 0.8 / len(looks) if len(looks) > 1 else 0.5
        for place, (arm, (colour, _)) in enumerate(looks.items()):
            rows = frame[frame["arm"] == arm]
            x = (
                np.array([metrics.index(name) for name in rows["metric"]])
                + (place - (len(looks) - 1) / 2) * width
            )
            draw_bars(axes, x, rows, width=width * 0.92, colour=colour, label=arm)
        axes.set_xticks(range(len(metrics)), metrics)
        axes.tick_params(axis="x", length=0)
        axes.grid(axis="y")
        axes.axhline(0, color="#444444", linewidth=0.8)
        axes.margins(y=0.12)
        axes.set_ylabel(ylabel)
        if len(looks) > 1:
            figure.legend(
                loc="outside lower center", ncols=legend_columns(list(looks), figure.get_figwidth())
            )
    return figure


def draw_bars(
    axes: Axes, x: np.ndarray, rows: pd.DataFrame, *, width: float, colour: str, label: str
) -> None:
    """The bars of one arm with their intervals, the mean written beyond each interval."""
    mean, low, high = (rows[name].to_numpy(dtype=float) for name in ("mean", "low", "high"))
    axes.bar(x, mean, width=width, color=colour, label=label)
    axes.errorbar(
        x, mean, yerr=[mean - low, high - mean], fmt="none", ecolor="#222222", capsize=2.5, linewidth=1
    )
    for place, value, bottom, top in zip(x, mean, low, high, strict=True):
        up = value >= 0
        axes.annotate(
            bar_number(value), (place, max(top, 0) if up else min(bottom, 0)), xytext=(0, 3 if up else -3),
            textcoords="offset points", ha="center", va="bottom" if up else "top", fontsize=8,
        )  # fmt: skip


def bar_number(value: float) -> str:
    """A mean as it stands beyond its bar.

    >>> bar_number(0.8), bar_number(-22.0)
    ('0.80', '−22')
    """
    return (f"{value:.2f}" if abs(value) < 1.5 else f"{value:.3g}").replace("-", "\N{MINUS SIGN}")


def legend_columns(names: list[str], width: float) -> int:
    """How many names fit side by side in a legend `width` inches wide."""
    rooms = [0.085 * len(name) + 0.6 for name in names]  # inches: letters, colour patch and gap
    return len(names) if sum(rooms) <= width else max(1, int(width / max(rooms)))


def line_band(
    frame: pd.DataFrame, *, x: str, title: str, alt: str, xlabel: str, ylabel: str, log_x: bool = False
) -> DescribedFigure:
    """Lines over a setting that was swept, each with the band of its interval and its name at the end.

    Args:
        frame: columns arm, mean, low, high and the one that `x` names.
        x: the column of the swept setting; ticks stand where it was measured.
        title: the finding, as a sentence.
        alt: what the picture shows.
        xlabel: the setting, with its unit.
        ylabel: what is measured, with its unit.
        log_x: equal steps for equal ratios; a zero is drawn one step left of the smallest other value.

    Raises:
        DataError: the table lacks a column or holds a number that is not finite.
        ConfigError: no title, no alt text, or more arms than colours.
    """
    check_intervals(frame, ("arm", x), mean="mean", low="low", high="high")
    looks = arm_looks(frame["arm"])
    figure, axes = new_figure(title=title, alt=alt)
    with matplotlib.rc_context(STYLE):
        for arm, (colour, marker) in looks.items():
            rows = frame[frame["arm"] == arm].sort_values(x)
            axes.fill_between(rows[x], rows["low"], rows["high"], color=colour, alpha=0.18, linewidth=0)
            axes.plot(rows[x], rows["mean"], color=colour, marker=marker, markersize=4.5, linewidth=1.6)
        measured = np.unique(frame[x].to_numpy(dtype=float))
        if log_x:
            axes.set_xscale("symlog", linthresh=measured[measured > 0].min())
        before = np.concatenate([[-np.inf], measured[:-1]])
        crowded = (measured < 1.4 * before) & log_x  # a number so close to the one before would be written over it
        axes.set_xticks(measured, [f"{value:g}" * (not hide) for value, hide in zip(measured, crowded, strict=True)])
        axes.minorticks_off()
        axes.grid(axis="y")
        axes.set_xlabel(xlabel)
        axes.set_ylabel(ylabel)
        label_ends(axes, frame, x)
    return figure


def label_ends(axes: Axes, frame: pd.DataFrame, x: str) -> None:
    """Write each arm's name right of the lines, pushed apart where lines end close together."""
    looks = arm_looks(frame["arm"])
    ends = frame.sort_values(x).groupby("arm")["mean"].last().sort_values()
    low, high = axes.get_ylim()
    places = spread((ends.to_numpy(dtype=float) - low) / (high - low), gap=0.065)
    for arm, place in zip(ends.index, places, strict=True):
        colour, marker = looks[arm]
        axes.plot(
            1.025, place, color=colour, marker=marker, markersize=5, transform=axes.transAxes, clip_on=False
        )
        axes.text(1.05, place, arm, transform=axes.transAxes, va="center")


def spread(places: np.ndarray, *, gap: float) -> np.ndarray:
    """Move sorted places apart until neighbours are `gap` from each other; crowded groups keep their middle.

    >>> spread(np.array([0.5, 0.5, 0.9]), gap=0.1).round(2).tolist()
    [0.45, 0.55, 0.9]
    """
    moved = places.astype(float).copy()
    for _ in range(100):
        short = gap - np.diff(moved)
        if not (short > 1e-9).any():
            break
        push = np.where(short > 0, short / 2, 0.0)
        moved[:-1] -= push
        moved[1:] += push
    return moved


def heatmap_2x2(frame: pd.DataFrame, *, title: str, alt: str, label: str) -> DescribedFigure:
    """Four means with their intervals as a table of two by two, darker where higher.

    Args:
        frame: columns row, column, mean, low, high; two rows by two columns, such as tuning by RAG.
        title: the finding, as a sentence.
        alt: what the picture shows.
        label: what is measured, with its unit.

    Raises:
        DataError: the table is not two by two.
        ConfigError: no title or no alt text.
    """
    check_intervals(frame, ("row", "column"), mean="mean", low="low", high="high")
    rows, columns = list(dict.fromkeys(frame["row"])), list(dict.fromkeys(frame["column"]))
    if (len(rows), len(columns)) != (2, 2) or len(frame) != 4 or frame.duplicated(["row", "column"]).any():
        raise DataError(f"two rows by two columns were expected; got {len(frame)} rows, {rows} by {columns}")
    figure, axes = new_figure(title=title, alt=alt, width=5.2, height=3.6)
    with matplotlib.rc_context(STYLE):
        means = (
            frame.pivot(index="row", columns="column", values="mean").loc[rows, columns].to_numpy(dtype=float)
        )
        image = axes.imshow(
            means, cmap="Blues", aspect="auto", vmin=min(0.0, means.min()), vmax=max(means.max(), 1e-9) * 1.15
        )
        for one in frame.itertuples():
            place = rows.index(one.row), columns.index(one.column)
            ink = "white" if image.norm(means[place]) > 0.55 else "black"
            axes.text(
                place[1], place[0] - 0.06, f"{one.mean:.3g}", ha="center", va="center", fontsize=17, color=ink
            )
            interval = f"{one.low:.3g} to {one.high:.3g}"
            axes.text(place[1], place[0] + 0.2, interval, ha="center", va="center", color=ink)
        axes.set_xticks((0, 1), columns)
        axes.set_yticks((0, 1), rows)
        axes.tick_params(length=0)
        axes.spines[:].set_visible(False)
        axes.set_xlabel(label)
    return figure
