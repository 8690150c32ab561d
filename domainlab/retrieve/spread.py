"""Embed large corpora on several processes or machines with Ray Data, behind the call of any other embedder.

    index = VectorIndex(SpreadEmbedder(SentenceEmbedder, workers=8), embed_at_once=20_000)
    index.add(chunks)

Each worker loads the encoder once. Without a Ray cluster (`ray.init(address=...)` before the first call joins one)
the workers are processes of this machine. Few texts, such as a question, are embedded here, as no worker is worth
its start for them.
"""

import os
from collections.abc import Callable, Sequence

import numpy as np
import ray
import ray.data

from domainlab.errors import ConfigError
from domainlab.retrieve.vectors import Embedder


class SpreadEmbedder:
    """An embedder that shares its work out among Ray workers; rows come back in the order of the texts."""

    def __init__(self, make: Callable[[], Embedder], *, workers: int, batch_size: int = 256) -> None:
        """Say what is to be spread; nothing is started before the first large call.

        Args:
            make: makes the encoder, once in each worker and once here: a class or function of an installed module.
            workers: how many encoders work at once.
            batch_size: texts that a worker gets at a time; so many or fewer are embedded here.

        Raises:
            ConfigError: no workers, or a batch without texts.
        """
        if workers < 1 or batch_size < 1:
            raise ConfigError(f"workers and batch_size must be at least 1; got {workers}, {batch_size}.")
        self._make, self._workers, self._batch_size = make, workers, batch_size
        self._here: Embedder | None = None

    def __call__(self, texts: Sequence[str]) -> np.ndarray:
        """Embed n texts: float32 `(n, dim)`, rows of length 1."""
        if len(texts) <= self._batch_size:
            self._here = self._here or self._make()
            return self._here(texts)
        if not ray.is_initialized():
            os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")  # a start would otherwise report itself
            ray.init(num_cpus=self._workers, include_dashboard=False, log_to_driver=False)
        ray.data.DataContext.get_current().enable_progress_bars = False  # the index shows its own
        work = ray.data.from_items([{"place": place, "text": text} for place, text in enumerate(texts)])
        done = work.map_batches(
            _Worker, fn_constructor_args=(self._make,), batch_size=self._batch_size,
            compute=ray.data.ActorPoolStrategy(size=self._workers),
        )  # fmt: skip
        parts = list(done.iter_batches(batch_size=None, batch_format="numpy"))
        places, rows = (np.concatenate([part[name] for part in parts]) for name in ("place", "row"))
        return rows[np.argsort(places)]


class _Worker:
    """One encoder in one process."""

    def __init__(self, make: Callable[[], Embedder]) -> None:
        self._embed = make()

    def __call__(self, batch: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
        return {"place": batch["place"], "row": self._embed([str(text) for text in batch["text"]])}
