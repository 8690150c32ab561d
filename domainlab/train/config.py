"""The settings of one fine-tuning run, checked when they are made."""

from dataclasses import dataclass

from domainlab.errors import ConfigError

SCHEDULES = ("constant", "linear", "cosine")


@dataclass(frozen=True, kw_only=True)
class TrainConfig:
    """How to train: AdamW, gradients clipped to norm 1, loss averaged over the target tokens of a step."""

    learning_rate: float  # peak; LoRA wants about ten times that of full fine-tuning
    epochs: int = 3
    batch_tokens: int = 2048  # tokens per optimiser step
    max_tokens: int = 1024  # of the longest example that is accepted
    warmup: float = 0.03  # share of the steps in which the learning rate rises from 0
    schedule: str = "cosine"  # what the learning rate does after warm-up: "constant", "linear", "cosine"
    weight_decay: float = 0.0  # decoupled, towards 0
    seed: int = 0
    shuffle: bool = True  # False: examples keep their order, so that a mix can change along the way
    eval_every: int = 50  # steps between evaluations, where there is evaluation data
    patience: int | None = None  # stop after so many evaluations without a better loss, and take the best back
    checkpoint_every: int = 50  # steps between checkpoints, where there is an output folder

    def __post_init__(self) -> None:
        """Refuse what cannot be meant."""
        for name in ("epochs", "batch_tokens", "max_tokens", "eval_every", "checkpoint_every"):
            _check(name, getattr(self, name), "a whole number >= 1", _whole(getattr(self, name), 1))
        _check("seed", self.seed, "a whole number >= 0", _whole(self.seed, 0))
        _check(
            "patience",
            self.patience,
            "None or a whole number >= 1",
            self.patience is None or _whole(self.patience, 1),
        )
        _check("shuffle", self.shuffle, "True or False", isinstance(self.shuffle, bool))
        _check("learning_rate", self.learning_rate, "between 0 and 1", 0 < self.learning_rate < 1)
        _check("warmup", self.warmup, "a share from 0 to 1", 0 <= self.warmup <= 1)
        _check("weight_decay", self.weight_decay, "0 or more", self.weight_decay >= 0)
        _check("schedule", self.schedule, f"one of {', '.join(SCHEDULES)}", self.schedule in SCHEDULES)


def _whole(value: object, least: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= least


def _check(name: str, value: object, expected: str, fine: bool) -> None:
    if not fine:
        raise ConfigError(f"TrainConfig: {name} must be {expected}; got {value!r}.")
