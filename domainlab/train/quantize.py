"""QLoRA's first half (Dettmers et al. 2023): a base model in 4 bits, ready for an adapter. Needs a GPU."""

import importlib.util
from pathlib import Path

import peft
import torch
from transformers import AutoModelForCausalLM, BitsAndBytesConfig, PreTrainedModel

from domainlab.errors import ConfigError


def load_four_bit(name: str | Path, *, revision: str | None = None) -> PreTrainedModel:
    """A frozen base model with its linear layers in 4-bit NormalFloat, for `attach` and `finetune`.

    The tokenizer comes from `load_base`'s model of the same name.

    Raises:
        ConfigError: no NVIDIA GPU, or no bitsandbytes package.
    """
    if not torch.cuda.is_available():
        raise ConfigError(
            "4-bit training needs an NVIDIA GPU that PyTorch can see; here use method 'lora' without it."
        )
    if importlib.util.find_spec("bitsandbytes") is None:
        raise ConfigError("4-bit training needs the package bitsandbytes: pip install bitsandbytes.")
    settings = BitsAndBytesConfig(
        load_in_4bit=True,
        bnb_4bit_quant_type="nf4",
        bnb_4bit_use_double_quant=True,
        bnb_4bit_compute_dtype=torch.bfloat16,
    )
    try:
        model = AutoModelForCausalLM.from_pretrained(
            name, revision=revision, quantization_config=settings, device_map={"": 0}, use_safetensors=True,
            trust_remote_code=False,
        )  # fmt: skip
    except (OSError, ValueError) as error:
        raise ConfigError(f"Could not load {name} in 4 bits: {error}") from error
    return peft.prepare_model_for_kbit_training(model, use_gradient_checkpointing=False)
