"""Without the hardware the 4-bit path says what it needs."""

import importlib.util

import pytest
import torch

from domainlab.errors import ConfigError
from domainlab.testing import save_tiny_checkpoint
from domainlab.train.attach import attach
from domainlab.train.quantize import load_four_bit

READY = torch.cuda.is_available() and importlib.util.find_spec("bitsandbytes") is not None


@pytest.mark.skipif(READY, reason="needs a machine without a GPU or without bitsandbytes")
def test_says_what_is_missing(tmp_path):
    with pytest.raises(ConfigError, match=r"GPU|bitsandbytes"):
        load_four_bit(save_tiny_checkpoint(tmp_path))


@pytest.mark.skipif(not READY, reason="needs an NVIDIA GPU and bitsandbytes")
def test_adapter_on_four_bit_weights(tmp_path):
    base, tokenizer = load_four_bit(save_tiny_checkpoint(tmp_path))
    model = attach(base, "lora", rank=4)
    assert len(tokenizer) <= model.config.vocab_size
    model(torch.tensor([[5, 9, 30]], device=model.device)).logits.mean().backward()
    assert all(weight.grad is not None for weight in model.parameters() if weight.requires_grad)
