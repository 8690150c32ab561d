"""The writer is trained once per base and data, kept, and found again; another base trains another one."""

from dataclasses import replace
from functools import partial

import pytest

from domainlab.assist import adapter
from domainlab.settings import SCALES
from domainlab.testing import save_tiny_checkpoint
from scribes import faithful, find, search


@pytest.fixture
def scale(tmp_path):
    return replace(SCALES["tiny"], base_model=str(save_tiny_checkpoint(tmp_path / "base")), lora_rank=2)


def test_trained_once_and_then_loaded(scale, tmp_path, monkeypatch):
    monkeypatch.setattr(adapter, "writer_examples", partial(adapter.writer_examples, most=4))
    again = partial(adapter.cached_writer, find=find, search=search, cache=tmp_path / "cache")
    first = again(scale)
    (folder,) = (tmp_path / "cache").iterdir()
    monkeypatch.setattr(adapter, "train_writer", None)  # a second training would fail
    second = again(scale)
    prompt = ["Write the Plan section: the heading."]
    assert first(prompt, max_new_tokens=8) == second(prompt, max_new_tokens=8)
    monkeypatch.undo()
    monkeypatch.setattr(adapter, "writer_examples", partial(adapter.writer_examples, most=4))
    other = save_tiny_checkpoint(tmp_path / "other", "qwen")
    again(replace(scale, base_model=str(other)))
    assert len(list((tmp_path / "cache").iterdir())) == 2
    assert folder.exists()


def test_training_pairs_are_in_house_style_and_cover_every_kind():
    examples = adapter.writer_examples(size=1, find=find, search=search)
    assert len(examples) == 2 * adapter.EXAMPLES
    assert all(example.response == faithful(example.prompt) for example in examples)
    kinds = [example.prompt.split("\n[1] ")[1].split(":")[0] for example in examples]
    assert len(set(kinds)) >= 13
    assert max(map(kinds.count, set(kinds))) <= len(kinds) / 4
    assert adapter.writer_examples(size=1, find=find, search=search) == examples
