import numpy as np
import pytest

from domainlab.lab.figure_style import new_figure
from domainlab.lab.label_placing import boxes_around, covered, overlap, place_labels

ROOM = np.array([0, 0, 100, 100])


def test_the_nearest_box_on_the_right_comes_first_and_lies_at_its_distance():
    boxes = boxes_around(50, 50, 20, 10)
    assert boxes[0] == pytest.approx((61, 45, 81, 55))  # 11 pixels right of the point
    assert boxes[2] == pytest.approx((40, 61, 60, 71))  # 11 pixels above it
    assert boxes[:, 2] - boxes[:, 0] == pytest.approx(20)


def test_overlap_by_hand():
    boxes = np.array([[0, 0, 20, 10], [50, 50, 60, 60]])
    others = np.array([[15, 5, 40, 10], [0, 0, 100, 100], [60, 50, 70, 60]])
    assert overlap(boxes, others).tolist() == [[25, 200, 0], [0, 100, 0]]


def test_covered_counts_what_lies_on_others_and_outside():
    boxes = np.array([[90, 0, 110, 10], [0, 0, 20, 10]])
    assert covered(boxes, np.array([[15, 0, 40, 10]]), ROOM).tolist() == [100, 50]
    assert covered(boxes, np.empty((0, 4)), ROOM).tolist() == [100, 0]


def test_two_labels_of_one_point_take_different_places():
    _, axes = new_figure(title="One", alt="One point.")
    boxes = place_labels(axes, [(0.5, 0.5), (0.5, 0.5)], ["one", "two"], np.empty((0, 4)))
    assert boxes.shape == (2, 4)
    assert overlap(boxes[:1], boxes[1:]) == 0


def test_a_label_at_the_edge_stays_inside():
    _, axes = new_figure(title="One", alt="One point.")
    box = place_labels(axes, [(1.0, 1.0)], ["at the corner"], np.empty((0, 4)))[0]
    assert (box[2:] <= axes.bbox.extents[2:]).all()


def test_a_label_that_had_to_go_far_is_joined_to_its_point():
    _, axes = new_figure(title="One", alt="One point.")
    axes.figure.draw_without_rendering()
    x, y = axes.transData.transform((0.5, 0.5))
    place_labels(axes, [(0.5, 0.5)], ["far"], np.array([[x - 40, y - 40, x + 40, y + 40]]))
    place_labels(axes, [(0.2, 0.8)], ["near"], np.empty((0, 4)))
    assert [text.arrow_patch is not None for text in axes.texts] == [True, False]
