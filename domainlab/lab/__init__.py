"""What a notebook calls: `from domainlab import lab; cfg = lab.start("01")`.

Read in this order: session (start), guess (predict), claims and ledger (claim), checks (check, hint),
multiple_choice (quiz), source (show), figures, widgets. A file never has the name of a function in it, so
that `lab.start` is always the function. Names load on first use: `from domainlab import lab` loads none.
"""

import importlib

HOMES = {
    "start": "session",
    "predict": "guess",
    "claim": "claims",
    "ClaimFailed": "claims",
    "read_ledger": "ledger",
    "ledger_table": "ledger",
    "write_claims_html": "claims_page",
    "check": "checks",
    "hint": "checks",
    "quiz": "multiple_choice",
    "show": "source",
    "with_intervals": "figures",
    "pair_figure": "gain_loss",
    "heatmap_2x2": "figures",
    "line_band": "figures",
    "decision_table": "widgets",
    "review_view": "code_view",
    "Mark": "code_view",
    "frontier_figure": "learning_forgetting",
    "replay_slider": "replay_points",
    "Dashboard": "dashboard",
}


def __getattr__(name: str) -> object:
    """Load the file that holds `name`, for `lab.name`."""
    if name not in HOMES:
        raise AttributeError(f"domainlab.lab has no {name!r}; it has {', '.join(sorted(HOMES))}")
    return getattr(importlib.import_module(f"domainlab.lab.{HOMES[name]}"), name)


def __dir__() -> list[str]:
    """The names that tab completion offers."""
    return sorted(HOMES)
