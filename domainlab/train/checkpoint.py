"""Checkpoints that can be trusted: a sealed folder lists its files with their sha256.

A run that is killed while it writes leaves a folder without a seal, a bad disk one whose files no longer
match. Both are noticed, and the checkpoint before is used.
"""

import hashlib
import json
import os
import shutil
import warnings
from dataclasses import asdict
from pathlib import Path

from domainlab.errors import ConfigError
from domainlab.train.config import TrainConfig

SEAL = "sealed.json"
RUN = "run.json"


def write_json(path: Path, content: object) -> None:
    """Write all of it or nothing, with sorted keys."""
    draft = path.with_name(path.name + ".tmp")
    draft.write_text(json.dumps(content, indent=1, sort_keys=True, ensure_ascii=False) + "\n", encoding="utf-8")
    os.replace(draft, path)


def claim_folder(output: Path, config: TrainConfig, data: str) -> None:
    """Note in `output` which run it belongs to, so that no other run continues there.

    Raises:
        ConfigError: the folder holds a run with other settings or other data.
    """
    output.mkdir(parents=True, exist_ok=True)
    run = {"config": asdict(config), "data": data}
    path = output / RUN
    if not path.exists():
        write_json(path, run)
        return
    found = json.loads(path.read_text(encoding="utf-8"))
    if found != run:
        other = [name for name in run["config"] if found["config"].get(name) != run["config"][name]]
        raise ConfigError(
            f"{output} holds a run with other {', '.join(other) or 'examples'}; choose an empty folder, or "
            "delete this one to start again."
        )


def seal(folder: Path) -> None:
    """Declare a checkpoint complete."""
    files = sorted(path for path in folder.rglob("*") if path.is_file() and path.name != SEAL)
    write_json(folder / SEAL, {str(path.relative_to(folder)): file_digest(path) for path in files})


def damage(folder: Path) -> str | None:
    """What is wrong with a checkpoint; None when it is whole."""
    if not (folder / SEAL).is_file():
        return "it was never finished"
    try:
        files = json.loads((folder / SEAL).read_text(encoding="utf-8"))
    except ValueError:
        return f"{SEAL} cannot be read"
    wrong = [name for name, digest in files.items() if not _matches(folder / name, digest)]
    return f"{wrong[0]} has changed or is missing" if wrong else None


def last_good(output: Path) -> Path | None:
    """The newest whole checkpoint of a run; damaged ones are removed with a warning."""
    folders = sorted(output.glob("checkpoint-*"), key=lambda folder: int(folder.name.split("-")[1]), reverse=True)
    for folder in folders:
        problem = damage(folder)
        if problem is None:
            return folder
        warnings.warn(f"Removing the damaged checkpoint {folder} ({problem}); using the one before.", stacklevel=3)
        shutil.rmtree(folder)
    return None


def _matches(path: Path, digest: str) -> bool:
    return path.is_file() and file_digest(path) == digest


def file_digest(path: Path) -> str:
    """sha256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
