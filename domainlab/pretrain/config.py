"""Everything that decides what the base model becomes, read from one TOML file."""

import tomllib
from dataclasses import dataclass, fields
from pathlib import Path

from domainlab.errors import ConfigError


@dataclass(frozen=True, kw_only=True)
class PretrainConfig:
    """Size, data and schedule of one pretraining run; unknown names in the file are refused."""

    width: int
    layers: int
    heads: int
    hidden: int  # width of the feed-forward layer
    vocab_size: int
    context: int  # tokens; the model's window
    batch_tokens: int  # tokens per optimiser step
    tokens: int  # in the whole run
    row_lengths: tuple[
        tuple[int, float], ...
    ]  # (row length, share of the run), short rows first: attention is quadratic
    matrix_rate: float  # Muon's learning rate, for matrices
    other_rate: float  # AdamW's, for embeddings and norms
    warmup_steps: int
    decay_share: float  # last part of the run, in which the rates fall linearly to zero
    text_share: float  # share of rows that are natural text
    repeat_share: float  # share of rows that are a random sequence, repeated
    locate_share: float  # share of rows that practise citing: spans of numbered pieces, whose number is to be told
    answer_weight: float  # of an answer token in the loss; natural text weighs 1
    prompt_weight: float  # of a prompt token
    citation_weight: float  # of the digit that names the passage at the end of an answer, "[2]"
    curriculum_share: float  # first part of the run, in which passages grow to their full number of facts
    tasks: dict[str, float]  # task -> share of the task tokens
    sources: dict[str, float]  # text file or hub data set -> weight
    instructions: tuple[str, ...]  # JSONL files of instruction/response pairs
    seed: int
    history: str  # what was changed while the run went on, for the model card
    device: str = "cpu"
    compile: bool = False
    checkpoint_every: int = 250  # steps
    evaluate_every: int = 500  # steps

    def __post_init__(self) -> None:
        """Refuse what cannot be meant."""
        if self.width % self.heads:
            raise ConfigError(f"width must be a multiple of heads, got {self.width} and {self.heads}")
        if abs(sum(share for _, share in self.row_lengths) - 1) > 1e-6:
            raise ConfigError(f"the shares in row_lengths must add up to 1, got {self.row_lengths}")
        if any(length > self.context or self.batch_tokens % length for length, _ in self.row_lengths):
            raise ConfigError(
                f"row lengths must fit the context {self.context} and divide batch_tokens {self.batch_tokens}"
            )
        if not 0 <= self.text_share + self.repeat_share + self.locate_share <= 1:
            raise ConfigError("text_share + repeat_share + locate_share must lie between 0 and 1")

    @property
    def steps(self) -> int:
        """Optimiser steps in the whole run."""
        return self.tokens // self.batch_tokens

    def row_length(self, step: int) -> int:
        """The row length at a step."""
        end = 0.0
        for length, share in self.row_lengths:
            end += share * self.steps
            if step < end:
                return length
        return self.row_lengths[-1][0]

    def rate_factor(self, step: int) -> float:
        """The learning rate at a step, relative to its full value: warm-up, constant, linear decay."""
        left = (self.steps - step) / max(1.0, self.decay_share * self.steps)
        return min(1.0, (step + 1) / self.warmup_steps, max(left, 0.0))


def read_config(path: Path, *, text_root: Path) -> PretrainConfig:
    """Read a TOML file; file names of sources and instructions are taken relative to `text_root`."""
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(f"expected a pretraining config in TOML at {path}: {error}") from error
    known = {field.name for field in fields(PretrainConfig)}
    if unknown := set(values) - known:
        raise ConfigError(f"{path}: unknown names {sorted(unknown)}; known are {sorted(known)}")

    def locate(name: str) -> str:
        return str(text_root / name) if "." in Path(name).name else name

    values["sources"] = {locate(name): weight for name, weight in values["sources"].items()}
    values["instructions"] = tuple(locate(name) for name in values["instructions"])
    values["row_lengths"] = tuple((int(length), float(share)) for length, share in values["row_lengths"])
    return PretrainConfig(**values)
