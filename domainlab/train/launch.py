"""One fine-tuning run from a settings file: the way to train on several processes or machines.

    python -m domainlab.train run.json
    accelerate launch --config_file domainlab/train/accelerate/two_cpu.yaml -m domainlab.train run.json

The file says what a notebook would say in Python; the code that runs is the same `attach` and `finetune`:

    {"base": "data/base-model", "method": "lora", "rank": 16, "alpha": 32.0,
     "examples": "train.jsonl", "output": "build/adapter", "training": {"learning_rate": 0.003}}

More settings, with their defaults, stand in OPTIONAL below: `evaluation` names examples to measure on while
training, `four_bit` loads the base for QLoRA. `output` receives the checkpoints, `log.csv`, and the adapter
with its card in `output/adapter`.

The rows of a step are shared between the processes, and the loss is the mean over all of them, so two
processes learn what one learns. Ready-made settings for accelerate lie beside this file, in `accelerate/`:
`two_cpu.yaml` (tested) and `multi_gpu.yaml` (a copy of the model on each GPU, several machines too).
"""

import json
import logging
from collections.abc import Mapping
from pathlib import Path

from accelerate import PartialState
from transformers import PreTrainedModel, PreTrainedTokenizerBase

from domainlab.errors import ConfigError, DataError
from domainlab.models import load_base
from domainlab.records import Example
from domainlab.train.attach import attach
from domainlab.train.config import TrainConfig
from domainlab.train.finetune import finetune
from domainlab.train.quantize import load_four_bit
from domainlab.train.save import save_adapter

log = logging.getLogger(__name__)

REQUIRED = ("base", "examples", "output", "training")
OPTIONAL = {
    "revision": None,
    "device": "cpu",
    "dtype": "float32",
    "four_bit": False,
    "evaluation": None,
    "method": "lora",
    "rank": 16,
    "alpha": 32.0,
}


def launch(path: str | Path) -> None:
    """Train as the settings file says; every process runs this, the first one saves.

    Raises:
        ConfigError: the file cannot be read, or lacks a setting, or has one that nobody knows.
        DataError: the examples cannot be read.
    """
    settings = read_settings(path)
    config = TrainConfig(**settings["training"])
    examples = read_examples(settings["examples"])
    evaluation = read_examples(settings["evaluation"]) if settings["evaluation"] else []
    model, tokenizer = load(settings)
    model = attach(model, settings["method"], rank=settings["rank"], alpha=settings["alpha"], seed=config.seed)
    output = Path(settings["output"])
    history = finetune(model, tokenizer, examples, config, evaluation=evaluation, output=output)
    if PartialState().is_main_process:
        history.to_csv(output / "log.csv", index=False)
        scores = {"train_loss": history["loss"].iloc[-1]}
        if evaluation:
            scores["eval_loss"] = history["eval_loss"].min()
        if settings["method"] == "full":
            model.save_pretrained(output / "model")
            tokenizer.save_pretrained(output / "model")
        else:
            save_adapter(
                model,
                output / "adapter",
                base=settings["base"],
                examples=examples,
                config=config,
                scores=scores,
            )
        log.info("trained %d steps, last loss %.3f, saved in %s", len(history), scores["train_loss"], output)
    PartialState().destroy_process_group()


def load(settings: Mapping) -> tuple[PreTrainedModel, PreTrainedTokenizerBase]:
    """The base model that the settings name, and its tokenizer."""
    if settings["four_bit"]:
        return load_four_bit(settings["base"], revision=settings["revision"])
    return load_base(
        settings["base"], revision=settings["revision"], device=settings["device"], dtype=settings["dtype"]
    )


def read_settings(path: str | Path) -> dict:
    """The settings of a run, with defaults filled in."""
    try:
        settings = json.loads(Path(path).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ConfigError(f"Could not read the settings file {path}: {error}") from error
    if not isinstance(settings, Mapping):
        raise ConfigError(f"{path} must hold one JSON object with {', '.join(REQUIRED)}.")
    missing = [name for name in REQUIRED if name not in settings]
    unknown = sorted(set(settings) - {*REQUIRED, *OPTIONAL})
    if missing or unknown:
        raise ConfigError(
            f"{path}: missing settings: {', '.join(missing) or 'none'}; unknown settings: "
            f"{', '.join(unknown) or 'none'}. Known are {', '.join((*REQUIRED, *OPTIONAL))}."
        )
    unknown = sorted(set(settings["training"]) - set(TrainConfig.__dataclass_fields__))
    if unknown:
        raise ConfigError(f"{path}: unknown training settings: {', '.join(unknown)}.")
    return {**OPTIONAL, **settings}


def read_examples(path: str | Path) -> list[Example]:
    """Examples from a JSONL file, one object with the fields of `Example` per line."""
    try:
        lines = Path(path).read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise DataError(f"Could not read the examples {path}: {error}") from error
    examples = []
    for number, line in enumerate(lines, start=1):
        try:
            examples.append(Example(**json.loads(line)))
        except (ValueError, TypeError) as error:
            raise DataError(f"{path}, line {number} is not an example: {error}") from error
    return examples
