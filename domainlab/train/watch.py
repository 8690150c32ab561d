"""What is seen while training runs: log, progress bar, evaluation, early stopping, sealed checkpoints.

The log is the trainer's own `log_history`, one row per step. It travels in the checkpoints, so a run
that was killed has the whole curve after it went on.
"""

import time
from collections.abc import Sequence
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from torch import Tensor
from tqdm.auto import tqdm
from transformers import TrainerCallback, TrainerControl, TrainerState
from trl import SFTConfig

from domainlab.train.checkpoint import seal
from domainlab.train.config import TrainConfig
from domainlab.train.pack import token_losses
from domainlab.train.trainer import PackedTrainer

BEST = "best.safetensors"


class Watch(TrainerCallback):
    """One row of the log per step: step, loss, penalty, tokens, seconds, and eval_loss where measured."""

    def __init__(
        self,
        trainer: PackedTrainer,
        config: TrainConfig,
        evaluation: Sequence[dict[str, Tensor]],
        progress: bool,
    ):
        """`evaluation` holds batches as `collate` makes them; empty for none."""
        self.trainer, self.config, self.evaluation, self.progress = trainer, config, evaluation, progress
        self.best: dict[str, Tensor] = {}  # the trainable weights with the lowest evaluation loss
        self.start, self.bar = 0.0, None

    def on_train_begin(self, args: SFTConfig, state: TrainerState, control: TrainerControl, **kwargs) -> None:
        """Take up the log where a checkpoint left it."""
        last = state.log_history[-1] if state.log_history else {"seconds": 0.0, "tokens": 0}
        self.start = time.perf_counter() - last["seconds"]
        self.trainer.tokens_seen = last["tokens"]
        saved = Path(args.output_dir) / f"checkpoint-{state.global_step}" / BEST
        if saved.exists():
            self.best = load_file(saved)
        hidden = not (self.progress and state.is_world_process_zero)
        self.bar = tqdm(
            total=state.max_steps,
            initial=state.global_step,
            unit="step",
            delay=2,
            leave=False,
            disable=hidden,
        )

    def on_step_end(self, args: SFTConfig, state: TrainerState, control: TrainerControl, **kwargs) -> None:
        """Add a row; evaluate and stop where it is time to."""
        loss, tokens = self._over_processes()
        row = {
            "step": state.global_step,
            "loss": loss,
            "penalty": float(self.trainer.step_penalty),
            "tokens": tokens,
            "seconds": time.perf_counter() - self.start,
        }
        state.log_history.append(row)
        if self.evaluation and state.global_step % self.config.eval_every == 0:
            row["eval_loss"] = self._evaluate()
            self._compare([row["eval_loss"] for row in state.log_history if "eval_loss" in row], control)
        self.bar.set_postfix(loss=f"{loss:.3f}", refresh=False)
        self.bar.update()

    def on_save(self, args: SFTConfig, state: TrainerState, control: TrainerControl, **kwargs) -> None:
        """Add the best weights so far, then seal the checkpoint."""
        self.trainer.accelerator.wait_for_everyone()
        if state.is_world_process_zero:
            folder = Path(args.output_dir) / f"checkpoint-{state.global_step}"
            if self.best:
                save_file(self.best, folder / BEST)
            seal(folder)

    def on_train_end(self, args: SFTConfig, state: TrainerState, control: TrainerControl, **kwargs) -> None:
        """Take the best weights back, where that was asked for."""
        if self.config.patience is not None and self.best:
            with torch.no_grad():
                for name, weight in self._trainable():
                    weight.copy_(self.best[name])

    def close(self) -> None:
        """Remove the bar, also after an error."""
        if self.bar is not None:
            self.bar.close()

    def _over_processes(self) -> tuple[float, int]:
        loss, tokens = self.trainer.step_loss, self.trainer.tokens_seen
        if self.trainer.accelerator.num_processes == 1:
            return float(loss), tokens
        parts = torch.stack([loss, loss.new_tensor(tokens)])  # each process holds its part of the mean
        loss, tokens = self.trainer.accelerator.reduce(parts, "sum").tolist()
        return loss, int(tokens)

    def _evaluate(self) -> float:
        """Mean loss over all target tokens of the evaluation data, in nats."""
        model = self.trainer.model
        model.eval()
        with torch.inference_mode(), self.trainer.compute_loss_context_manager():
            losses = torch.cat(
                [
                    token_losses(model, {name: part.to(model.device) for name, part in batch.items()})
                    for batch in self.evaluation
                ]
            )
        model.train()
        return float(losses.mean())

    def _compare(self, history: list[float], control: TrainerControl) -> None:
        if self.config.patience is None:
            return
        since_best = len(history) - 1 - history.index(min(history))
        if since_best == 0:
            self.best = {name: weight.detach().cpu().clone() for name, weight in self._trainable()}
        control.should_training_stop = control.should_training_stop or since_best >= self.config.patience

    def _trainable(self) -> list[tuple[str, Tensor]]:
        return [(name, weight) for name, weight in self.trainer.model.named_parameters() if weight.requires_grad]
