"""The first line of every notebook: `cfg = lab.start("01")` sets scale, device and seed and says so."""

import json
import logging
import os
import random
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import numpy as np

from domainlab.errors import ConfigError
from domainlab.lab.frontend import tell
from domainlab.lab.ledger import begin_run
from domainlab.memory import keep_freed_memory
from domainlab.settings import ROOT, SCALES, Scale, current_scale

LIBRARIES = ("torch", "transformers", "peft", "trl")
TALKATIVE = ("transformers", "trl", "datasets", "accelerate")


@dataclass(frozen=True, kw_only=True)
class Minutes:
    """What the notebook's author declared, in minutes; `run` is all code cells together at scale tiny."""

    teach: float
    exercises: float
    run: float


@dataclass(frozen=True, kw_only=True)
class Session:
    """What the cells of one notebook share."""

    notebook: str  # "01"
    title: str
    scale: Scale
    device: str  # "cpu", "cuda" or "mps"
    seed: int
    versions: dict[str, str]  # library -> installed version
    minutes: Minutes


def start(notebook_id: str, *, scale: str | None = None) -> Session:
    """Prepare the kernel for one notebook and show one line about it.

    Seeds Python, NumPy and torch, quietens the libraries, keeps them off the network where the base model is
    a local folder, and begins a new run in the ledger of claims.

    Args:
        notebook_id: the two digits in the notebook's file name, "01".
        scale: "tiny", "small" or "full"; None takes DOMAINLAB_SCALE.

    Raises:
        ConfigError: there is no such notebook or scale.
    """
    title, minutes = read_declaration(notebook_id, ROOT / "notebooks")
    row = choose_scale(scale)
    go_offline_if_local(row.base_model)
    quieten_libraries()
    keep_freed_memory()
    seed = row.seeds[0]
    device = seed_and_device(seed, row.device)
    versions = {name: version(name) for name in LIBRARIES}
    session = Session(
        notebook=notebook_id,
        title=title,
        scale=row,
        device=device,
        seed=seed,
        versions=versions,
        minutes=minutes,
    )
    begin_run(notebook_id, row.name)
    tell(summary_line(session))
    return session


def choose_scale(name: str | None) -> Scale:
    """The scale called `name`, made the current one for everything that reads DOMAINLAB_SCALE after us."""
    if name is not None:
        if name not in SCALES:
            raise ConfigError(f"scale must be one of {', '.join(SCALES)}; got {name!r}")
        os.environ["DOMAINLAB_SCALE"] = name
    return current_scale()


def read_declaration(notebook_id: str, folder: Path) -> tuple[str, Minutes]:
    """Title and minutes from the metadata of the notebook `NN_*.ipynb` in `folder`."""
    found = sorted(folder.glob(f"{notebook_id}_*.ipynb"))
    if len(found) != 1:
        raise ConfigError(f"expected one notebook {notebook_id}_*.ipynb in {folder}; found {len(found)}")
    try:
        declared = json.loads(found[0].read_text(encoding="utf-8"))["metadata"]["domainlab"]
        return declared["title"], Minutes(**declared["minutes"])
    except (KeyError, TypeError, json.JSONDecodeError) as error:
        raise ConfigError(
            f"{found[0].name}: metadata.domainlab needs title and minutes (teach, exercises, run); {error!r}"
        ) from error


def go_offline_if_local(base_model: str) -> None:
    """Forbid hub calls where the base model is a folder; must run before transformers is imported."""
    if Path(base_model).is_dir():
        os.environ.setdefault("HF_HUB_OFFLINE", "1")
        os.environ.setdefault("TRANSFORMERS_OFFLINE", "1")


def quieten_libraries() -> None:
    """Let only errors through, for libraries that are loaded already and for those that come later."""
    os.environ.setdefault("TRANSFORMERS_VERBOSITY", "error")
    os.environ.setdefault("DATASETS_VERBOSITY", "error")
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")  # else a warning for every forked worker
    for name in TALKATIVE:
        logging.getLogger(name).setLevel(logging.ERROR)


def seed_and_device(seed: int, device: str) -> str:
    """Seed the three global generators and resolve "auto" to the best device that is there."""
    import torch  # here, so that reading this file costs no second and no memory

    random.seed(seed)
    np.random.seed(seed)
    torch.manual_seed(seed)
    if device != "auto":
        return device
    if torch.cuda.is_available():
        return "cuda"
    return "mps" if torch.backends.mps.is_available() else "cpu"


def summary_line(session: Session) -> str:
    """The line that `start` shows."""
    minutes, row = session.minutes, session.scale
    libraries = ", ".join(f"{name} {number}" for name, number in session.versions.items())
    return (
        f"{session.notebook} {session.title} | scale {row.name}: {Path(row.base_model).name} "
        f"on {session.device}, seed {session.seed} | {libraries} | about {minutes.teach:g} min reading, "
        f"{minutes.exercises:g} min exercises, {minutes.run:g} min running"
    )
