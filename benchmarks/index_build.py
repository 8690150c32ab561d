"""How long a large index takes to build and how much memory it needs; killed half-way, it continues.

    python benchmarks/index_build.py --chunks 100000                    # a cheap embedder of 384 dimensions
    python benchmarks/index_build.py --chunks 2000 --embedder minilm
    python benchmarks/index_build.py --chunks 100000 --kill-at 40000    # kill -9 half-way, then continue

The building runs in a process of its own, on chunks that are made up as they are read, so that its memory is the
index's. Recall is that of the approximate search against comparing with every vector.
"""

import argparse
import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from machine import describe_machine, peak_megabytes

from domainlab.records import Chunk
from domainlab.retrieve.embed import HashEmbedder, SentenceEmbedder
from domainlab.retrieve.hybrid import HybridIndex
from domainlab.retrieve.vectors import exact_neighbours

WORDS = 20_000  # of the made-up language, used by Zipf's law
SENTENCE = 40  # words per chunk
QUERIES = 100


class MadeUpChunks:
    """Chunks in the same order each time they are gone through, and never all in memory."""

    def __init__(self, count: int) -> None:
        self.count = count
        self.weights = [1 / rank for rank in range(1, WORDS + 1)]

    def __iter__(self) -> Iterator[Chunk]:
        rng, words = random.Random(0), [f"w{rank}" for rank in range(WORDS)]
        sums = list(np.cumsum(self.weights))
        for number in range(self.count):
            text = f"{' '.join(rng.choices(words, cum_weights=sums, k=SENTENCE))} n{number}"
            yield Chunk(id=f"c{number:07d}", doc_id=f"d{number // 10}", start=0, end=len(text), text=text)


def embedder(name: str):
    return SentenceEmbedder() if name == "minilm" else HashEmbedder(dim=384)


def build(options: argparse.Namespace) -> None:
    """The child: build or continue the index, then say what it took."""
    before = peak_megabytes()
    index = HybridIndex(embedder(options.embedder), path=options.folder)
    stored, start = len(index), time.perf_counter()
    embedded = index.add(MadeUpChunks(options.chunks))
    report = {"stored before": stored, "embedded": embedded, "seconds": round(time.perf_counter() - start, 1)}
    report["megabytes before"], report["megabytes at most"] = round(before), round(peak_megabytes())
    if options.search:
        report |= search(index, options)
    print(json.dumps(report), flush=True)


def search(index: HybridIndex, options: argparse.Namespace) -> dict[str, float]:
    """Time of the first search (which reads all words), of later ones and of a change; recall of the graph."""
    chunks = [
        chunk for number, chunk in enumerate(MadeUpChunks(options.chunks)) if number % (options.chunks // QUERIES) == 0
    ]
    queries = [" ".join(chunk.text.split()[::3]) for chunk in chunks[:QUERIES]]
    report = {}
    for name, work in {
        "first search s": lambda: index.search(queries[0]),
        "100 hybrid searches s": lambda: index.search_many(queries, k=10),
        "delete and put back one chunk s": lambda: (index.delete([chunks[0].id]), index.add(chunks[:1])),
        "search after the change s": lambda: index.search(queries[0]),
    }.items():
        start = time.perf_counter()
        work()
        report[name] = round(time.perf_counter() - start, 3)
    ids, rows = index.dense.store.vectors()
    places, _ = exact_neighbours(index.dense.embed(queries), rows, k=10)
    found = index.search_many(queries, k=10, mode="dense")
    shares = [
        len({hit.chunk.id for hit in hits} & set(ids[place])) / 10 for hits, place in zip(found, places, strict=True)
    ]
    return report | {
        "recall of the graph at 10": round(float(np.mean(shares)), 3),
        "megabytes with search": round(peak_megabytes()),
    }


def main() -> None:
    """Run the builder once, or twice with a kill between."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--chunks", type=int, default=100_000)
    parser.add_argument("--embedder", choices=("hash", "minilm"), default="hash")
    parser.add_argument("--kill-at", type=int, default=0, help="kill the builder when so many chunks are stored")
    parser.add_argument("--folder", default="", help=argparse.SUPPRESS)
    parser.add_argument("--search", action="store_true", help="also measure searches, changes and recall")
    options = parser.parse_args()
    if options.folder:
        return build(options)
    print(describe_machine())
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, __file__, *sys.argv[1:], "--folder", folder]
        if options.kill_at:
            kill_half_way(command, Path(folder), options.kill_at)
        subprocess.run(command, check=True)
        size = sum(path.stat().st_size for path in Path(folder).rglob("*") if path.is_file())
        print(f"{size / 2**20:.0f} MB on disk")


def kill_half_way(command: list[str], folder: Path, stored: int) -> None:
    """Start the builder and kill it, without warning, when its files say that so many chunks are stored."""
    child = subprocess.Popen(command)
    while child.poll() is None and stored_chunks(folder) < stored:
        time.sleep(0.5)
    os.kill(child.pid, signal.SIGKILL)
    print(f"killed with {stored_chunks(folder)} chunks stored; exit code {child.wait()}")


def stored_chunks(folder: Path) -> int:
    """Read from the database's file, as another process would see it."""
    try:
        with sqlite3.connect(f"file:{folder / 'chroma.sqlite3'}?mode=ro", uri=True, timeout=5) as database:
            return database.execute("select count(*) from embeddings").fetchone()[0]
    except sqlite3.Error:
        return 0


if __name__ == "__main__":
    main()
