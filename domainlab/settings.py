"""The one dial: `DOMAINLAB_SCALE=tiny|small|full` selects a row of this table, never another code path."""

import os
from dataclasses import dataclass
from pathlib import Path

from domainlab.errors import ConfigError

ROOT = Path(__file__).resolve().parents[1]  # the checkout: holds data/, notebooks/, build/


@dataclass(frozen=True, kw_only=True)
class Scale:
    """What one scale runs with; the notebooks read these names and nothing else."""

    name: str
    base_model: str  # folder or hub name
    revision: str | None  # pinned hub commit; None for a folder
    dtype: str  # of the loaded weights
    device: str  # "auto" takes a GPU where there is one
    lora_rank: int
    learning_rate: float  # LoRA's; full fine-tuning wants about a tenth
    batch_tokens: int  # tokens per optimiser step
    epochs: int
    seeds: tuple[int, ...]
    eval_items: int  # questions per measured cell
    passages: int  # shown with each question; the embedded model reads one passage well and several badly


SCALES = {
    "tiny": Scale(
        name="tiny", base_model=str(ROOT / "data" / "base-model"), revision=None, dtype="float32", device="cpu",
        lora_rank=16, learning_rate=4e-3, batch_tokens=512, epochs=6, seeds=(0, 1, 2), eval_items=32, passages=1,
    ),
    "small": Scale(
        name="small", base_model="HuggingFaceTB/SmolLM2-360M-Instruct",
        revision="a10cc1512eabd3dde888204e902eca88bddb4951",
        dtype="bfloat16", device="auto", lora_rank=16, learning_rate=3e-4, batch_tokens=4096, epochs=3,
        seeds=(0, 1, 2), eval_items=200, passages=3,
    ),
    "full": Scale(
        name="full", base_model="HuggingFaceTB/SmolLM2-1.7B-Instruct",
        revision="31b70e2e869a7173562077fd711b654946d38674",
        dtype="bfloat16", device="auto",
        lora_rank=32, learning_rate=2e-4, batch_tokens=16384, epochs=2, seeds=(0, 1, 2), eval_items=500, passages=5,
    ),
}  # fmt: skip


def current_scale() -> Scale:
    """The row that `DOMAINLAB_SCALE` names ("tiny" when unset).

    Raises:
        ConfigError: the name is not a row of the table.
    """
    name = os.environ.get("DOMAINLAB_SCALE", "tiny")
    if name not in SCALES:
        raise ConfigError(f"DOMAINLAB_SCALE must be one of {', '.join(SCALES)}; got {name!r}. Unset it for tiny.")
    return SCALES[name]
