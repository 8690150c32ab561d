"""Try out the folder of an index before chromadb does.

Once chromadb has failed to start on a folder, it cannot start there again in the same process.
"""

import tempfile
from pathlib import Path

from domainlab.errors import ConfigError

DATABASE = "chroma.sqlite3"  # the file that chromadb keeps in the folder
SQLITE_HEAD = b"SQLite format 3\0"  # https://sqlite.org/fileformat.html, section 1.3


def usable_folder(path: Path) -> Path:
    """The absolute path of a folder that can be written and holds no damaged index; made if missing.

    Raises:
        ConfigError: the folder cannot be made, written or read, or its database is not one.
    """
    folder = path.expanduser().resolve()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        tempfile.TemporaryFile(dir=folder).close()
        head = _head(folder / DATABASE)
    except OSError as error:
        raise ConfigError(f"An index needs a folder it can write; got {path} ({error.strerror}).") from error
    if head not in (b"", SQLITE_HEAD):
        raise ConfigError(f"{folder / DATABASE} is not an SQLite file. Delete it and build the index again.")
    return folder


def _head(database: Path) -> bytes:
    """The first bytes of the database; none where there is no database yet."""
    if not database.exists():
        return b""
    with database.open("rb") as file:
        return file.read(len(SQLITE_HEAD))
