import matplotlib.transforms
import pytest

from domainlab.lab.figure_style import new_figure
from domainlab.lab.label_placing import around, covered, place_labels

Bbox = matplotlib.transforms.Bbox
ROOM = Bbox.from_extents(0, 0, 100, 100)


def test_box_lies_at_its_distance_in_its_direction():
    right = around(50, 50, 20, 10, distance=8, angle=0)
    assert (right.x0, right.y0, right.x1, right.y1) == pytest.approx((58, 45, 78, 55))
    above = around(50, 50, 20, 10, distance=8, angle=90)
    assert (above.x0, above.y0) == pytest.approx((40, 58))


def test_covered_counts_what_lies_outside_and_on_others():
    # 20 x 10 box, half of it right of the room: 10 x 10 outside
    assert covered(Bbox.from_extents(90, 0, 110, 10), [], ROOM) == pytest.approx(100)
    # overlap of 5 x 10 counts one pixel more on each side
    assert covered(
        Bbox.from_extents(0, 0, 20, 10), [Bbox.from_extents(15, 0, 40, 10)], ROOM
    ) == pytest.approx(6 * 11)
    assert covered(Bbox.from_extents(0, 0, 20, 10), [], ROOM) == 0


def test_two_labels_of_one_point_take_different_places():
    _, axes = new_figure(title="One", alt="One point.")
    first, second = place_labels(axes, [(0.5, 0.5), (0.5, 0.5)], ["one", "two"], [])
    assert not first.overlaps(second)


def test_a_label_at_the_edge_stays_inside():
    _, axes = new_figure(title="One", alt="One point.")
    (box,) = place_labels(axes, [(1.0, 1.0)], ["at the corner"], [])
    assert box.x1 <= axes.bbox.x1
    assert box.y1 <= axes.bbox.y1


def test_a_label_that_had_to_go_far_is_joined_to_its_point():
    _, axes = new_figure(title="One", alt="One point.")
    axes.figure.draw_without_rendering()
    x, y = axes.transData.transform((0.5, 0.5))
    place_labels(axes, [(0.5, 0.5)], ["far"], [Bbox.from_extents(x - 40, y - 40, x + 40, y + 40)])
    place_labels(axes, [(0.2, 0.8)], ["near"], [])
    assert [text.arrow_patch is not None for text in axes.texts] == [True, False]
