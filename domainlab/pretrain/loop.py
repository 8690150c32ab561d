"""How the base model learns: Muon for matrices, AdamW for the rest, checkpoints that a killed run continues from."""

import json
import logging
import math
import os
import shutil
import time
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import torch
from torch.nn import functional
from torch.utils.data import DataLoader, Dataset
from tqdm.auto import tqdm
from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

from domainlab.errors import DataError, DomainlabError
from domainlab.pretrain.config import PretrainConfig
from domainlab.pretrain.mixture import Mixture

log = logging.getLogger(__name__)
KEEP_CHECKPOINTS = 2


def build_model(config: PretrainConfig, tokenizer: PreTrainedTokenizerFast) -> LlamaForCausalLM:
    """A fresh Llama with tied embeddings, seeded."""
    torch.manual_seed(config.seed)
    return LlamaForCausalLM(LlamaConfig(
        vocab_size=config.vocab_size, hidden_size=config.width, num_hidden_layers=config.layers,
        num_attention_heads=config.heads, num_key_value_heads=config.heads, intermediate_size=config.hidden,
        max_position_embeddings=config.context, tie_word_embeddings=True, bos_token_id=tokenizer.bos_token_id,
        eos_token_id=tokenizer.eos_token_id, pad_token_id=tokenizer.pad_token_id,
    ))  # fmt: skip


def weighted_loss(model: LlamaForCausalLM, ids: torch.Tensor, weights: torch.Tensor) -> torch.Tensor:
    """Mean cross-entropy in nats over next tokens, each weighted by its own weight; `ids`, `weights` (rows, length)."""
    hidden = model.model(input_ids=ids, use_cache=False).last_hidden_state[:, :-1]
    targets, weights = ids[:, 1:].reshape(-1), weights[:, 1:].reshape(-1)
    losses = functional.cross_entropy(model.lm_head(hidden).flatten(0, 1), targets, reduction="none")
    return (losses.float() * weights).sum() / weights.sum()


def read_log(path: Path) -> list[dict]:
    """The rows of an exported training log; none where the model came without one."""
    return pd.read_csv(path).to_dict("records") if path.exists() else []


class _Steps(Dataset):
    """Batches by step number; workers make them ahead of time."""

    def __init__(self, mixture: Mixture, first: int, last: int) -> None:
        self.mixture, self.first, self.last = mixture, first, last

    def __len__(self) -> int:
        return self.last - self.first

    def __getitem__(self, index: int) -> tuple[torch.Tensor, torch.Tensor]:
        ids, weights = self.mixture.batch(self.first + index)
        return torch.from_numpy(ids), torch.from_numpy(weights)


class Pretraining:
    """One run in one folder: `run()` starts it, or continues it from its last good checkpoint."""

    def __init__(self, config: PretrainConfig, mixture: Mixture, folder: Path, *, start: Path | None = None) -> None:
        """Build the model, with the weights of the folder `start` where one is given, and its optimizers."""
        self.config, self.mixture, self.folder = config, mixture, folder
        self.device = torch.device(config.device)
        self.model = build_model(config, mixture.tokenizer)
        if start:
            self.model.load_state_dict(LlamaForCausalLM.from_pretrained(start, dtype=torch.float32).state_dict())
        self.model.to(self.device)
        matrices = [p for name, p in self.model.named_parameters() if p.ndim == 2 and "embed" not in name]
        chosen = {id(p) for p in matrices}
        others = [p for p in self.model.parameters() if id(p) not in chosen]
        self.optimizers = [
            torch.optim.Muon(matrices, lr=config.matrix_rate, momentum=0.95, weight_decay=0.01),
            torch.optim.AdamW(others, lr=config.other_rate, betas=(0.9, 0.95), weight_decay=0.0),
        ]
        self.rates = [config.matrix_rate, config.other_rate]
        self.step = 0
        self.log = read_log(start / "training_log.csv") if start else []
        self.tokens_before = self.log[-1]["tokens"] if self.log else 0

    def run(self, evaluate: Callable[[LlamaForCausalLM], pd.DataFrame]) -> pd.DataFrame:
        """Train to the last step; returns the log (step, tokens, loss, rate, tokens_per_second)."""
        self._restore()
        loss_of = torch.compile(weighted_loss) if self.config.compile else weighted_loss
        loader = DataLoader(_Steps(self.mixture, self.step, self.config.steps), batch_size=None, num_workers=0)
        bar = tqdm(loader, initial=self.step, total=self.config.steps, desc="pretraining", unit="step", mininterval=10)
        self.model.train()
        started, running = time.perf_counter(), None
        for ids, weights in bar:
            loss = self._update(loss_of, ids.to(self.device), weights.to(self.device))
            running = loss if running is None else 0.98 * running + 0.02 * loss
            self.step += 1
            if self.step % 25 == 0 or self.step == self.config.steps:
                speed = 25 * self.config.batch_tokens / (time.perf_counter() - started)
                started = time.perf_counter()
                self._note(running, speed)
                bar.set_postfix(loss=f"{running:.3f}", tokens_per_s=f"{speed:.0f}")
            if self.step % self.config.checkpoint_every == 0 or self.step == self.config.steps:
                self._save()
            if self.step % self.config.evaluate_every == 0 and self.step < self.config.steps:
                self._evaluate(evaluate)
                started = time.perf_counter()
        return pd.DataFrame(self.log)

    def _update(self, loss_of, ids: torch.Tensor, weights: torch.Tensor) -> float:
        with torch.autocast(self.device.type, dtype=torch.bfloat16):
            loss = loss_of(self.model, ids, weights)
        loss.backward()
        if not math.isfinite(value := loss.item()):
            raise DomainlabError(f"the loss is {value} at step {self.step}; lower matrix_rate or other_rate and rerun")
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
        factor = self.config.rate_factor(self.step)
        for optimizer, rate in zip(self.optimizers, self.rates, strict=True):
            optimizer.param_groups[0]["lr"] = rate * factor
            optimizer.step()
            optimizer.zero_grad(set_to_none=True)
        return value

    def _note(self, loss: float, speed: float) -> None:
        tokens = self.tokens_before + self.step * self.config.batch_tokens
        rate = self.config.matrix_rate * self.config.rate_factor(self.step - 1)
        self.log.append(dict(step=self.step, tokens=tokens, loss=loss, rate=rate, tokens_per_second=speed))

    def _evaluate(self, evaluate: Callable[[LlamaForCausalLM], pd.DataFrame]) -> None:
        self.model.eval()
        table = evaluate(self.model).assign(step=self.step)
        self.model.train()
        path = self.folder / "skills.csv"
        table.to_csv(path, mode="a", header=not path.exists(), index=False)
        tqdm.write(f"step {self.step}\n{table.to_string(index=False)}")

    def _save(self) -> None:
        """Write a checkpoint beside the others, then give it its name: a killed save leaves no half checkpoint."""
        target, part = self.folder / f"step-{self.step:06d}", self.folder / "part"
        shutil.rmtree(part, ignore_errors=True)
        try:
            self.model.save_pretrained(part)
            torch.save([optimizer.state_dict() for optimizer in self.optimizers], part / "optimizers.pt")
            (part / "progress.json").write_text(json.dumps({"step": self.step, "log": self.log}))
        except OSError as error:
            shutil.rmtree(part, ignore_errors=True)
            raise DataError(f"cannot write a checkpoint to {self.folder}: {error}. Free space and rerun") from error
        shutil.rmtree(target, ignore_errors=True)
        os.replace(part, target)
        pd.DataFrame(self.log).to_csv(self.folder / "log.csv", index=False)
        for old in self._checkpoints()[:-KEEP_CHECKPOINTS]:
            shutil.rmtree(old)

    def _checkpoints(self) -> list[Path]:
        return sorted(self.folder.glob("step-*"))

    def _restore(self) -> None:
        for folder in reversed(self._checkpoints()):
            try:
                progress = json.loads((folder / "progress.json").read_text())
                states = torch.load(folder / "optimizers.pt", weights_only=True)
                self.model.load_state_dict(LlamaForCausalLM.from_pretrained(folder).state_dict())
            except Exception as error:  # a corrupt file shows as many kinds of error; the next older one is tried
                log.warning("checkpoint %s cannot be read (%s); trying an older one", folder.name, error)
                continue
            for optimizer, state in zip(self.optimizers, states, strict=True):
                optimizer.load_state_dict(state)
            self.step, self.log = progress["step"], progress["log"]
            return
