"""A run small enough for a test: two short sources, a few steps, a model of width 32."""

import json
from pathlib import Path

import pytest

from domainlab.data.reading import reading_items
from domainlab.pretrain.config import read_config
from domainlab.pretrain.tokenizer import train_tokenizer

SMALL = """
width = 32
layers = 2
heads = 2
hidden = 64
vocab_size = 500
context = 128
batch_tokens = 512
tokens = 6144
row_lengths = [[128, 1.0]]
matrix_rate = 0.02
other_rate = 3e-3
warmup_steps = 2
decay_share = 0.5
text_share = 0.3
repeat_share = 0.1
locate_share = 0.1
answer_weight = 4.0
prompt_weight = 0.3
citation_weight = 8.0
curriculum_share = 0.5
seed = 0
history = ""
checkpoint_every = 4
evaluate_every = 1000
instructions = ["help.jsonl"]
[tasks]
arithmetic = 0.3
copy = 0.3
closed_book = 0.2
instruction = 0.2
[sources]
"river.jsonl" = 1
"""


@pytest.fixture
def text_root(tmp_path) -> Path:
    root = tmp_path / "texts"
    root.mkdir()
    rows = [{"text": f"The river number {i} is long and runs from the hills to the sea. " * 6} for i in range(40)]
    (root / "river.jsonl").write_text("\n".join(json.dumps(row) for row in rows) + "\n")
    (root / "help.jsonl").write_text(json.dumps({"instruction": "Name a colour.", "output": "Blue."}) + "\n")
    (root / "small.toml").write_text(SMALL)
    return root


@pytest.fixture
def config(text_root):
    return read_config(text_root / "small.toml", text_root=text_root)


@pytest.fixture
def tokenizer(config):
    texts = [item.prompt for item in reading_items(50, split="train", seed=0)]
    return train_tokenizer(texts, vocab_size=config.vocab_size, context=config.context)
