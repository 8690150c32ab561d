import itertools

import numpy as np
import pandas as pd
import pytest
from matplotlib.text import Text
from matplotlib.transforms import Bbox

from domainlab.errors import DataError
from domainlab.lab.gain_loss import pair_figure, taken_boxes

COLUMNS = ["arm", "gain", "gain_low", "gain_high", "loss", "loss_low", "loss_high"]
FRAME = pd.DataFrame(
    [("no change", 0, -0.5, 0.5, 0, -0.5, 0.5), ("RAG", 62, 55, 68, 0.4, -1, 2),
     ("LoRA", 58, 50, 66, 52, 44, 60), ("LoRA + 20 % replay", 57, 49, 65, 3, -1, 7),
     ("full fine-tuning", 60, 52, 66, 74, 66, 80),
     ("prompt only", 4, -2, 9, 1, -1, 3), ("LoRA, low rate", 20, 12, 29, 9, 4, 14)], columns=COLUMNS,
)  # fmt: skip
WORDS = {"title": "Replay repairs most of the loss", "alt": "Points."}


def crowd(seed):
    """Seven arms whose points all lie near each other."""
    middle = np.random.default_rng(seed).uniform(0, 20, size=(7, 2))
    rows = [(f"arm number {i}", y, y - 1, y + 1, x, x - 1, x + 1) for i, (x, y) in enumerate(middle)]
    return pd.DataFrame(rows, columns=COLUMNS)


def label_boxes(figure):
    # Text's own box: that of an annotation would hold the line to its point too
    return [Text.get_window_extent(text) for text in figure.axes[0].texts]


@pytest.mark.parametrize(
    "frame", [FRAME, crowd(0), crowd(1), crowd(2)], ids=["course", "crowd 0", "crowd 1", "crowd 2"]
)
def test_every_arm_is_labelled_and_labels_cover_nothing(frame):
    figure = pair_figure(frame, **WORDS)
    figure.draw_without_rendering()
    assert sorted(text.get_text() for text in figure.axes[0].texts) == sorted(frame["arm"])
    boxes = label_boxes(figure)
    assert not any(one.overlaps(other) for one, other in itertools.combinations(boxes, 2))
    for box, taken in itertools.product(boxes, taken_boxes(figure.axes[0], frame)):
        assert not box.overlaps(Bbox.from_extents(taken))
    for box in boxes:
        assert figure.axes[0].bbox.containsx(box.x1)
        assert figure.axes[0].bbox.containsy(box.y1)


def test_points_and_both_intervals_are_drawn():
    axes = pair_figure(FRAME, **WORDS).axes[0]
    points = {
        (float(line.get_xdata()[0]), float(line.get_ydata()[0]))
        for line in axes.lines
        if line.get_marker() in "os^DvPX"
    }
    assert points == set(zip(FRAME["loss"].astype(float), FRAME["gain"].astype(float), strict=True))
    segments = [segment for lines in axes.collections for segment in lines.get_segments()]
    assert len(segments) == 2 * len(FRAME)


def test_axes_say_which_end_is_better():
    axes = pair_figure(FRAME, **WORDS).axes[0]
    assert axes.get_xlabel().endswith("worse")
    assert axes.get_ylabel().endswith("better")


def test_an_arm_that_comes_twice_is_refused():
    with pytest.raises(DataError, match="comes twice"):
        pair_figure(pd.concat([FRAME, FRAME.iloc[:1]]), **WORDS)


def test_a_loss_without_interval_is_refused():
    with pytest.raises(DataError, match="loss_low"):
        pair_figure(FRAME.drop(columns="loss_low"), **WORDS)
