"""Fine-tune a model on examples: one call for every method, on trl's trainer, fast on a plain CPU."""

from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory

import pandas as pd
from accelerate import PartialState
from torch import Tensor
from transformers import PreTrainedModel, PreTrainedTokenizerBase
from trl import SFTConfig

from domainlab.errors import ConfigError
from domainlab.memory import keep_freed_memory
from domainlab.records import Example
from domainlab.train.checkpoint import claim_folder, last_good
from domainlab.train.config import TrainConfig
from domainlab.train.encode import data_digest, encode_examples
from domainlab.train.pack import collate, pack, pack_in_order, plan_rows
from domainlab.train.trainer import PackedTrainer, Penalty, as_it_was, in_a_hurry
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
        raise ConfigError("patience needs evaluation examples to watch; give evaluation=..., or patience=None.")
    keep_freed_memory()
    state = PartialState(cpu=model.device.type == "cpu")
    rows, per_step = _rows(examples, tokenizer, config, model, state.num_processes)
    tests, per_test = _rows(evaluation, tokenizer, config, model, 1) if evaluation else ([], 1)
    batches = [collate(tests[start : start + per_test]) for start in range(0, len(tests), per_test)]
    with ExitStack() as stack:
        checkpoint = None
        if output is not None:
            with state.main_process_first():
                claim_folder(Path(output), config, data_digest(examples))
                checkpoint = last_good(Path(output))
        folder = output if output is not None else stack.enter_context(TemporaryDirectory())
        stack.enter_context(as_it_was(model))
        stack.enter_context(in_a_hurry(model))
        args = _arguments(config, len(rows), per_step, state, folder, output is not None)
        trainer = PackedTrainer(model, tokenizer, rows, args, penalty)
        watch = Watch(trainer, config, batches, progress)
        stack.callback(watch.close)
        trainer.add_callback(watch)
        trainer.train(resume_from_checkpoint=str(checkpoint) if checkpoint else None)
        return pd.DataFrame(trainer.state.log_history, columns=COLUMNS)


def _rows(
    examples: Sequence[Example],
    tokenizer: PreTrainedTokenizerBase,
    config: TrainConfig,
    model: PreTrainedModel,
    processes: int,
) -> tuple[list[dict[str, Tensor]], int]:
    """Packed rows, and how many of them make one step."""
    encoded = encode_examples(examples, tokenizer, max_tokens=config.max_tokens)
    rows, per_step = plan_rows(
        [len(example["input_ids"]) for example in encoded],
        batch_tokens=config.batch_tokens,
        hidden_size=model.config.get_text_config().hidden_size,
        multiple=processes,
    )
    if not config.shuffle:
        return pack_in_order(encoded, steps=rows // per_step, per_step=per_step), per_step
    return pack(encoded, rows=rows, seed=config.seed), per_step


def _arguments(
    config: TrainConfig, rows: int, per_step: int, state: PartialState, folder: str | Path, keep: bool
) -> SFTConfig:
    """trl's settings: ours where the config says so, everything that costs time or talks switched off."""
    steps = config.epochs * rows // per_step
    return SFTConfig(
        output_dir=str(folder),
        num_train_epochs=config.epochs,
        per_device_train_batch_size=max(1, per_step // state.num_processes),
        learning_rate=config.learning_rate,
        lr_scheduler_type="constant_with_warmup" if config.schedule == "constant" else config.schedule,
        warmup_steps=round(config.warmup * steps),
        weight_decay=config.weight_decay,
        max_grad_norm=1.0,
        seed=config.seed,
        data_seed=config.seed,
        train_sampling_strategy="random" if config.shuffle else "sequential",
        save_strategy="steps" if keep else "no",
        save_steps=config.checkpoint_every,
        save_total_limit=2,
        logging_strategy="no",
        eval_strategy="no",
        report_to="none",
        disable_tqdm=True,
        activation_checkpointing=False,
        bf16=False,  # the trainer's own autocast does it
        use_cpu=state.device.type == "cpu",
        dataloader_num_workers=0,
        dataloader_pin_memory=False,
        remove_unused_columns=False,
        dataset_kwargs={"skip_prepare_dataset": True},
    )
