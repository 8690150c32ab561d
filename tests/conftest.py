"""What every test runs under: no network, scale tiny, a temporary ledger of claims, notebooks by nbmake.

nbmake collects `notebooks/*.ipynb` and runs each from top to bottom in a fresh kernel. Just before, the
notebook is replaced by a copy with rehearsals (tests/rehearsal.py), so that one run serves all answer
states.
"""

import os
import shutil
import tempfile
from pathlib import Path

import pytest
from nbmake.pytest_items import NotebookItem

# Before any import of a Hugging Face library, which read these once; kernels and other children inherit them.
os.environ.update(
    DOMAINLAB_HEADLESS="1",
    DOMAINLAB_SCALE="tiny",
    HF_HUB_OFFLINE="1",
    MPLBACKEND="Agg",
    OMP_NUM_THREADS="1",  # sums come out the same on any number of cores, so a test run can be repeated to the digit
    TOKENIZERS_PARALLELISM="false",
    TRANSFORMERS_OFFLINE="1",
)
os.environ.pop("DOMAINLAB_ANSWERS", None)

from domainlab.lab.offline import JUPYTER_FOLDER, KERNEL_NAME, block_network
from rehearsal import write_rehearsed

os.environ["JUPYTER_PATH"] = str(JUPYTER_FOLDER)  # where nbmake finds the kernel without network
block_network()


def pytest_configure(config):
    config.option.nbmake_kernel = KERNEL_NAME
    config.scratch = Path(tempfile.mkdtemp(prefix="domainlab-tests-"))
    os.environ["DOMAINLAB_CLAIMS"] = str(config.scratch / "claims")


def pytest_unconfigure(config):
    shutil.rmtree(config.scratch, ignore_errors=True)


def pytest_collection_modifyitems(items):
    """Put the rehearsed copies in place here: hooks of single tests do not reach from tests/ into notebooks/."""
    for item in items:
        if isinstance(item, NotebookItem):
            item.add_marker(pytest.mark.notebook)
            item.filename = str(write_rehearsed(Path(item.filename), item.config.scratch))
