"""What a method costs on a real model, computed without its weights.

A model on PyTorch's "meta" device has every shape and no numbers: an 8 B model needs no memory. So the
accounting is done on the real architecture with the real adapter, not on a rule of thumb.
"""

from dataclasses import dataclass

import torch
from torch import nn
from transformers import AutoModelForCausalLM, Gemma3TextConfig, LlamaConfig, PreTrainedConfig, Qwen2Config

from domainlab.errors import ConfigError
from domainlab.train.attach import METHODS, attach

WEIGHT_BYTES = {"float32": 4.0, "bfloat16": 2.0, "float16": 2.0}
NF4_BYTES = (4 + 8 / 64 + 32 / (64 * 256)) / 8  # 4 bits, one 8-bit constant per 64 weights, one 32-bit per 256 of those
ADAM_BYTES = 8  # two float32 moments per trained weight
GRADIENT_BYTES = 4


@dataclass(frozen=True, kw_only=True)
class Cost:
    """Counts of weights, and bytes of memory while training (without activations)."""

    parameters: int  # of the base, tied weights once
    trainable: int
    weight_bytes: int  # base and adapter
    gradient_bytes: int
    optimizer_bytes: int
    file_bytes: int  # what is saved afterwards: the adapter, or the whole model
    flops_per_token: int  # one training step forward and back, without attention over the context

    @property
    def trainable_share(self) -> float:
        """Trained weights as a share of the base, 0 to 1 (a little above 1 cannot happen)."""
        return self.trainable / self.parameters

    @property
    def training_bytes(self) -> int:
        """Weights, gradients and optimiser state together."""
        return self.weight_bytes + self.gradient_bytes + self.optimizer_bytes


def training_cost(
    config: PreTrainedConfig, method: str, *, rank: int = 16, dtype: str = "bfloat16", four_bit: bool = False
) -> Cost:
    """What training this model by this method takes.

    Every trained weight is float32 with a float32 gradient and two AdamW moments. Frozen weights are kept
    in `dtype`, or their linear layers in 4-bit NormalFloat with double quantisation (QLoRA, Dettmers et
    al. 2023, section 3).

    Args:
        config: of a text model, for example one of `published_configs()`.
        method: as for `attach`.
        rank: as for `attach`.
        dtype: of frozen weights, and of what is saved.
        four_bit: frozen linear layers in 4 bits.

    Raises:
        ConfigError: unknown method or dtype, or "full" in 4 bits.
    """
    if method not in METHODS or dtype not in WEIGHT_BYTES:
        raise ConfigError(
            f"Expected a method of {METHODS} and a dtype of {tuple(WEIGHT_BYTES)}; got {method!r}, {dtype!r}."
        )
    if four_bit and method == "full":
        raise ConfigError("4-bit weights cannot be trained; choose an adapter method, or four_bit=False.")
    with torch.device("meta"):
        base = AutoModelForCausalLM.from_config(config)
        parameters, packed = _count(base), sum(layer.weight.numel() for layer in _inner_layers(base))
        products = packed + base.get_output_embeddings().weight.numel()  # weights that multiply every token
        trainable = _count(attach(base, method, rank=rank), trained=True)
    frozen = 0 if method == "full" else parameters
    in_four_bits = packed if four_bit else 0
    bytes_each = WEIGHT_BYTES[dtype]
    passes = 6 * products if method == "full" else 4 * products + 6 * trainable
    return Cost(
        parameters=parameters,
        trainable=trainable,
        weight_bytes=round((frozen - in_four_bits) * bytes_each + in_four_bits * NF4_BYTES + trainable * 4),
        gradient_bytes=trainable * GRADIENT_BYTES,
        optimizer_bytes=trainable * ADAM_BYTES,
        file_bytes=round(trainable * (bytes_each if method == "full" else 4)),
        flops_per_token=passes,
    )


def _count(model: nn.Module, *, trained: bool = False) -> int:
    return sum(weight.numel() for weight in model.parameters() if weight.requires_grad or not trained)


def _inner_layers(model: nn.Module) -> list[nn.Linear]:
    return [layer for layer in model.get_decoder().modules() if isinstance(layer, nn.Linear)]


def published_configs() -> dict[str, PreTrainedConfig]:
    """The architectures of five published models, from their config.json on the model hub."""
    return {
        "SmolLM2-135M": LlamaConfig(
            vocab_size=49152, hidden_size=576, intermediate_size=1536, num_hidden_layers=30,
            num_attention_heads=9, num_key_value_heads=3, tie_word_embeddings=True,
        ),
        "Qwen2.5-0.5B": Qwen2Config(
            vocab_size=151936, hidden_size=896, intermediate_size=4864, num_hidden_layers=24,
            num_attention_heads=14, num_key_value_heads=2, tie_word_embeddings=True,
        ),
        "Gemma-3-1B": Gemma3TextConfig(
            vocab_size=262144, hidden_size=1152, intermediate_size=6912, num_hidden_layers=26,
            num_attention_heads=4, num_key_value_heads=1, head_dim=256, tie_word_embeddings=True,
        ),
        "Qwen2.5-7B": Qwen2Config(
            vocab_size=152064, hidden_size=3584, intermediate_size=18944, num_hidden_layers=28,
            num_attention_heads=28, num_key_value_heads=4, tie_word_embeddings=False,
        ),
        "Llama-3.1-8B": LlamaConfig(
            vocab_size=128256, hidden_size=4096, intermediate_size=14336, num_hidden_layers=32,
            num_attention_heads=32, num_key_value_heads=8, tie_word_embeddings=False,
        ),
    }  # fmt: skip
