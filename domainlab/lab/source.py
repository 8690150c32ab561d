"""`lab.show(function)` puts the package's own source below the cell: nothing the course uses is hidden."""

import inspect
from collections.abc import Callable

from IPython.display import display
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer

from domainlab.errors import ConfigError
from domainlab.lab.frontend import Note

BOX = "background:#f8f8f8;color:#1b1b1b;padding:.6em;overflow-x:auto"  # readable in dark themes too


def show(thing: Callable[..., object]) -> None:
    """Show the source of a function or class, with the file and line it stands at.

    Raises:
        ConfigError: `thing` has no Python source, for example a number or a built-in.
    """
    try:
        lines, first = inspect.getsourcelines(thing)
    except (TypeError, OSError) as error:
        raise ConfigError(
            f"show needs a function or class written in Python; got {thing!r} ({error})"
        ) from error
    place = f"# {inspect.unwrap(thing).__module__}, line {first}"
    text = f"{place}\n{inspect.cleandoc(''.join(lines)) if lines[0].startswith(' ') else ''.join(lines)}"
    html = highlight(text, PythonLexer(), HtmlFormatter(noclasses=True, cssstyles=BOX))
    display(Note(html=html, text=text.rstrip()))
