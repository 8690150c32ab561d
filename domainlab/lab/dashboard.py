"""Watch a model forget while it learns: scores at some steps of the training, drawn as they come in.

The dashboard is given to `finetune` in the place of a penalty: a function of the model that adds nothing to the
loss and looks at the model every so many steps.
"""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

import ipywidgets
import pandas as pd
from IPython.display import display

from domainlab.errors import ConfigError
from domainlab.lab.figure_style import DescribedFigure
from domainlab.lab.figures import line_band
from domainlab.lab.frontend import is_interactive

if TYPE_CHECKING:  # reading a file of lab loads no torch
    from torch import Tensor, nn

Look = Callable[["nn.Module"], Mapping[str, float]]  # the model -> score by suite


class Dashboard:
    """Measures every `every` steps; a penalty of 0, so the training is the same with it and without it."""

    def __init__(self, look: Look, *, every: int, title: str) -> None:
        """Nothing is measured yet; live, the figure stands below the cell and changes while the model trains.

        Args:
            look: measures the model; it is called in eval mode.
            every: steps between two looks; the first look is before the first step.
            title: of the figure.
        """
        if every < 1:
            raise ConfigError(f"every must be at least 1 step; got {every}")
        self.look, self.every, self.title = look, every, title
        self.step, self.rows = 0, []
        self.picture = ipywidgets.Image(format="png") if is_interactive() else None
        if self.picture is not None:
            display(self.picture)

    def __call__(self, model: "nn.Module") -> "Tensor":
        """The zero that `finetune` adds to its loss."""
        if self.step % self.every == 0:
            self.measure(model)
        self.step += 1
        return next(model.parameters()).new_zeros(())

    def measure(self, model: "nn.Module") -> None:
        """Look now; call it once more after training for the last point."""
        training = model.training
        model.eval()
        try:
            found = self.look(model)
        finally:
            model.train(training)
        self.rows += [{"step": self.step, "arm": suite, "mean": score} for suite, score in found.items()]
        if self.picture is not None and self.step:
            self.picture.value = self.figure().png()

    def table(self) -> pd.DataFrame:
        """Scores by step (rows) and suite (columns)."""
        return pd.DataFrame(self.rows).pivot(index="step", columns="arm", values="mean")

    def figure(self) -> DescribedFigure:
        """One line per suite; the static form of the dashboard."""
        frame = pd.DataFrame(self.rows)
        frame = frame.assign(low=frame["mean"], high=frame["mean"])
        return line_band(
            frame, x="step", title=self.title, xlabel="training step", ylabel="score",
            alt=f"{self.title}: score of {', '.join(frame['arm'].unique())} by training step.",
        )  # fmt: skip
