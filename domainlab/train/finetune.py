"""Fine-tune a model on examples: one call for every method, on trl's trainer, fast on a plain CPU."""

import math
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory

import pandas as pd
from torch import Tensor
from transformers import PreTrainedModel, PreTrainedTokenizerBase
from trl import SFTConfig

from domainlab.errors import ConfigError
from domainlab.models import keep_big_buffers
from domainlab.records import Example
from domainlab.train.checkpoint import claim_folder, last_good
from domainlab.train.config import TrainConfig
from domainlab.train.encode import data_digest, encode_examples
from domainlab.train.pack import best_width, collate, pack
from domainlab.train.trainer import PackedTrainer, Penalty, as_it_was
from domainlab.train.watch import Watch

COLUMNS = ("step", "loss", "penalty", "tokens", "seconds", "eval_loss")


def finetune(
    model: PreTrainedModel,
    tokenizer: PreTrainedTokenizerBase,
    examples: Sequence[Example],
    config: TrainConfig,
    *,
    evaluation: Sequence[Example] = (),
    penalty: Penalty | None = None,
    output: str | Path | None = None,
    progress: bool = True,
) -> pd.DataFrame:
    """Train those weights of `model` that ask for gradients, in place, and return the log.

    With an output folder the run writes checkpoints; the same call after a kill goes on from the last
    whole one and ends with the same log.

    Args:
        model: as `attach` returns it.
        tokenizer: the model's own, with a chat template.
        examples: what to learn.
        config: how to learn it.
        evaluation: examples to measure the loss on every `config.eval_every` steps, never to learn from.
        penalty: a function of the model whose value is added to the loss, for example an EWC term.
        output: folder for checkpoints; None writes nothing.
        progress: show a bar when training takes over two seconds.

    Returns:
        One row per step: step, loss (nats per target token, without the penalty), penalty, tokens (so far,
        without padding), seconds (so far), eval_loss (nats per target token, NaN where not measured).

    Raises:
        ConfigError: nothing to train, patience without evaluation data, or a folder of another run.
        DataError: examples that cannot be learned from.
        DomainlabError: loss or gradient became NaN or infinite.
    """
    if not any(weight.requires_grad for weight in model.parameters()):
        raise ConfigError("No weight of this model asks for gradients; call attach(model, method) first.")
    if config.patience is not None and not evaluation:
        raise ConfigError(
            "patience needs evaluation examples to watch; give evaluation=..., or patience=None."
        )
    keep_big_buffers()
    rows, rows_per_step = _rows(examples, tokenizer, config, model.config.get_text_config().hidden_size)
    tests = (
        _rows(evaluation, tokenizer, config, model.config.get_text_config().hidden_size)[0]
        if evaluation
        else []
    )
    batches = [collate(tests[start : start + rows_per_step]) for start in range(0, len(tests), rows_per_step)]
    with ExitStack() as stack:
        checkpoint = None
        if output is not None:
            claim_folder(Path(output), config, data_digest(examples))
            checkpoint = last_good(Path(output))
        folder = output if output is not None else stack.enter_context(TemporaryDirectory())
        stack.enter_context(as_it_was(model))
        args = _arguments(
            config, len(rows), rows_per_step, folder, model.device.type == "cpu", output is not None
        )
        trainer = PackedTrainer(model, tokenizer, rows, args, penalty)
        watch = Watch(trainer, config, batches, progress)
        stack.callback(watch.close)
        trainer.add_callback(watch)
        trainer.train(resume_from_checkpoint=str(checkpoint) if checkpoint else None)
        return pd.DataFrame(trainer.state.log_history, columns=COLUMNS)


def _rows(
    examples: Sequence[Example], tokenizer: PreTrainedTokenizerBase, config: TrainConfig, hidden_size: int
) -> tuple[list[dict[str, Tensor]], int]:
    """Packed rows, and how many of them make one step."""
    encoded = encode_examples(examples, tokenizer, max_tokens=config.max_tokens)
    width = best_width([len(example["input_ids"]) for example in encoded], hidden_size=hidden_size)
    return pack(encoded, row_tokens=width, seed=config.seed), max(1, config.batch_tokens // width)


def _arguments(
    config: TrainConfig, rows: int, rows_per_step: int, folder: str | Path, on_cpu: bool, keep: bool
) -> SFTConfig:
    """trl's settings: ours where the config says so, everything that costs time or talks switched off."""
    steps = config.epochs * math.ceil(rows / rows_per_step)
    return SFTConfig(
        output_dir=str(folder),
        num_train_epochs=config.epochs,
        per_device_train_batch_size=rows_per_step,
        learning_rate=config.learning_rate,
        lr_scheduler_type="constant_with_warmup" if config.schedule == "constant" else config.schedule,
        warmup_steps=round(config.warmup * steps),
        weight_decay=config.weight_decay,
        max_grad_norm=1.0,
        seed=config.seed,
        data_seed=config.seed,
        save_strategy="steps" if keep else "no",
        save_steps=config.checkpoint_every,
        save_total_limit=2,
        logging_strategy="no",
        eval_strategy="no",
        report_to="none",
        disable_tqdm=True,
        activation_checkpointing=False,
        bf16=False,  # the trainer's own autocast does it
        use_cpu=on_cpu,
        dataloader_num_workers=0,
        dataloader_pin_memory=False,
        remove_unused_columns=False,
        dataset_kwargs={"skip_prepare_dataset": True},
    )
