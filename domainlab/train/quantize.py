"""QLoRA's first half (Dettmers et al. 2023): a base model in 4 bits, ready for an adapter. Needs a GPU."""

import importlib.util
from pathlib import Path

import peft
import torch
from transformers import (
    AutoModelForCausalLM,
    AutoTokenizer,
    BitsAndBytesConfig,
    PreTrainedModel,
    PreTrainedTokenizerBase,
)

from domainlab.chat_format import answer_end
from domainlab.errors import ConfigError


def load_four_bit(name: str | Path, *, revision: str | None = None) -> tuple[PreTrainedModel, PreTrainedTokenizerBase]:
    """A frozen base model with its linear layers in 4-bit NormalFloat, for `attach` and `finetune`, and its tokenizer.

    An adapter trained on it belongs to the 4-bit weights, which are not those of the same model in 16 bits.

    Raises:
        ConfigError: no NVIDIA GPU, no bitsandbytes package, no such model, or one without a chat template.
    """
    if not torch.cuda.is_available():
        raise ConfigError("4-bit training needs an NVIDIA GPU that PyTorch can see; here use method 'lora' without it.")
    if importlib.util.find_spec("bitsandbytes") is None:
        raise ConfigError("4-bit training needs the package bitsandbytes: pip install bitsandbytes.")
    settings = BitsAndBytesConfig(
        load_in_4bit=True,
        bnb_4bit_quant_type="nf4",
        bnb_4bit_use_double_quant=True,
        bnb_4bit_compute_dtype=torch.bfloat16,
    )
    source = {"revision": revision or "main", "trust_remote_code": False}
    try:
        tokenizer = AutoTokenizer.from_pretrained(name, **source)
        model = AutoModelForCausalLM.from_pretrained(
            name, quantization_config=settings, device_map={"": 0}, use_safetensors=True, **source
        )
    except (OSError, ValueError) as error:
        raise ConfigError(f"Could not load {name} in 4 bits: {error}") from error
    if tokenizer.chat_template is None:
        raise ConfigError(f"{name} has no chat template; take an instruction-tuned model.")
    answer_end(tokenizer)  # says so now if no answer could ever end
    return peft.prepare_model_for_kbit_training(model, use_gradient_checkpointing=False), tokenizer
