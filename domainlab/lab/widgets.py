"""A table that the learner fills, against what was measured: RAG, fine-tuning or both for each need?"""

import html
from collections.abc import Mapping, Sequence

import ipywidgets
from IPython.display import display

from domainlab.errors import ConfigError
from domainlab.lab.frontend import Note, is_interactive

WAYS = ("RAG", "fine-tune", "both")


class Decisions:
    """What the learner decided so far; `chosen` maps a need to a way, or to None while undecided."""

    def __init__(self, key: Mapping[str, str]) -> None:
        """Start undecided; `key` maps every need to the measured winner."""
        self.key = dict(key)
        self.chosen: dict[str, str | None] = dict.fromkeys(key)

    def choose(self, need: str, way: str | None) -> None:
        """Decide for one need; None takes the decision back."""
        if need not in self.key or way not in (*WAYS, None):
            raise ConfigError(
                f"a need of the table and one of {', '.join(WAYS)} were expected; got {need!r}, {way!r}"
            )
        self.chosen[need] = way

    def agreement_words(self) -> str:
        """How far the decisions agree with the measurement, and where they do not."""
        decided = {need: way for need, way in self.chosen.items() if way is not None}
        if not decided:
            return "You have not decided yet."
        differ = [
            f"{need}: you said {way}, measured {self.key[need]}"
            for need, way in decided.items()
            if way != self.key[need]
        ]
        words = (
            f"You agree with the measurement in {len(decided) - len(differ)} of {len(decided)} decided rows."
        )
        return " ".join([words, *(f"{one}." for one in differ)])


def decision_table(rows: Sequence[str], *, key: Mapping[str, str]) -> Decisions:
    """Show one line per need with a choice of ways; when not live, the needs with the winner folded away.

    Args:
        rows: the needs, "prices that change every week".
        key: the way that measured best for each need, one of WAYS.

    Returns:
        The decisions; the table fills them while the learner chooses.

    Raises:
        ConfigError: `key` does not give every row, and nothing else, one of WAYS.
    """
    if (
        not rows
        or list(dict.fromkeys(rows)) != list(rows)
        or set(key) != set(rows)
        or not set(key.values()) <= set(WAYS)
    ):
        raise ConfigError(
            f"each of the {len(rows)} different rows needs one of {', '.join(WAYS)}; got {dict(key)}"
        )
    decisions = Decisions({need: key[need] for need in rows})
    display(decision_widget(decisions) if is_interactive() else decision_note(decisions))
    return decisions


def decision_note(decisions: Decisions) -> Note:
    """The table as a rendered notebook or a terminal shows it."""
    lines = "".join(
        f"<tr><td>{html.escape(need)}</td>"
        f"<td><details><summary>measured winner</summary>{html.escape(way)}</details></td></tr>"
        for need, way in decisions.key.items()
    )
    header = "<tr><th>Need</th><th>RAG, fine-tune or both?</th></tr>"
    text = "\n".join(f"{need}: {way} measured best" for need, way in decisions.key.items())
    return Note(html=f"<table>{header}{lines}</table>", text=text)


def decision_widget(decisions: Decisions) -> ipywidgets.VBox:
    """One dropdown per need, and a button that compares."""
    told = ipywidgets.HTML()
    button = ipywidgets.Button(description="Compare", tooltip="Compare your decisions with the measurement")

    def compare(_: ipywidgets.Button) -> None:
        told.value = html.escape(decisions.agreement_words())

    button.on_click(compare)
    return ipywidgets.VBox([*(need_widget(decisions, need) for need in decisions.key), button, told])


def need_widget(decisions: Decisions, need: str) -> ipywidgets.HBox:
    """One need with its dropdown."""
    dropdown = ipywidgets.Dropdown(options=[("choose", None), *((way, way) for way in WAYS)], tooltip=need)
    dropdown.layout.width = "9em"
    dropdown.observe(lambda change: decisions.choose(need, change["new"]), names="value")
    return ipywidgets.HBox([dropdown, ipywidgets.HTML(html.escape(need))])
