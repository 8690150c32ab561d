"""The whole course in one go: `python -m domainlab.lab.course`.

Runs every notebook from top to bottom, each in a fresh kernel (without network where the base model is a
local folder), prints one line per notebook and the table of claims, and writes the executed pages and the
page of claims to build/. The exit code is 1 if a notebook or a claim failed. `--update` also writes the
outputs of the notebooks that passed back into notebooks/.
"""

import argparse
import copy
import os
import re
import shutil
import sys
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import nbformat
import pandas as pd
from jupyter_client.kernelspec import NATIVE_KERNEL_NAME, KernelSpecManager
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from nbconvert.exporters import HTMLExporter
from nbformat import NotebookNode
from tqdm import tqdm

from domainlab.errors import ConfigError, DomainlabError
from domainlab.lab.claims_page import write_claims_html
from domainlab.lab.ledger import ledger_table, read_ledger
from domainlab.lab.offline import JUPYTER_FOLDER, KERNEL_NAME
from domainlab.lab.outputs import stable_outputs
from domainlab.settings import ROOT, Scale, current_scale

LINK_TO_NOTEBOOK = re.compile(r"(\]\([\w./-]+)\.ipynb\b")


@dataclass(frozen=True, kw_only=True)
class Run:
    """What became of one notebook."""

    notebook: NotebookNode  # with outputs up to the cell that failed
    seconds: float
    error: str  # "" where every cell passed


def run_course(notebooks: Path, build: Path, scale: Scale, *, update: bool) -> bool:
    """Run the notebooks of a folder in the order of their names and report on standard output.

    Args:
        notebooks: the folder with NN_*.ipynb.
        build: where NN_*.html, claims.html and the ledger of claims go.
        scale: the current scale.
        update: write the outputs of notebooks that passed back into `notebooks`.

    Returns:
        Whether every notebook ran to its end and no claim failed.

    Raises:
        ConfigError: there are no notebooks.
    """
    paths = sorted(notebooks.glob("*.ipynb"))
    if not paths:
        raise ConfigError(f"no notebooks (*.ipynb) in {notebooks}; run this from a checkout of the course")
    unfinished = build / "claims.part"
    shutil.rmtree(unfinished, ignore_errors=True)  # of a run that was killed
    unfinished.mkdir(parents=True)
    try:
        passed = [run_and_report(path, build, scale, unfinished, update=update) for path in paths]
        frame = read_ledger(unfinished)
        say(f"\n{ledger_table(frame)}\n")
        write_claims_html(frame, build / "claims.html")
        shutil.rmtree(build / "claims", ignore_errors=True)
        unfinished.replace(build / "claims")
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)
    say(f"{sum(passed)} of {len(paths)} notebooks passed; open {build / 'claims.html'}")
    return all(passed) and not (frame["status"] == "failed").any()


def run_and_report(path: Path, build: Path, scale: Scale, claims: Path, *, update: bool) -> bool:
    """Run one notebook, write its page and say its line; returns whether it passed."""
    try:
        notebook = nbformat.read(path, as_version=4)
    except (OSError, ValueError) as error:
        say(f"{path.stem:<32} FAILED  it cannot be read: {first_line(error)}")
        return False
    run = run_notebook(notebook, path, scale, claims)
    replace_file(build / f"{path.stem}.html", notebook_page(run.notebook, path))
    if update and not run.error:
        replace_file(path, nbformat.writes(stable_outputs(run.notebook)) + "\n")
    word = "FAILED" if run.error else "passed"
    say(f"{path.stem:<32} {word} {run.seconds:6.0f} s  {count_claims(read_ledger(claims), path.stem[:2])}")
    if run.error:
        say(f"    {run.error}")
    return not run.error


def run_notebook(notebook: NotebookNode, path: Path, scale: Scale, claims: Path) -> Run:
    """Execute all cells in a fresh kernel that works in the folder of `path`; the first error ends it."""
    limit = notebook.metadata.get("execution", {}).get("timeout", 300) if scale.name == "tiny" else None
    client = NotebookClient(
        notebook, km=kernel_for(scale), timeout=limit, startup_timeout=180, record_timing=False,
        coalesce_streams=True,  # how a print is cut into messages differs from run to run
    )  # fmt: skip
    environment = {**os.environ, "DOMAINLAB_CLAIMS": str(claims), "DOMAINLAB_HEADLESS": "1"}
    started, reached, error = time.perf_counter(), "before the first cell", ""
    try:
        with client.setup_kernel(cleanup_kc=True, cwd=str(path.parent), env=environment):
            bar = tqdm(notebook.cells, desc=path.stem, unit="cell", leave=False, disable=None)
            for index, cell in enumerate(bar):
                reached = f"cell {cell.get('id', index)}"
                client.execute_cell(cell, index)
    except CellExecutionError as failure:
        error = f"{reached}: {failure.ename}: {first_line(failure.evalue)}"
    except CellTimeoutError:
        error = f"{reached}: still running after {limit} s, the limit in the notebook's metadata"
    except DeadKernelError:
        error = f"{reached}: the kernel died; out of memory is the usual reason"
    except RuntimeError as failure:
        error = f"{reached}: the kernel did not start: {first_line(failure)}"
    return Run(notebook=notebook, seconds=time.perf_counter() - started, error=error)


def kernel_for(scale: Scale) -> AsyncKernelManager:
    """The kernel without network where the base model is a local folder, the ordinary one elsewhere."""
    specs = KernelSpecManager(kernel_dirs=[str(JUPYTER_FOLDER / "kernels")])
    name = KERNEL_NAME if scale.revision is None else NATIVE_KERNEL_NAME  # a hub model has a revision
    return AsyncKernelManager(kernel_name=name, kernel_spec_manager=specs)


def notebook_page(notebook: NotebookNode, path: Path) -> str:
    """An executed notebook as one HTML page, pictures inside, links between notebooks leading to pages."""
    linked = copy.deepcopy(notebook)
    for cell in linked.cells:
        if cell.cell_type == "markdown":
            cell.source = LINK_TO_NOTEBOOK.sub(r"\1.html", cell.source)
    place = {"metadata": {"name": path.stem, "path": str(path.parent)}}
    page, _ = HTMLExporter(embed_images=True).from_notebook_node(linked, resources=place)
    return page


def count_claims(frame: pd.DataFrame, notebook_id: str) -> str:
    """How many claims of one notebook held and failed, in words."""
    statuses = Counter(frame.loc[frame["notebook"] == notebook_id, "status"])
    words = f"claims: {statuses['held']} held, {statuses['failed']} failed"
    unmeasured = statuses["not measured"]
    return f"{words}, {unmeasured} not measured at this scale" if unmeasured else words


def replace_file(path: Path, text: str) -> None:
    """Write a text file whole or not at all."""
    unfinished = path.with_name(f"{path.name}.part")
    unfinished.write_text(text, encoding="utf-8", newline="\n")
    os.replace(unfinished, path)


def first_line(message: object) -> str:
    """The first line of an error, which is where ours say what to do."""
    return (str(message).strip().splitlines() or ["no message"])[0]


def say(line: str) -> None:
    """Put one line on standard output at once, above a progress bar that may be there."""
    tqdm.write(line, file=sys.stdout)
    sys.stdout.flush()


def main(arguments: list[str] | None = None) -> int:
    """The command; returns the exit code: 0 all passed, 1 something failed, 2 it could not begin."""
    parser = argparse.ArgumentParser(prog="python -m domainlab.lab.course", description="Run the course.")
    parser.add_argument("--update", action="store_true", help="write the outputs back into notebooks/")
    options = parser.parse_args(arguments)
    try:
        passed = run_course(ROOT / "notebooks", ROOT / "build", current_scale(), update=options.update)
    except DomainlabError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    return 0 if passed else 1


if __name__ == "__main__":
    sys.exit(main())
