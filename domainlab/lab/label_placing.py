"""Put a label beside every point so that no label covers a point, an interval or another label.

A greedy search, far from optimal cartography (Christensen, Marks and Shieber 1995) but enough for a dozen
points: try places around the point, near ones first, and take the one that covers least.
"""

import math
from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.transforms import Bbox

DISTANCES = (11, 20, 32, 46, 62, 80, 100)  # pixels from the point
DIRECTIONS = (
    0,
    180,
    90,
    270,
    45,
    135,
    315,
    225,
    22,
    158,
    202,
    338,
    68,
    112,
    248,
    292,
)  # degrees, preferred first
LEADER = 24  # pixels from which a thin line joins label and point


def place_labels(
    axes: Axes, points: Sequence[tuple[float, float]], labels: Sequence[str], obstacles: Sequence[Bbox]
) -> list[Bbox]:
    """Label points.

    Args:
        axes: with its final limits.
        points: (x, y) in data units.
        labels: one per point.
        obstacles: boxes in pixels that no label may cover, such as markers and intervals.

    Returns:
        The boxes of the labels in pixels.
    """
    axes.figure.draw_without_rendering()  # fixes where the axes lie, so that pixels mean something
    taken = list(obstacles)
    placed = []
    for (x, y), label in zip(axes.transData.transform(points), labels, strict=True):
        width, height = text_size(axes, label)
        boxes = [
            around(x, y, width, height, distance, angle) for distance in DISTANCES for angle in DIRECTIONS
        ]
        best = min(boxes, key=lambda box: covered(box, taken, axes.bbox))  # the first of the best
        write_label(axes, label, best, (x, y))
        taken.append(best)
        placed.append(best)
    return placed


def text_size(axes: Axes, label: str) -> tuple[float, float]:
    """Width and height of a label in pixels, measured by drawing it."""
    text = axes.text(0, 0, label, fontsize=9)
    box = text.get_window_extent()
    text.remove()
    return box.width, box.height


def around(x: float, y: float, width: float, height: float, distance: float, angle: float) -> Bbox:
    """The box of a label whose nearest edge lies `distance` from the point in direction `angle` (degrees)."""
    across, up = math.cos(math.radians(angle)), math.sin(math.radians(angle))
    left = x + across * (distance + width / 2) - width / 2
    bottom = y + up * (distance + height / 2) - height / 2
    return Bbox.from_bounds(left, bottom, width, height)


def covered(box: Bbox, taken: Sequence[Bbox], room: Bbox) -> float:
    """Pixels of `box` that lie on something else or outside `room`."""
    overlaps = [Bbox.intersection(box, other) for other in taken]
    inside = Bbox.intersection(box, room)
    outside = box.width * box.height - (0.0 if inside is None else inside.width * inside.height)
    # an interval may be a line without area: one pixel more on each side makes touching count
    return outside + sum((part.width + 1) * (part.height + 1) for part in overlaps if part is not None)


def write_label(axes: Axes, label: str, box: Bbox, point: tuple[float, float]) -> None:
    """Write one label into its box, joined to its point when it lies far off."""
    nearest = (min(max(point[0], box.x0), box.x1), min(max(point[1], box.y0), box.y1))
    arrow = None
    if math.dist(point, nearest) >= LEADER:
        arrow = {"arrowstyle": "-", "color": "#8A8A8A", "linewidth": 0.7, "shrinkA": 0, "shrinkB": 4}
    to_data = axes.transData.inverted()
    written = axes.annotate(
        label, xy=to_data.transform(point), xytext=to_data.transform(box.min),
        fontsize=9, va="bottom", ha="left", arrowprops=arrow,
    )  # fmt: skip
    written.set_in_layout(False)  # else the layout would move the axes away from under the labels
