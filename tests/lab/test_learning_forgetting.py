import numpy as np
import pandas as pd
import pytest

from domainlab.errors import DataError
from domainlab.lab.learning_forgetting import frontier_figure
from domainlab.lab.replay_points import ReplayPoints, replay_slider, ringed, slider_widget

WORDS = {"title": "Replay keeps most", "alt": "Points."}
FRAME = pd.DataFrame(
    [("0 %", "replay", 0.0, 90, 0.3, True, 100), ("20 %", "replay", 0.2, 88, 0.8, True, 160),
     ("decay", "weights", 0.9, 60, 0.4, False, 100)],
    columns=["arm", "family", "ratio", "gain", "kept", "frontier", "tokens"],
)  # fmt: skip
for axis, half in (("gain", 4), ("kept", 0.05)):
    FRAME[f"{axis}_low"], FRAME[f"{axis}_high"] = FRAME[axis] - half, FRAME[axis] + half


def test_every_arm_stands_where_it_was_measured_with_both_intervals():
    axes = frontier_figure(FRAME, **WORDS).axes[0]
    points = np.vstack([np.column_stack(line.get_data()) for line in axes.lines if line.get_marker() in ("o", "s")])
    assert {tuple(point) for point in points} == {(0.3, 90.0), (0.8, 88.0), (0.4, 60.0)}
    spans = [
        np.ptp(segment, axis=0).round(3).tolist() for lines in axes.collections for segment in lines.get_segments()
    ]
    assert sorted(spans) == sorted([[0.1, 0.0]] * 3 + [[0.0, 8.0]] * 3)
    assert {text.get_text() for text in axes.texts} >= set(FRAME["arm"])


def test_the_frontier_line_joins_the_arms_that_no_other_beats():
    line = next(line for line in frontier_figure(FRAME, **WORDS).axes[0].lines if line.get_linestyle() == ":")
    assert np.column_stack(line.get_data()).tolist() == [[0.3, 90.0], [0.8, 88.0]]


def test_what_was_measured_now_is_ringed():
    figure = frontier_figure(FRAME, live=FRAME.iloc[1:2], labels=False, **WORDS)
    ring = next(line for line in figure.axes[0].lines if line.get_label() == "measured now")
    assert np.column_stack(ring.get_data()).tolist() == [[0.8, 88.0]]


def test_a_table_without_families_is_refused():
    with pytest.raises(DataError, match="family and frontier"):
        frontier_figure(FRAME.drop(columns="family"), **WORDS)


def test_the_slider_shows_measured_points_only():
    points = ReplayPoints(FRAME[FRAME["family"] == "replay"])
    assert points.at(0.17)["arm"] == "20 %"
    assert (
        points.words(0.17)
        == "20 % replay: gained 88 points, kept 80 % of the general skills, 1.6 times the tokens of 0 %."
    )


def test_moving_the_slider_changes_words_and_picture():
    slider, told, picture = slider_widget(ReplayPoints(FRAME[FRAME["family"] == "replay"])).children
    before = told.value, picture.value
    slider.value = 0.2
    assert told.value.startswith("20 % replay")
    assert before != (told.value, picture.value)


def test_without_somebody_to_move_it_all_points_are_written_down(capsys):
    points = replay_slider(FRAME[FRAME["family"] == "replay"])
    shown = capsys.readouterr().out
    assert all(points.words(ratio) in shown for ratio in (0.0, 0.2))
    assert "20 % replay" in ringed(points, 0.2).alt


def test_points_without_a_column_are_refused():
    with pytest.raises(DataError, match="ratio, gain, kept, tokens"):
        ReplayPoints(FRAME.drop(columns="tokens"))
