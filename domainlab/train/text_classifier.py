"""A sentence encoder that tells classes of texts apart: LoRA in the encoder, a linear layer on top.

The frozen encoder groups texts by topic; a few hundred thousand adapter weights make it look at what the classes
differ in. What is kept is a folder of two files, weights in safetensors and a card in JSON. `teach_classifier.py`
trains it.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import torch
from peft import LoraConfig, get_peft_model
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor, nn
from torch.nn import functional
from transformers import AutoModel, AutoTokenizer

from domainlab.errors import AdapterError, ConfigError
from domainlab.train.attach import quiet

BATCH = 64  # texts per forward pass when nothing is learned
SCALE = 10.0  # of the logits: rows have length 1, so a linear layer alone would start too flat
WEIGHTS, CARD = "classifier.safetensors", "classifier.json"
LAYERS = ("query", "key", "value", "dense")  # every linear layer of a BERT encoder


@dataclass(frozen=True, kw_only=True)
class ClassifierConfig:
    """How to teach a classifier."""

    rank: int = 8
    alpha: float = 16.0
    dropout: float = 0.1  # of the adapter's input
    learning_rate: float = 1e-3  # peak, of the adapter
    epochs: int = 4
    batch_size: int = 32
    max_tokens: int = 96  # longer texts are cut at the end
    smoothing: float = 0.04  # of the labels
    seed: int = 0

    def __post_init__(self) -> None:
        """Refuse what cannot be meant."""
        whole = ("rank", "epochs", "batch_size", "max_tokens")
        if wrong := [name for name in whole if getattr(self, name) < 1]:
            raise ConfigError(f"{wrong[0]} must be at least 1; got {getattr(self, wrong[0])}.")
        if not (0 < self.learning_rate < 1 and 0 <= self.smoothing < 1 and 0 <= self.dropout < 1):
            raise ConfigError("learning_rate must be in (0, 1), smoothing and dropout in [0, 1).")


class TextClassifier:
    """Texts -> probabilities of classes, `(n, classes)`; higher is likelier, rows sum to 1."""

    def __init__(self, encoder: str, labels: Sequence[str], config: ClassifierConfig, *, revision: str | None = None):
        """An untrained classifier on a BERT-like encoder.

        Args:
            encoder: folder or hub name, as `AutoModel.from_pretrained` takes it.
            labels: the classes, at least two.
            config: its `rank`, `alpha`, `max_tokens` and `seed` shape the model.
            revision: pinned commit of a hub encoder.

        Raises:
            ConfigError: fewer than two labels, or one twice; no such encoder.
        """
        if len(labels) < 2 or len(set(labels)) != len(labels):
            raise ConfigError(f"a classifier needs two or more different labels; got {list(labels)}.")
        self.encoder, self.labels, self.config, self.temperature = str(encoder), tuple(labels), config, 1.0
        try:
            self.tokenizer = AutoTokenizer.from_pretrained(encoder, revision=revision)
            base = AutoModel.from_pretrained(encoder, revision=revision, use_safetensors=True)
        except (OSError, ValueError) as error:
            raise ConfigError(f"Could not load the encoder {encoder}: {error}") from error
        lora = LoraConfig(
            r=config.rank, lora_alpha=config.alpha, lora_dropout=config.dropout, target_modules=list(LAYERS)
        )
        with quiet(), torch.random.fork_rng(devices=[]):
            torch.manual_seed(config.seed)
            self.model = get_peft_model(base, lora).eval()
            self.head = nn.Linear(base.config.hidden_size, len(self.labels))

    def __call__(self, texts: Sequence[str]) -> np.ndarray:
        """Calibrated probabilities, float64 `(n, classes)`, columns in the order of `labels`."""
        return torch.softmax(self.logits(texts) / self.temperature, dim=1).double().numpy()

    @torch.inference_mode()
    def logits(self, texts: Sequence[str]) -> Tensor:
        """Unscaled scores, float32 `(n, classes)`; texts of like length are read together."""
        order = sorted(range(len(texts)), key=lambda at: len(texts[at]))
        found = torch.zeros(len(texts), len(self.labels))
        for start in range(0, len(order), BATCH):
            rows = order[start : start + BATCH]
            found[rows] = self.forward([texts[at] for at in rows])
        return found

    def forward(self, texts: Sequence[str]) -> Tensor:
        """Scores of one batch, with gradients where the model is in training mode."""
        batch = self.tokenizer(
            list(texts), padding=True, truncation=True, max_length=self.config.max_tokens, return_tensors="pt"
        )
        with torch.autocast("cpu", torch.bfloat16, enabled=self.model.training):
            hidden = self.model(**batch).last_hidden_state.float()
        mask = batch["attention_mask"][..., None]
        return SCALE * self.head(functional.normalize((hidden * mask).sum(1) / mask.sum(1), dim=1))

    def weights(self) -> dict[str, Tensor]:
        """What was learned: adapter and head, by name."""
        adapter = {name: one for name, one in self.model.named_parameters() if "lora_" in name}
        return adapter | {f"head.{name}": one for name, one in self.head.named_parameters()}

    def save(self, folder: str | Path, **facts: object) -> None:
        """Write the learned weights (as bfloat16) and a card with labels, settings and the given facts."""
        folder = Path(folder)
        folder.mkdir(parents=True, exist_ok=True)
        weights = {name: one.detach().to(torch.bfloat16).contiguous() for name, one in self.weights().items()}
        save_file(weights, folder / WEIGHTS)
        card = {"labels": self.labels, "temperature": self.temperature, "config": asdict(self.config), **facts}
        (folder / CARD).write_text(json.dumps(card, indent=2) + "\n", encoding="utf-8")


def read_classifier_card(folder: str | Path) -> Mapping[str, object]:
    """The card that `TextClassifier.save` wrote.

    Raises:
        AdapterError: there is none, or it is not JSON.
    """
    try:
        return json.loads((Path(folder) / CARD).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise AdapterError(f"{folder} holds no classifier: {error}. Make it again with its command.") from error


def load_classifier(folder: str | Path, encoder: str, *, revision: str | None = None) -> TextClassifier:
    """Load a saved classifier onto its encoder.

    Raises:
        AdapterError: files are missing, damaged, or do not fit the encoder.
    """
    card = read_classifier_card(folder)
    try:
        config = ClassifierConfig(**card["config"])
        classifier = TextClassifier(encoder, card["labels"], config, revision=revision)
        stored, own = load_file(Path(folder) / WEIGHTS), classifier.weights()
        classifier.temperature = float(card["temperature"])
    except (OSError, SafetensorError, KeyError, TypeError) as error:
        raise AdapterError(f"{folder} holds no whole classifier: {error}. Make it again.") from error
    shapes = {name: tuple(one.shape) for name, one in own.items()}
    if shapes != {name: tuple(one.shape) for name, one in stored.items()}:
        raise AdapterError(f"the classifier in {folder} does not fit the encoder {encoder}: other layers.")
    with torch.no_grad():
        for name, one in own.items():
            one.copy_(stored[name])
    return classifier
