"""How the lab talks to the reader: rich in a notebook, plain in a terminal, without widgets when headless."""

import html
import os
from dataclasses import dataclass

from IPython import get_ipython
from IPython.display import display

GOOD, BAD, NEUTRAL = (
    "#0072B2",
    "#D55E00",
    "#767676",
)  # the words say the same, so no colour is needed to read them


@dataclass(frozen=True, kw_only=True, repr=False)
class Note:
    """A short message in two forms; the frontend takes the one it can draw.

    >>> Note(html="<b>held</b>", text="held")
    held
    """

    html: str
    text: str

    def __repr__(self) -> str:
        """The plain form, which is also what a terminal prints."""
        return self.text

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        """The two forms by MIME type; IPython passes `include` and `exclude` and filters afterwards."""
        return {"text/html": self.html, "text/plain": self.text}


def is_interactive() -> bool:
    """Whether somebody can move a slider: there is a notebook kernel and DOMAINLAB_HEADLESS is not 1.

    A notebook run by a program has a kernel too, so our runner sets DOMAINLAB_HEADLESS=1.
    """
    shell = get_ipython()
    return os.environ.get("DOMAINLAB_HEADLESS") != "1" and hasattr(shell, "kernel")


def tell(text: str, *, colour: str = NEUTRAL) -> None:
    """Show one line below the cell, with a coloured bar, or on the terminal when there is no notebook."""
    bar = f'<div style="border-left:4px solid {colour};padding-left:.6em">{html.escape(text)}</div>'
    display(Note(html=bar, text=text))
