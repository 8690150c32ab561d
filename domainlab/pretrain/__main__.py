"""Make the embedded base model, or measure the skills of any model.

python -m domainlab.pretrain train --text ../shared --run runs/base     start, or continue a killed run
python -m domainlab.pretrain export --run runs/base --to data/base-model
python -m domainlab.pretrain skills data/base-model                     table of skills with counts
"""

import argparse
import json
import logging
import lzma
import sys
from pathlib import Path

import pandas as pd
import torch
from transformers import AutoTokenizer, PreTrainedTokenizerFast

from domainlab.data.copying import copy_examples
from domainlab.data.formats import format_examples
from domainlab.data.general import fact_sentences
from domainlab.data.reading import reading_items
from domainlab.memory import keep_freed_memory
from domainlab.models import load_base
from domainlab.pretrain.config import PretrainConfig, read_config
from domainlab.pretrain.corpus import is_general, pack_corpus, read_texts, short_sentences
from domainlab.pretrain.export import export, write_card
from domainlab.pretrain.loop import Pretraining
from domainlab.pretrain.mixture import Mixture, instruction_pairs
from domainlab.pretrain.skills import measure_skills, skills_table
from domainlab.pretrain.tokenizer import train_tokenizer

TOKENIZER_DOCUMENTS = 400  # per source
MOST_TOKENS_PER_SOURCE = 16_000_000


def tokenizer_texts(config: PretrainConfig):
    """A sample of every source and of the generated tasks, for learning the merges."""
    for source in config.sources:
        general = (text for text in read_texts(source) if is_general(text))
        yield from (text[:8000] for _, text in zip(range(TOKENIZER_DOCUMENTS), general, strict=False))
    yield from fact_sentences(seed=config.seed)
    yield from (item.prompt for item in reading_items(500, split="train", seed=config.seed))
    for examples in (copy_examples, format_examples):
        yield from (f"{e.prompt}\n{e.response}" for e in examples(500, split="train", seed=config.seed))


def load_tokenizer(config: PretrainConfig, run: Path, start: Path | None) -> PreTrainedTokenizerFast:
    """The run's tokenizer, trained once, or that of the model that the run starts from."""
    folder = run / "tokenizer"
    if start and not folder.exists():
        AutoTokenizer.from_pretrained(start).save_pretrained(folder)
    if not (folder / "tokenizer.json").exists():
        train_tokenizer(tokenizer_texts(config), vocab_size=config.vocab_size, context=config.context).save_pretrained(
            folder
        )
    return AutoTokenizer.from_pretrained(folder)


def read_text(path: Path) -> str:
    """A text file, compressed or not."""
    opener = lzma.open if path.suffix == ".xz" else open
    with opener(path, "rt", encoding="utf-8") as text:
        return text.read()


def read_rows(path: str) -> list[dict]:
    """Rows of a JSONL file, compressed or not."""
    return [json.loads(line) for line in read_text(Path(path)).splitlines()]


def train(arguments: argparse.Namespace) -> None:
    """Train, or continue, the run in a folder."""
    config = read_config(arguments.config, text_root=arguments.text)
    tokenizer = load_tokenizer(config, arguments.run, arguments.start)
    corpus = pack_corpus(config.sources, tokenizer, arguments.run / "packed", max_tokens=MOST_TOKENS_PER_SOURCE)
    instructions = [pair for path in config.instructions for pair in instruction_pairs(read_rows(path))]
    fillers = [sentence for source in config.sources for sentence in short_sentences(source, most=400)]
    mixture = Mixture(config, tokenizer, corpus, instructions, fillers)
    run = Pretraining(config, mixture, arguments.run, start=arguments.start)
    run.run(lambda model: skills_table(measure_skills(model, tokenizer, items=40)))


def measure(model: str, arguments: argparse.Namespace) -> pd.DataFrame:
    """The table of skills of the model in a folder."""
    loaded, tokenizer = load_base(model)
    wikitext = read_text(arguments.wikitext) if arguments.wikitext else None
    return skills_table(measure_skills(loaded, tokenizer, items=arguments.items, wikitext=wikitext))


def skills(arguments: argparse.Namespace) -> None:
    """Print the skills of a model."""
    sys.stdout.write(measure(arguments.model, arguments).to_string(index=False) + "\n")


def finish(arguments: argparse.Namespace) -> None:
    """Export the last checkpoint, measure it, and write its card."""
    config = read_config(arguments.config, text_root=Path())
    export(arguments.run, arguments.to)
    write_card(arguments.to, config, measure(str(arguments.to), arguments))


def main() -> None:
    """Read the command line and run one command."""
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    keep_freed_memory()
    parser = argparse.ArgumentParser(prog="python -m domainlab.pretrain", description=__doc__.splitlines()[0])
    commands = parser.add_subparsers(required=True)
    start = commands.add_parser("train", help="start or continue a run")
    start.add_argument("--text", type=Path, required=True, help="folder that the config's file names are relative to")
    start.add_argument("--start", type=Path, help="model folder whose weights and tokenizer the run starts from")
    start.set_defaults(command=train)
    out = commands.add_parser("export", help="last checkpoint as a model folder with its card")
    out.add_argument("--to", type=Path, required=True)
    out.set_defaults(command=finish)
    table = commands.add_parser("skills", help="measure a model")
    table.add_argument("model")
    table.set_defaults(command=skills)
    for command in (start, out):
        command.add_argument("--run", type=Path, required=True, help="folder of the run")
        command.add_argument("--config", type=Path, default=Path(__file__).with_name("base.toml"))
    for command in (out, table):
        command.add_argument("--items", type=int, default=300, help="items per skill")
        command.add_argument("--wikitext", type=Path, help="WikiText-2 validation text, for bits per byte")
    arguments = parser.parse_args()
    torch.set_float32_matmul_precision("high")
    arguments.command(arguments)


if __name__ == "__main__":
    main()
