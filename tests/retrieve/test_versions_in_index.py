"""Versions and streams in a stored index: kept in order through interruptions, never all in memory."""

import subprocess
import sys
import tracemalloc
from collections.abc import Iterator
from dataclasses import replace

import pytest

from domainlab.errors import DataError
from domainlab.records import Chunk
from domainlab.retrieve.embed import HashEmbedder
from domainlab.retrieve.index import VectorIndex
from domainlab.settings import ROOT

EMBED = HashEmbedder(dim=64)
KILLED = """
import os, sys
from test_versions_in_index import EMBED, version
from domainlab.retrieve.index import VectorIndex
index = VectorIndex(EMBED, path=sys.argv[1])
index.add([version(2024)])
index._order_versions = lambda series: os._exit(9)  # stored, but the older one still counts as the newest
index.add([version(2026), version(2025)])
"""


def version(year: int, **changes) -> Chunk:
    text = f"The key lies in room {year}."
    made = Chunk(id=f"v{year}", doc_id=f"keys-{year}", start=0, end=1, text=text, date=f"{year}-03-01", series="keys")
    return replace(made, **changes)


def found(index: VectorIndex, as_of: str = "newest") -> list[str]:
    return [hit.chunk.id for hit in index.search("Where is the key?", k=9, as_of=as_of)]


def test_versions_may_come_in_any_order():
    for order in ((2024, 2025, 2026), (2026, 2025, 2024), (2025, 2026, 2024)):
        index = VectorIndex(EMBED)
        for year in order:
            index.add([version(year)])
        assert found(index) == ["v2026"]
        assert found(index, "2025-12-31") == ["v2025"]
        assert found(index, "2025-02-28") == ["v2024"]
        assert found(index, "2024-02-29") == []
        index.delete(["v2025"])
        assert found(index, "2025-12-31") == ["v2024"]


def test_a_chunk_that_moves_to_another_series_leaves_the_old_one_in_order():
    index = VectorIndex(EMBED)
    index.add([version(2024), version(2025)])
    index.add([version(2025, series="locks")])
    assert sorted(found(index)) == ["v2024", "v2025"]


def test_versions_are_in_order_after_a_kill_between_storing_and_ordering(tmp_path):
    command = [sys.executable, "-c", KILLED, str(tmp_path)]
    child = subprocess.run(command, cwd=ROOT / "tests" / "retrieve", env={"PYTHONPATH": str(ROOT)})
    assert child.returncode == 9
    index = VectorIndex(EMBED, path=tmp_path)
    with pytest.raises(DataError, match="interrupted"):
        index.search("key")
    assert index.add([version(2026), version(2025)]) == 0
    assert found(index) == ["v2026"]
    assert found(index, "2025-06-01") == ["v2025"]


class Stream:
    """Many chunks, made while they are gone through."""

    def __init__(self, count: int) -> None:
        self.count, self.rounds = count, 0

    def __iter__(self) -> Iterator[Chunk]:
        self.rounds += 1
        for number in range(self.count):
            text = f"item {number} " + "x" * 2_000
            yield Chunk(id=f"c{number}", doc_id="d", start=0, end=1, text=text)


def test_a_stream_is_never_held_in_memory(tmp_path):
    index, stream = VectorIndex(EMBED, path=tmp_path), Stream(3_000)  # 6 MB of text
    tracemalloc.start()
    assert index.add(stream) == 3_000
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 5_000_000  # a few batches of 256 chunks with all their copies, and the ids
    assert (stream.rounds, len(index)) == (2, 3_000)
    assert index.add(Stream(3_000)) == 0


def test_what_can_be_gone_through_only_once_is_refused():
    index = VectorIndex(EMBED)
    with pytest.raises(DataError, match="gone through twice"):
        index.add(iter(Stream(3)))
    assert len(index) == 0
