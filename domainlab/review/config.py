"""What a scan reports and when it fails: read from `domainlab-review.toml` or [tool.domainlab.review].

threshold = "medium"            # findings of at least this severity make the command fail
confidence = "medium"           # findings that are less sure are not reported
ignore = ["CWE-117"]            # weaknesses that are not reported
exclude = ["*/migrations/*"]    # paths that are not scanned
[severities]                    # other words for some weaknesses
CWE-798 = "critical"
"""

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path

from domainlab.errors import ConfigError
from domainlab.review.findings import CONFIDENCES, SEVERITIES

FILES = ("domainlab-review.toml", "pyproject.toml")


@dataclass(frozen=True, kw_only=True)
class ReviewConfig:
    """Settings of a scan; wrong ones are refused with what was expected."""

    threshold: str = "low"
    confidence: str = "medium"
    ignore: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    severities: Mapping[str, str] = field(default_factory=dict)
    bandit: bool = True
    inline_ignores: bool = True  # False: comments in the code suppress nothing
    largest: int = 4_000_000  # bytes of one file
    jobs: int = field(default_factory=lambda: os.cpu_count() or 1)  # processes

    def __post_init__(self) -> None:
        """Check every value."""
        for name, allowed in (("threshold", SEVERITIES), ("confidence", CONFIDENCES)):
            if getattr(self, name) not in allowed:
                raise ConfigError(f"{name}: expected one of {', '.join(allowed)}; got {getattr(self, name)!r}.")
        for cwe, severity in self.severities.items():
            if severity not in SEVERITIES:
                raise ConfigError(f"severities: {cwe} must be one of {', '.join(SEVERITIES)}; got {severity!r}.")
        for cwe in (*self.ignore, *self.severities):
            if not (isinstance(cwe, str) and cwe.startswith("CWE-") and cwe[4:].isdigit()):
                raise ConfigError(f'Expected weaknesses such as "CWE-89"; got {cwe!r}.')
        if not all(isinstance(pattern, str) for pattern in self.exclude):
            raise ConfigError(f"exclude: expected patterns of paths as texts; got {self.exclude!r}.")
        for name in ("largest", "jobs"):
            value = getattr(self, name)
            if not isinstance(value, int) or isinstance(value, bool) or value < 1:
                raise ConfigError(f"{name}: expected a whole number of at least 1; got {value!r}.")
        for name in ("bandit", "inline_ignores"):
            if not isinstance(getattr(self, name), bool):
                raise ConfigError(f"{name}: expected true or false; got {getattr(self, name)!r}.")


def read_config(path: Path | None, folder: Path) -> ReviewConfig:
    """The settings of a file, or of the first one found in a folder, or the defaults.

    Raises:
        ConfigError: the file is missing, no TOML, or has a name or value that is not known.
    """
    if path is None:
        path = next((folder / name for name in FILES if _table(folder / name) is not None), None)
        if path is None:
            return ReviewConfig()
    elif not path.is_file():
        raise ConfigError(f"There is no file {path}; name an existing TOML file, or leave --config out.")
    return from_table(_table(path) or {}, str(path))


def from_table(table: Mapping, where: str) -> ReviewConfig:
    """Settings from a TOML table."""
    known = {one.name for one in fields(ReviewConfig)}
    if unknown := set(table) - known:
        raise ConfigError(f"{where}: unknown settings {sorted(unknown)}; known are {', '.join(sorted(known))}.")
    try:
        values = {key: tuple(value) if key in ("ignore", "exclude") else value for key, value in table.items()}
        return ReviewConfig(**values)
    except (TypeError, AttributeError) as error:
        raise ConfigError(f"{where}: a setting has the wrong type ({error}).") from error
    except ConfigError as error:
        raise ConfigError(f"{where}: {error}") from error


def _table(path: Path) -> Mapping | None:
    if not path.is_file():
        return None
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: not a TOML file ({error}).") from error
    return data.get("tool", {}).get("domainlab", {}).get("review") if path.name == "pyproject.toml" else data
