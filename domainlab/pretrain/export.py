"""A finished run as a model folder: bf16 safetensors, tokenizer, generation config, log and model card."""

import csv
import json
import os
import shutil
from pathlib import Path

import pandas as pd
import torch
from transformers import AutoTokenizer, GenerationConfig, LlamaForCausalLM

from domainlab.errors import ConfigError
from domainlab.pretrain.config import PretrainConfig

SOURCES = Path(__file__).with_name("sources.tsv")
CARD = """---
language: en
license: cc-by-sa-4.0
pipeline_tag: text-generation
library_name: transformers
---

# The embedded base model of domainlab

A small general English language model ({size:.1f} M parameters) that the course adapts to medicine and to security.
It has seen no medical and no security text on purpose: documents dense in such words were left out, so adaptation has
something to add and forgetting has something to lose. It is a wind tunnel for measuring methods, not a product: do not
use it for advice of any kind.

## Recipe

`LlamaForCausalLM`, width {width}, {layers} layers, {heads} heads, feed-forward {hidden}, vocabulary {vocab} with
single-digit tokens, context {context}, tied embeddings. Trained from scratch on {tokens:.1f} M tokens with Muon
(matrices, {matrix_rate}) and AdamW (embeddings and norms, {other_rate}); warm-up, constant, linear decay. Answer tokens
weigh {answer_weight}, the digit of a citation {citation_weight}, prompt tokens {prompt_weight}, natural text 1.
Passages grow from two to seven facts during the first part of the run. Rows of numbered pieces, of which spans are
shown again and the number is to be told, taught it to cite. All settings are in
`domainlab/pretrain/base.toml`; the whole log is `training_log.csv` here.
{history}

    python -m domainlab.pretrain train --text TEXT_FOLDER --run runs/base

## Measured skills

On held-out items (unseen names, values and wordings; exact match, greedy, 95 % Wilson intervals):

{skills}

The same table: `python -m domainlab.pretrain skills data/base-model --wikitext FILE`.

## Text it was trained on

The weights are offered under CC BY-SA 4.0, since some sources are share-alike. Facts of the generated tasks (countries,
elements, opposites and so on) and all made-up reading, copying and format tasks come from this project (Apache-2.0).

{sources}
"""


def markdown_table(frame: pd.DataFrame) -> str:
    """A frame as a Markdown table."""
    lines = [" | ".join(map(str, row)) for row in [frame.columns, ["---"] * frame.shape[1], *frame.values.tolist()]]
    return "\n".join(f"| {line} |" for line in lines)


def export(run: Path, target: Path) -> None:
    """Write the last checkpoint of `run` to `target`, whole or not at all.

    Raises:
        ConfigError: the run has no checkpoint.
    """
    checkpoints = sorted(run.glob("step-*"))
    if not checkpoints:
        raise ConfigError(f"expected step-* folders in {run}; train first: python -m domainlab.pretrain train")
    part = target.with_name(target.name + ".part")
    shutil.rmtree(part, ignore_errors=True)
    model = LlamaForCausalLM.from_pretrained(checkpoints[-1]).to(torch.bfloat16)
    tokenizer = AutoTokenizer.from_pretrained(run / "tokenizer")
    model.generation_config = GenerationConfig(
        do_sample=False, max_new_tokens=64, bos_token_id=tokenizer.bos_token_id, eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id,
    )  # fmt: skip
    model.save_pretrained(part)
    tokenizer.save_pretrained(part)
    log = pd.DataFrame(json.loads((checkpoints[-1] / "progress.json").read_text())["log"])
    log.round(5).to_csv(part / "training_log.csv", index=False)
    shutil.rmtree(target, ignore_errors=True)
    os.replace(part, target)


def write_card(folder: Path, config: PretrainConfig, skills: pd.DataFrame) -> None:
    """Write the table of skills and the model card into an exported model folder."""
    with SOURCES.open(encoding="utf-8", newline="") as lines:
        sources = pd.DataFrame(csv.DictReader(lines, delimiter="\t"))
    log = pd.read_csv(folder / "training_log.csv")
    size = sum(p.numel() for p in LlamaForCausalLM.from_pretrained(folder).parameters()) / 1e6
    text = CARD.format(
        size=size, width=config.width, layers=config.layers, heads=config.heads, hidden=config.hidden,
        vocab=config.vocab_size, context=config.context, tokens=log["tokens"].iloc[-1] / 1e6,
        matrix_rate=config.matrix_rate, other_rate=config.other_rate, answer_weight=config.answer_weight,
        prompt_weight=config.prompt_weight, citation_weight=config.citation_weight,
        history=config.history, skills=markdown_table(skills), sources=markdown_table(sources),
    )  # fmt: skip
    skills.to_csv(folder / "skills.csv", index=False)
    (folder / "README.md").write_text(text, encoding="utf-8")
