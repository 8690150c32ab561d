"""Adapters on disk: peft's own format, and beside it a card that says what the adapter belongs to.

An adapter is a difference, and a difference from another model is nonsense that loads without complaint.
So the card keeps the digest of the base, and another base is refused.
"""

import json
import os
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

import peft
from peft import PeftModel
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor
from transformers import PreTrainedModel

from domainlab.errors import AdapterError
from domainlab.models import base_digest
from domainlab.records import Example
from domainlab.train.attach import attach, quiet
from domainlab.train.bottleneck import bottlenecks
from domainlab.train.checkpoint import file_digest, write_json
from domainlab.train.config import TrainConfig
from domainlab.train.encode import data_digest

CARD = "card.json"
WEIGHTS = "adapter_model.safetensors"


def save_adapter(
    model: PreTrainedModel | PeftModel,
    folder: str | Path,
    *,
    base: str,
    examples: Sequence[Example],
    config: TrainConfig,
    scores: Mapping[str, float],
) -> dict:
    """Write the active adapter and its card; nothing is left behind when that fails half-way.

    Args:
        model: as `attach` made it and `finetune` trained it, not "full".
        folder: a new folder.
        base: the base model's folder or hub name, for people.
        examples: what the adapter was trained on; the card keeps their digest, not the texts.
        config: how it was trained.
        scores: what was measured, by name.

    Returns:
        The card.

    Raises:
        AdapterError: the model has no adapter, or the folder exists already.
    """
    folder = Path(folder)
    if not isinstance(model, PeftModel) and not any(bottlenecks(model)):
        raise AdapterError("The model has no adapter to save; after full fine-tuning use model.save_pretrained.")
    if folder.exists():
        raise AdapterError(f"{folder} exists already; choose another folder, adapters are never overwritten.")
    draft = folder.with_name(folder.name + ".tmp")
    shutil.rmtree(draft, ignore_errors=True)
    try:
        _write(model, draft)
        card = _card(model, draft / WEIGHTS, base, examples, config, scores)
        write_json(draft / CARD, card)
        os.replace(draft, folder)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return card


def _write(model: PreTrainedModel | PeftModel, draft: Path) -> None:
    if not isinstance(model, PeftModel):
        draft.mkdir(parents=True)
        save_file(_bottleneck_weights(model), draft / WEIGHTS)
        return
    model.save_pretrained(draft, selected_adapters=[model.active_adapter])
    inner = draft / model.active_adapter  # where peft puts an adapter that is not called "default"
    for path in inner.iterdir() if inner.is_dir() else ():
        os.replace(path, draft / path.name)
    (draft / "README.md").unlink(missing_ok=True)  # a form to fill in


def _bottleneck_weights(model: PreTrainedModel) -> dict[str, Tensor]:
    return {name: weight.detach() for name, weight in model.named_parameters() if "bottleneck_" in name}


def _card(
    model: PreTrainedModel | PeftModel,
    weights: Path,
    base: str,
    examples: Sequence[Example],
    config: TrainConfig,
    scores: Mapping[str, float],
) -> dict:
    return {
        "base": {"name": str(base), "sha256": base_digest(model)},
        "data": {"examples": len(examples), "sha256": data_digest(examples)},
        "adapter": {**_settings(model), "sha256": file_digest(weights)},
        "training": asdict(config),
        "scores": {name: float(score) for name, score in scores.items()},
        "versions": {"peft": peft.__version__},
    }


def _settings(model: PreTrainedModel | PeftModel) -> dict:
    if not isinstance(model, PeftModel):
        first = next(bottlenecks(model))
        return {"kind": first.placement, "width": first.width}
    lora = model.peft_config[model.active_adapter]
    return {
        "kind": "lora",
        "rank": lora.r,
        "alpha": lora.lora_alpha,
        "rslora": lora.use_rslora,
        "dora": lora.use_dora,
        "targets": sorted(lora.target_modules),
    }


def load_adapter(
    model: PreTrainedModel | PeftModel, folder: str | Path, *, name: str = "default"
) -> PreTrainedModel | PeftModel:
    """Put a saved adapter on its base model and switch it on; LoRA adapters may share one base.

    Args:
        model: the base, or the same base with other adapters on.
        folder: as `save_adapter` wrote it.
        name: of a LoRA adapter, to switch by with `model.set_adapter(name)`.

    Raises:
        AdapterError: no adapter there, a damaged one, one for another base, or a name that is taken.
    """
    folder = Path(folder)
    card = read_card(folder)
    found = base_digest(model)
    if found != card["base"]["sha256"]:
        raise AdapterError(
            f"The adapter in {folder} belongs to {card['base']['name']} with sha256 "
            f"{card['base']['sha256'][:12]}..., this model has {found[:12]}...: load that base, or train an "
            "adapter for this one."
        )
    try:
        if card["adapter"]["kind"] != "lora":
            return _load_bottleneck(model, folder, card["adapter"])
        return _load_lora(model, folder, name)
    except (OSError, ValueError, SafetensorError) as error:
        raise AdapterError(f"Could not load the adapter in {folder}: {error}") from error


def _load_lora(model: PreTrainedModel | PeftModel, folder: Path, name: str) -> PeftModel:
    with quiet():
        if not isinstance(model, PeftModel):
            return PeftModel.from_pretrained(model, folder, adapter_name=name).eval()
        if name in model.peft_config:
            raise AdapterError(f"The model has an adapter {name!r} already; give another name.")
        model.load_adapter(folder, adapter_name=name)
    model.set_adapter(name)
    return model.eval()


def _load_bottleneck(model: PreTrainedModel, folder: Path, settings: dict) -> PreTrainedModel:
    model = attach(model, settings["kind"], rank=settings["width"])
    weights = load_file(folder / WEIGHTS)
    if weights.keys() != _bottleneck_weights(model).keys():
        raise AdapterError(f"The weights in {folder / WEIGHTS} do not fit {type(model).__name__}.")
    model.load_state_dict(weights, strict=False)
    return model.eval()


def read_card(folder: str | Path) -> dict:
    """The card of a saved adapter, after checking that its weights are the ones it was written for.

    Raises:
        AdapterError: no card, no weights, or weights that have changed.
    """
    folder = Path(folder)
    missing = [name for name in (CARD, WEIGHTS) if not (folder / name).is_file()]
    if missing:
        raise AdapterError(f"{folder} is not an adapter made by save_adapter: it has no {' and no '.join(missing)}.")
    try:
        card = json.loads((folder / CARD).read_text(encoding="utf-8"))
        expected = card["adapter"]["sha256"]
    except (ValueError, KeyError, TypeError) as error:
        raise AdapterError(f"{folder / CARD} cannot be read as an adapter card: {error}") from error
    if file_digest(folder / WEIGHTS) != expected:
        raise AdapterError(f"{folder / WEIGHTS} is not the file that the card describes: it was changed or cut off.")
    return card
