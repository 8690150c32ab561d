"""The same index on a chromadb server: a real `chroma run` process on this machine."""

import shutil
import socket
import subprocess
import sys
import threading
import time
from dataclasses import replace
from itertools import product
from pathlib import Path

import pytest

from domainlab.errors import ConfigError
from domainlab.records import Chunk
from domainlab.retrieve.embed import HashEmbedder
from domainlab.retrieve.hybrid import HybridIndex
from domainlab.retrieve.index import VectorIndex

EMBED = HashEmbedder(dim=64)
CHROMA = shutil.which("chroma", path=Path(sys.executable).parent) or "chroma"
COMPARABLE = ("hybrid", "dense", "lexical")  # by rank, chunks with equal scores may change places
SECONDS = 240  # to start, on a machine that does much else


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]


def start_server(folder: Path, port: int) -> subprocess.Popen:
    command = [CHROMA, "run", "--path", str(folder), "--host", "127.0.0.1", "--port", str(port)]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=folder)
    deadline = time.monotonic() + SECONDS
    while server.poll() is None and time.monotonic() < deadline:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return server
        except OSError:
            time.sleep(0.1)
    server.kill()
    raise RuntimeError(f"chroma run did not start within {SECONDS} s; exit code {server.wait()}")


@pytest.fixture(scope="module")
def process(tmp_path_factory):
    """A server and its port; the last test of this file stops it."""
    port = free_port()
    process = start_server(tmp_path_factory.mktemp("server"), port)
    yield process, port
    process.terminate()
    process.wait(timeout=60)


@pytest.fixture(scope="module")
def server(process):
    return f"http://127.0.0.1:{process[1]}"


def some_chunks(count: int) -> list[Chunk]:
    texts = [f"{['red', 'blue', 'green'][n % 3]} item {n}" for n in range(count)]
    return [
        Chunk(id=f"c{n}", doc_id=f"d{n % 7}", start=0, end=len(text), text=text, tags={"shade": text.split()[0]})
        for n, text in enumerate(texts)
    ]


def test_a_server_finds_what_memory_finds(server):
    here, there = HybridIndex(EMBED), HybridIndex(EMBED, path=server, name="same")
    chunks = [*some_chunks(300), replace(some_chunks(1)[0], id="old", series="s", date="2025-01-01")]
    chunks.append(replace(chunks[-1], id="new", text="black item", date="2026-01-01"))
    for index in (here, there):
        assert index.add(chunks) == len(chunks)
        index.delete(["c7", "c8"])
        index.add([replace(chunks[9], text="a violet thing")])
    filters = ({}, {"where": {"shade": ["red", "blue"]}}, {"as_of": "2025-06-01"}, {"as_of": "ever"})
    for mode, query, options in product(COMPARABLE, ("blue item 40", "violet thing", "black"), filters):
        expected = here.search(query, k=3, mode=mode, **options)
        found = there.search(query, k=3, mode=mode, **options)
        assert [hit.score for hit in found] == pytest.approx([hit.score for hit in expected], abs=1e-5)
        if len(expected) > 1 and expected[0].score > expected[1].score:  # equal scores may change places
            assert found[0].chunk == expected[0].chunk


def test_two_clients_share_a_collection(server):
    first, second = (HybridIndex(EMBED, path=server, name="shared") for _ in range(2))
    first.add(some_chunks(9))
    assert second.add(some_chunks(9)) == 0
    assert second.search("green item 5", k=1)[0].chunk.id == "c5"
    first.delete(["c5"])
    assert second.search("green item 5", k=1)[0].chunk.id != "c5"


def test_another_embedder_is_refused(server):
    VectorIndex(EMBED, path=server, name="embedders").add(some_chunks(3))
    with pytest.raises(ConfigError, match="another embedder"):
        VectorIndex(HashEmbedder(dim=32), path=server, name="embedders")


def test_an_address_where_something_else_answers_is_a_clear_error():
    with socket.create_server(("127.0.0.1", 0)) as other:
        other.settimeout(5)
        answer = b"HTTP/1.1 404 Not Found\r\nContent-Length: 4\r\nConnection: close\r\n\r\nnope"

        def serve():
            while True:
                try:
                    connection, _ = other.accept()
                except OSError:
                    return
                with connection:
                    connection.recv(4096)
                    connection.sendall(answer)

        threading.Thread(target=serve, daemon=True).start()
        with pytest.raises(ConfigError, match="No chromadb server answers"):
            VectorIndex(EMBED, path=f"http://127.0.0.1:{other.getsockname()[1]}")


@pytest.mark.parametrize("url", ["http://", "http://localhost:port", "http://localhost:99999"])
def test_a_wrong_address_is_a_clear_error(url):
    with pytest.raises(ConfigError, match="No chromadb server answers"):
        VectorIndex(EMBED, path=url)


def test_a_server_that_is_down_is_a_clear_error(process, server):
    index = HybridIndex(EMBED, path=server, name="goes-down")
    index.add(some_chunks(3))
    process[0].terminate()
    process[0].wait(timeout=60)
    for work in (lambda: index.search("red"), lambda: index.add(some_chunks(4)), lambda: len(index)):
        with pytest.raises(ConfigError, match="server"):
            work()
    with pytest.raises(ConfigError, match=f"No chromadb server answers at {server}.*chroma run"):
        HybridIndex(EMBED, path=server)
