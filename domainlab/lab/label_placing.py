"""Put a label beside every point so that no label covers a point, an interval or another label.

A greedy search, far from optimal cartography (Christensen, Marks and Shieber 1995) but enough for a dozen
points: try places around the point, near ones first, and take the one that covers least.
"""

import math
from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes

DISTANCES = (11, 20, 32, 46, 62, 80, 100)  # pixels from the point
DIRECTIONS = (0, 180, 90, 270, 45, 135, 315, 225, 22, 158, 202, 338, 68, 112, 248, 292)  # degrees, best first
LEADER = 24  # pixels from which a thin line joins label and point


def place_labels(
    axes: Axes, points: Sequence[tuple[float, float]], labels: Sequence[str], obstacles: np.ndarray
) -> np.ndarray:
    """Label points.

    Args:
        axes: with its final limits.
        points: (x, y) in data units.
        labels: one per point.
        obstacles: (n, 4), boxes left, bottom, right, top in pixels that no label may cover.

    Returns:
        (len(labels), 4), the boxes of the labels in pixels.
    """
    axes.figure.draw_without_rendering()  # fixes where the axes lie, so that pixels mean something
    taken = np.reshape(obstacles, (-1, 4))
    for (x, y), label in zip(axes.transData.transform(points), labels, strict=True):
        boxes = boxes_around(x, y, *text_size(axes, label))
        best = boxes[np.argmin(covered(boxes, taken, axes.bbox.extents))]  # the first of the best
        write_label(axes, label, best, (x, y))
        taken = np.vstack([taken, best])
    return taken[len(taken) - len(labels) :]


def text_size(axes: Axes, label: str) -> tuple[float, float]:
    """Width and height of a label in pixels, measured by drawing it."""
    text = axes.text(0, 0, label, fontsize=9)
    box = text.get_window_extent()
    text.remove()
    return box.width, box.height


def boxes_around(x: float, y: float, width: float, height: float) -> np.ndarray:
    """(n, 4), where a label may stand: every direction at the nearest distance first, then the next one."""
    distance, angle = (grid.ravel() for grid in np.meshgrid(DISTANCES, np.radians(DIRECTIONS), indexing="ij"))
    left = x + np.cos(angle) * (distance + width / 2) - width / 2
    bottom = y + np.sin(angle) * (distance + height / 2) - height / 2
    return np.stack([left, bottom, left + width, bottom + height], axis=1)


def covered(boxes: np.ndarray, taken: np.ndarray, room: np.ndarray) -> np.ndarray:
    """(n,) pixels of each of the boxes (n, 4) that lie on one of `taken` (m, 4) or outside `room` (4,).

    >>> covered(np.array([[0, 0, 20, 10]]), np.array([[15, 0, 40, 10]]), np.array([0, 0, 100, 100])).tolist()
    [50]
    """
    area = (boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])
    inside = overlap(boxes, room[None, :])[:, 0]
    return area - inside + overlap(boxes, taken).sum(axis=1)


def overlap(boxes: np.ndarray, others: np.ndarray) -> np.ndarray:
    """(n, m) pixels that each of the boxes (n, 4) shares with each of the others (m, 4)."""
    low = np.maximum(boxes[:, None, :2], others[None, :, :2])
    high = np.minimum(boxes[:, None, 2:], others[None, :, 2:])
    return np.clip(high - low, 0, None).prod(axis=2)


def write_label(axes: Axes, label: str, box: np.ndarray, point: tuple[float, float]) -> None:
    """Write one label into its box, joined to its point when it lies far off."""
    nearest = (min(max(point[0], box[0]), box[2]), min(max(point[1], box[1]), box[3]))
    arrow = None
    if math.dist(point, nearest) >= LEADER:
        arrow = {"arrowstyle": "-", "color": "#8A8A8A", "linewidth": 0.7, "shrinkA": 0, "shrinkB": 4}
    to_data = axes.transData.inverted()
    written = axes.annotate(
        label, xy=to_data.transform(point), xytext=to_data.transform(box[:2]),
        fontsize=9, va="bottom", ha="left", arrowprops=arrow,
    )  # fmt: skip
    written.set_in_layout(False)  # else the layout would move the axes away from under the labels
