import numpy as np
import pandas as pd
import pytest

from domainlab.errors import DataError
from domainlab.lab.figures import heatmap_2x2, legend_columns, line_band, spread, with_intervals

WORDS = {"title": "RAG answers what fine-tuning does not", "alt": "Bars."}
BARS = pd.DataFrame(
    [("RAG", "facts", 0.8, 0.7, 0.9), ("RAG", "format", 0.3, 0.2, 0.4), ("LoRA", "facts", 0.2, 0.1, 0.3),
     ("LoRA", "format", 0.9, 0.8, 1.0)], columns=["arm", "metric", "mean", "low", "high"],
)  # fmt: skip
SWEEP = pd.DataFrame(
    [(arm, x, y, y - 0.1, y + 0.1) for arm, y in (("domain", 0.8), ("general", 0.79)) for x in (0, 1, 10)],
    columns=["arm", "share", "mean", "low", "high"],
)
SQUARE = pd.DataFrame(
    [("base", "no RAG", 0.04, 0.0, 0.1), ("base", "RAG", 0.82, 0.7, 0.9), ("tuned", "no RAG", 0.3, 0.2, 0.4),
     ("tuned", "RAG", 0.79, 0.7, 0.9)], columns=["row", "column", "mean", "low", "high"],
)  # fmt: skip


def sweep_figure(**settings):
    return line_band(SWEEP, x="share", xlabel="replay (%)", ylabel="accuracy (share)", **WORDS, **settings)


def texts(figure):
    return [text.get_text() for text in figure.axes[0].texts]


def test_bars_have_the_means_as_heights_at_their_metric():
    axes = with_intervals(BARS, ylabel="exact match (share)", **WORDS).axes[0]
    bars = {(round(bar.get_x() + bar.get_width() / 2, 2), round(bar.get_height(), 2)) for bar in axes.patches}
    assert bars == {(-0.2, 0.8), (0.8, 0.3), (0.2, 0.2), (1.2, 0.9)}
    assert [label.get_text() for label in axes.get_xticklabels()] == ["facts", "format"]


def test_bar_intervals_are_drawn():
    axes = with_intervals(BARS, ylabel="share", **WORDS).axes[0]
    ends = [
        tuple(np.round(segment[:, 1], 2)) for lines in axes.collections for segment in lines.get_segments()
    ]
    assert set(ends) == {(0.7, 0.9), (0.2, 0.4), (0.1, 0.3), (0.8, 1.0)}


def test_an_arm_without_one_metric_leaves_a_gap():
    assert len(with_intervals(BARS.iloc[:3], ylabel="share", **WORDS).axes[0].patches) == 3


def test_a_legend_only_where_there_is_a_choice():
    assert with_intervals(BARS, ylabel="share", **WORDS).legends
    assert not with_intervals(BARS.iloc[:2], ylabel="share", **WORDS).legends


def test_legend_wraps_when_names_are_long():
    assert legend_columns(["a", "b", "c"], 6.4) == 3
    assert legend_columns(["a" * 40, "b" * 40], 6.4) == 1


def test_a_pair_that_comes_twice_is_refused():
    with pytest.raises(DataError, match="comes twice"):
        with_intervals(pd.concat([BARS, BARS.iloc[:1]]), ylabel="share", **WORDS)


def test_lines_are_sorted_and_ticks_stand_where_it_was_measured():
    axes = line_band(
        SWEEP.iloc[::-1], x="share", xlabel="replay (%)", ylabel="accuracy (share)", log_x=True, **WORDS
    ).axes[0]  # fmt: skip
    assert axes.lines[0].get_xdata().tolist() == [0, 1, 10]
    assert [label.get_text() for label in axes.get_xticklabels()] == ["0", "1", "10"]


def test_every_line_is_named_and_close_names_do_not_overlap():
    figure = sweep_figure()
    figure.draw_without_rendering()
    first, second = (text.get_window_extent() for text in figure.axes[0].texts)
    assert sorted(texts(figure)) == ["domain", "general"]
    assert not first.overlaps(second)


def test_names_stay_inside_the_picture():
    figure = sweep_figure()
    figure.draw_without_rendering()
    for text in figure.axes[0].texts:
        assert text.get_window_extent().x1 <= figure.bbox.x1


def test_spread_keeps_order_and_gap():
    moved = spread(np.array([0.1, 0.5, 0.5, 0.52]), gap=0.1)
    assert np.diff(moved).min() == pytest.approx(0.1, abs=1e-3)
    assert moved[0] == 0.1


def test_heatmap_writes_every_mean_in_its_cell():
    figure = heatmap_2x2(SQUARE, label="exact match (share)", **WORDS)
    places = {text.get_text(): text.get_position() for text in figure.axes[0].texts}
    assert places["0.04"][0] == 0
    assert places["0.82"][0] == 1
    assert places["0.3"][1] > places["0.04"][1]
    assert figure.axes[0].images[0].get_array().tolist() == [[0.04, 0.82], [0.3, 0.79]]


@pytest.mark.parametrize(
    "frame", [SQUARE.iloc[:3], pd.concat([SQUARE, SQUARE.iloc[:1]]), SQUARE.assign(row="base")]
)
def test_heatmap_wants_two_by_two(frame):
    with pytest.raises(DataError, match="two rows by two columns"):
        heatmap_2x2(frame, label="share", **WORDS)
