"""trl's SFTTrainer on packed rows, with everything switched off that a short run does not need.

What is ours: the loss over target tokens only, the penalty, and the refusal to step on a NaN. What stays
trl's, transformers' and accelerate's: the loop, the optimiser, the schedule, checkpoints, resuming,
several processes.
"""

import gc
import random
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import numpy as np
import torch
from datasets import Dataset
from peft import PeftModel
from torch import Tensor, nn
from transformers import PreTrainedModel, PreTrainedTokenizerBase, PrinterCallback
from trl import SFTConfig, SFTTrainer

from domainlab.errors import DomainlabError
from domainlab.train.pack import collate, token_losses

Penalty = Callable[[nn.Module], Tensor]  # the model -> a scalar that is added to the loss


def fast_bfloat16(device: torch.device) -> bool:
    """Whether this device has its own instructions for matrix products in bfloat16."""
    if device.type == "cuda":
        return torch.cuda.is_bf16_supported(including_emulation=False)
    found = torch.cpu.get_capabilities() if device.type == "cpu" else {}
    return any(found.get(name, False) for name in ("avx512_bf16", "amx_bf16", "sve_bf16"))


class PackedTrainer(SFTTrainer):
    """SFTTrainer whose data set is a list of packed rows."""

    def __init__(
        self,
        model: PreTrainedModel,
        tokenizer: PreTrainedTokenizerBase,
        rows: Sequence[dict[str, Tensor]],
        args: SFTConfig,
        penalty: Penalty | None,
    ):
        """The data set holds row numbers only; the rows are tensors already and stay where they are."""
        super().__init__(
            model=model,
            args=args,
            processing_class=tokenizer,
            train_dataset=Dataset.from_dict({"row": list(range(len(rows)))}),
            data_collator=lambda items: collate([rows[item["row"]] for item in items]),
        )
        self.processing_class = None  # otherwise it is written into every checkpoint
        self.remove_callback(PrinterCallback)
        self.penalty = penalty
        self.half = fast_bfloat16(self.args.device)
        self.step_loss = self.step_penalty = torch.zeros(())
        self.tokens_seen = 0

    def compute_loss_context_manager(self) -> torch.autocast:
        """Mixed precision around the loss only, so that the model itself stays unwrapped."""
        return torch.autocast(self.args.device.type, torch.bfloat16, enabled=self.half)

    def compute_loss(self, model, inputs, return_outputs=False, num_items_in_batch=None):
        """Mean over the target tokens of the whole step (of all processes), plus the penalty."""
        losses = token_losses(model, inputs)
        loss = losses.sum() / (losses.numel() if num_items_in_batch is None else num_items_in_batch)
        penalty = loss.new_zeros(()) if self.penalty is None else self.penalty(self.model)
        self.step_loss, self.step_penalty = loss.detach(), penalty.detach()
        self.tokens_seen += int(inputs["tokens"])
        self._refuse_unless_finite(self.step_loss + self.step_penalty, "loss")
        return loss * self.accelerator.num_processes + penalty  # gradients are averaged over processes

    def _clip_grad_norm(self, model: nn.Module) -> Tensor:
        norm = super()._clip_grad_norm(model)
        self._refuse_unless_finite(norm, "gradient")  # before it reaches the weights
        return norm

    def _refuse_unless_finite(self, value: Tensor, name: str) -> None:
        if not torch.isfinite(value):
            raise DomainlabError(
                f"The {name} became {float(value)} in step {self.state.global_step + 1}, so training stopped "
                f"before that step; the last checkpoint is as it was. Try a learning rate below "
                f"{self.args.learning_rate:g}, or look for broken examples."
            )

    def log(self, logs: dict[str, float], start_time: float | None = None) -> None:
        """Write nothing: `Watch` keeps the log."""

    def floating_point_ops(self, inputs: dict[str, Tensor]) -> int:
        """Count nothing: walking over all parameters at every step costs more than it tells."""
        return 0

    def create_model_card(self, *args, **kwargs) -> None:
        """Write nothing into checkpoints that is not needed to go on."""

    def _send_telemetry(self) -> None:
        pass  # a course reports to nobody


@contextmanager
def as_it_was(model: PreTrainedModel) -> Iterator[None]:
    """Undo what a trainer leaves behind: a patched forward, no cache, training mode, global seeds."""
    base = model.get_base_model() if isinstance(model, PeftModel) else model
    forward, use_cache = vars(base).get("forward"), base.config.use_cache
    states = random.getstate(), np.random.get_state()
    try:
        with torch.random.fork_rng(devices=[model.device] if model.device.type == "cuda" else []):
            yield
    finally:
        random.setstate(states[0])
        np.random.set_state(states[1])
        base.config.use_cache = use_cache
        vars(base).pop("forward", None)
        if forward is not None:
            base.forward = forward
        model.eval()


@contextmanager
def in_a_hurry(model: PreTrainedModel) -> Iterator[None]:
    """Take out two costs of training on a CPU that buy nothing there.

    PyTorch's fused attention saves memory that short rows do not need, and its backward pass in bfloat16 is
    two to four times slower on a CPU than plain matrix products: a fifth of a step. And accelerate collects
    garbage when training begins, which in a process with many libraries takes longer than a step.
    """
    base = model.get_base_model() if isinstance(model, PeftModel) else model
    attention = base.config._attn_implementation
    gc.freeze()
    try:
        if model.device.type == "cpu":
            base.set_attn_implementation("eager")
        yield
    finally:
        gc.unfreeze()
        base.set_attn_implementation(attention)
