"""Outputs as they are committed: what the reader needs, and nothing that differs from machine to machine.

`stable_outputs` drops timings, progress bars, warnings, widget state, paths and memory addresses, and notes
from which code the outputs came, so that a test can tell when they are stale. The outputs of a cell tagged
"timing" (measured speed, latency) are not committed at all.
"""

import copy
import hashlib
import os
import re
from pathlib import Path

from nbformat import NotebookNode

from domainlab.settings import ROOT

DIGEST = "code_sha256"  # key in metadata.domainlab
TIMING = "timing"  # tag of cells whose output is this machine's speed
WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"
ADDRESS = re.compile(r" at 0x[0-9a-fA-F]+")


def code_digest(notebook: NotebookNode) -> str:
    """SHA-256 of all code cells: it changes when any of them does, and with nothing else."""
    sources = [cell.source for cell in notebook.cells if cell.cell_type == "code"]
    return hashlib.sha256("\0".join(sources).encode()).hexdigest()


def stable_outputs(executed: NotebookNode) -> NotebookNode:
    """A copy of an executed notebook that is the same whoever ran it, as long as the results are."""
    notebook = copy.deepcopy(executed)
    notebook.metadata.pop("widgets", None)
    notebook.metadata.language_info = {"name": "python"}  # its version is the machine's
    notebook.metadata.setdefault("domainlab", {})[DIGEST] = code_digest(notebook)
    for cell in notebook.cells:
        cell.metadata.pop("execution", None)
        if cell.cell_type == "code":
            kept = [] if TIMING in cell.metadata.get("tags", []) else filter(is_for_reader, cell.outputs)
            cell.outputs = [stable_output(output) for output in kept]
    return notebook


def is_for_reader(output: NotebookNode) -> bool:
    """Whether an output means anything without the kernel that made it; stderr and bare widgets do not."""
    return output.get("name") != "stderr" and WIDGET_VIEW not in output.get("data", {})


def stable_output(output: NotebookNode) -> NotebookNode:
    """One output with its texts cleaned."""
    if "text" in output:
        output.text = stable_text(output.text)
    for kind, value in output.get("data", {}).items():
        if isinstance(value, str) and not kind.startswith("image/"):
            output.data[kind] = stable_text(value)
    return output


def stable_text(text: str) -> str:
    """The text without memory addresses, with paths as seen from the checkout and from the home folder.

    >>> stable_text("<Thing at 0x7f3a>"), stable_text(str(ROOT))
    ('<Thing>', '.')
    """
    text = text.replace(f"{ROOT}{os.sep}", "").replace(str(ROOT), ".").replace(str(Path.home()), "~")
    return ADDRESS.sub("", text)
