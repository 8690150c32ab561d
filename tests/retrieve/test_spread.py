"""Embedding on real Ray workers gives the same rows in the same order, behind the same call."""

import os
import subprocess
import sys

import pytest

from domainlab.errors import ConfigError
from domainlab.retrieve.embed import HashEmbedder
from domainlab.retrieve.spread import SpreadEmbedder
from domainlab.settings import ROOT

PATIENT = {**os.environ, "RAY_raylet_start_wait_time_s": "300"}  # on a machine that does much else
ON_WORKERS = """
import numpy as np
import ray
from domainlab.records import Chunk
from domainlab.retrieve.embed import HashEmbedder
from domainlab.retrieve.index import VectorIndex
from domainlab.retrieve.spread import SpreadEmbedder

texts = [f"{['red', 'blue', 'green'][n % 3]} item {n:02d}" for n in range(90)]
index = VectorIndex(SpreadEmbedder(HashEmbedder, workers=2, batch_size=20), embed_at_once=90)
assert index.add([Chunk(id=text, doc_id="d", start=0, end=1, text=text) for text in texts]) == 90
assert ray.is_initialized()
ids, rows = index.store.vectors()
np.testing.assert_allclose(rows, HashEmbedder()(ids.tolist()), atol=1e-6)
assert index.search("green item 05", k=1)[0].chunk.id == "green item 05"
print("the rows are the same")
"""


@pytest.mark.slow  # starting Ray takes longer than all other tests of this folder
def test_rows_of_real_workers_equal_those_made_here():
    # in a process of its own: Ray talks to itself by this machine's address, which the tests' network block refuses
    child = subprocess.run(
        [sys.executable, "-c", ON_WORKERS], cwd=ROOT, env=PATIENT, capture_output=True, text=True, timeout=900
    )
    assert "the rows are the same" in child.stdout, child.stderr[-3000:]


def test_few_texts_are_embedded_here_by_one_encoder():
    made = []

    def make():
        made.append(1)
        return HashEmbedder()

    spread = SpreadEmbedder(make, workers=2, batch_size=2)
    assert made == []
    assert (spread(["a", "b"]) == HashEmbedder()(["a", "b"])).all()
    assert spread([]).shape == (0, 256)
    assert made == [1]


@pytest.mark.parametrize("options", [{"workers": 0}, {"workers": 1, "batch_size": 0}])
def test_no_workers_are_refused(options):
    with pytest.raises(ConfigError, match="at least 1"):
        SpreadEmbedder(HashEmbedder, **options)
