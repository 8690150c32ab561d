"""What requirements.txt pins, and under which names it is imported."""

import re
from functools import cache
from importlib.metadata import packages_distributions
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PIN = re.compile(r"([A-Za-z0-9._-]+)==([0-9][0-9A-Za-z.]*)")


def pin_lines() -> list[str]:
    lines = (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line.strip() and not line.startswith("#")]


@cache
def pinned_modules() -> frozenset[str]:
    """The top-level modules of the pinned distributions."""
    pinned = {canonical(found[1]) for line in pin_lines() if (found := PIN.match(line))}
    return frozenset(
        module
        for module, distributions in packages_distributions().items()
        if pinned & {canonical(name) for name in distributions}
    )


def canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
