"""Find Python files and read them, whatever state they are in; what cannot be read is reported with the reason."""

import fnmatch
import io
import os
import tokenize
from collections.abc import Iterable
from pathlib import Path

from domainlab.errors import ConfigError
from domainlab.review.findings import Skipped

ENDINGS = (".py", ".pyw")
NEVER = frozenset({"__pycache__", ".git", ".hg", ".svn", ".venv", "venv", "node_modules", ".tox", ".mypy_cache"})


def find_files(paths: Iterable[str | Path], exclude: Iterable[str] = ()) -> tuple[list[Path], list[Skipped]]:
    """All Python files under some paths, each once, sorted; links to folders are not followed, so no loop.

    Raises:
        ConfigError: a path does not exist.
    """
    found, skipped, exclude = {}, [], tuple(exclude)
    for path in map(Path, paths):
        if not os.path.lexists(path):
            raise ConfigError(f"There is no {path}; name an existing file or folder.")
        if path.is_dir():
            _walk(path, found, skipped, exclude)
        elif path.suffix in ENDINGS:
            _add(path, found, skipped)
        else:
            skipped.append(Skipped(path=str(path), reason="not a Python file (.py or .pyw)"))
    return sorted(found.values()), skipped


def read_source(path: Path, largest: int) -> tuple[str, str]:
    """The text of a file and what is wrong with it ("" = nothing); text with a wrong encoding is still given."""
    try:
        with path.open("rb") as file:
            data = file.read(largest + 1)
    except OSError as error:
        return "", f"cannot be read: {error.strerror}"
    if len(data) > largest:
        return "", f"larger than {largest} bytes"
    if b"\0" in data:
        return "", "binary data"
    try:
        encoding = tokenize.detect_encoding(io.BytesIO(data).readline)[0]
        return io.TextIOWrapper(io.BytesIO(data), encoding).read(), ""
    except (SyntaxError, UnicodeDecodeError, LookupError):
        return data.decode("latin-1"), "wrong encoding: neither UTF-8 nor what its first lines declare"


def _walk(top: Path, found: dict, skipped: list[Skipped], exclude: tuple[str, ...]) -> None:
    def unreadable(error: OSError) -> None:
        skipped.append(Skipped(path=str(error.filename), reason=f"cannot be read: {error.strerror}"))

    for folder, folders, names in os.walk(top, onerror=unreadable, followlinks=False):
        folders[:] = sorted(name for name in folders if name not in NEVER)
        for name in sorted(names):
            path = Path(folder, name)
            if path.suffix in ENDINGS and not any(fnmatch.fnmatch(str(path), pattern) for pattern in exclude):
                _add(path, found, skipped)


def _add(path: Path, found: dict, skipped: list[Skipped]) -> None:
    """Keep a file under its real place, so that links do not make it two."""
    try:
        real = path.resolve(strict=True)
    except (OSError, RuntimeError) as error:
        skipped.append(Skipped(path=str(path), reason=f"cannot be read: {getattr(error, 'strerror', error)}"))
        return
    if real.is_file():
        found.setdefault(real, path)
