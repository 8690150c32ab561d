"""The one look of every figure.

Colours that colour-blind readers can tell apart, a finding as title, words for those who cannot see it.
"""

import base64
import io
import textwrap
from collections.abc import Collection

import matplotlib
import numpy as np
import pandas as pd
from IPython.display import display
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from domainlab.errors import ConfigError, DataError

# Okabe and Ito (2008), "Color Universal Design", without the yellow, which is too light for thin lines
PALETTE = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
MARKERS = ("o", "s", "^", "D", "v", "P", "X")  # shape repeats what colour says
STYLE = {
    "figure.dpi": 110,
    "figure.facecolor": "white",
    "font.family": "sans-serif",
    "font.size": 9.5,
    "axes.titlesize": 11,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "grid.color": "#E3E3E3",
    "legend.frameon": False,
    "axes.unicode_minus": True,
}


class DescribedFigure(Figure):
    """A matplotlib figure that carries its description into the notebook as the picture's alt text."""

    alt: str = ""

    def __repr__(self) -> str:
        """The description, for a terminal."""
        return self.alt

    __str__ = __repr__

    def png(self) -> bytes:
        """The picture; the same figure gives the same bytes."""
        buffer = io.BytesIO()
        self.savefig(buffer, format="png", metadata={"Software": None})
        return buffer.getvalue()

    def _ipython_display_(self) -> None:
        """Show picture and description; IPython calls this instead of its own way of drawing figures."""
        picture = {"image/png": base64.b64encode(self.png()).decode("ascii"), "text/plain": self.alt}
        display(picture, metadata={"image/png": {"alt": self.alt}}, raw=True)


def new_figure(
    *, title: str, alt: str, width: float = 6.4, height: float = 3.8
) -> tuple[DescribedFigure, Axes]:
    """An empty figure in the course's look; call it and draw inside `matplotlib.rc_context(STYLE)`.

    Args:
        title: the finding, as a sentence.
        alt: what the picture shows, for those who cannot see it.
        width: in inches.
        height: in inches.

    Raises:
        ConfigError: title or alt is empty.
    """
    if not title.strip() or not alt.strip():
        raise ConfigError(f"a figure needs a title (its finding) and an alt text; got {title!r} and {alt!r}")
    with matplotlib.rc_context(STYLE):
        figure = DescribedFigure(figsize=(width, height), layout="constrained")
        figure.alt = alt
        axes = figure.add_subplot()
        axes.set_title(textwrap.fill(title, width=int(width * 11.5)), pad=10)
    return figure, axes


def check_intervals(frame: pd.DataFrame, names: Collection[str], *, mean: str, low: str, high: str) -> None:
    """Refuse a table that cannot be drawn.

    Raises:
        DataError: a column is missing, a number is not finite, or an interval does not hold its mean.
    """
    missing = {*names, mean, low, high} - set(frame.columns)
    if missing or frame.empty:
        raise DataError(
            f"a table with rows and the columns {', '.join(sorted(missing)) or 'named'} was expected"
        )
    values = frame[[low, mean, high]].to_numpy(dtype=float)
    finite = np.isfinite(values).all(axis=1)
    if not finite.all():
        raise DataError(f"{low}, {mean} and {high} must be finite numbers; row {np.argmin(finite)} is not")
    ordered = (np.diff(values, axis=1) >= -1e-9).all(axis=1)
    if not ordered.all():
        raise DataError(f"every row needs {low} <= {mean} <= {high}; row {np.argmin(ordered)} has not")


def arm_looks(arms: Collection[str]) -> dict[str, tuple[str, str]]:
    """Colour and marker of each arm, in order of first appearance.

    Raises:
        ConfigError: more arms than colours that can be told apart.
    """
    names = list(dict.fromkeys(arms))
    if len(names) > len(PALETTE):
        raise ConfigError(f"a figure holds at most {len(PALETTE)} arms; got {len(names)}: {', '.join(names)}")
    return {name: look for name, look in zip(names, zip(PALETTE, MARKERS, strict=True), strict=False)}
