"""Move the share of replay and see what was measured there: gained, kept, and what it cost."""

import ipywidgets
import pandas as pd
from IPython.display import display

from domainlab.errors import DataError
from domainlab.lab.figure_style import DescribedFigure
from domainlab.lab.frontend import Note, is_interactive
from domainlab.lab.learning_forgetting import frontier_figure

COLUMNS = ("ratio", "gain", "kept", "tokens")


class ReplayPoints:
    """The measured shares of replay; `at` finds the nearest one, nothing is interpolated."""

    def __init__(self, frame: pd.DataFrame) -> None:
        """`frame` has the columns ratio (0 to 1), gain (points), kept (share) and tokens, and those of the frontier.

        Raises:
            DataError: a column is missing, or there is no row.
        """
        if set(COLUMNS) - set(frame.columns) or frame.empty:
            raise DataError(f"rows with the columns {', '.join(COLUMNS)} were expected; got {list(frame.columns)}")
        self.frame = frame.sort_values("ratio").reset_index(drop=True)

    def at(self, ratio: float) -> pd.Series:
        """The measured row whose ratio is nearest."""
        return self.frame.loc[(self.frame["ratio"] - ratio).abs().idxmin()]

    def words(self, ratio: float) -> str:
        """What was measured there, as a sentence."""
        row, none = self.at(ratio), self.frame.iloc[0]
        return (
            f"{100 * row['ratio']:g} % replay: gained {row['gain']:.0f} points, kept {100 * row['kept']:.0f} % of the "
            f"general skills, {row['tokens'] / none['tokens']:.1f} times the tokens of {100 * none['ratio']:g} %."
        )


def replay_slider(frame: pd.DataFrame) -> ReplayPoints:
    """A slider over the measured shares with the frontier below it; when not live, all of them as text.

    Args:
        frame: as `ReplayPoints` takes it, with the columns of `frontier_figure`.

    Returns:
        The points.
    """
    points = ReplayPoints(frame)
    lines = [points.words(ratio) for ratio in points.frame["ratio"]]
    if is_interactive():
        display(slider_widget(points))
    else:
        display(Note(html="<br>".join(lines), text="\n".join(lines)))
    return points


def slider_widget(points: ReplayPoints) -> ipywidgets.VBox:
    """The slider, the sentence and the figure with the chosen point ringed."""
    options = [(f"{100 * ratio:g} %", ratio) for ratio in points.frame["ratio"]]
    slider = ipywidgets.SelectionSlider(options=options, description="replay", tooltip="share of replayed examples")
    told, picture = ipywidgets.HTML(), ipywidgets.Image(format="png")

    def show(change: dict[str, float]) -> None:
        told.value = points.words(change["new"])
        picture.value = ringed(points, change["new"]).png()

    slider.observe(show, names="value")
    show({"new": slider.value})
    return ipywidgets.VBox([slider, told, picture])


def ringed(points: ReplayPoints, ratio: float) -> DescribedFigure:
    """The frontier of replay with one point ringed."""
    words = points.words(ratio)
    chosen = points.at(ratio).to_frame().T
    return frontier_figure(
        points.frame, title=words.split(", ")[0], alt=f"The frontier of replay. {words}", live=chosen
    )
