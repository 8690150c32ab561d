"""A saved adapter comes back whole, on its own base, and on no other."""

import json

import pytest
import torch
from peft import PeftModel

from domainlab.errors import AdapterError
from domainlab.models import base_digest
from domainlab.records import Example
from domainlab.testing import tiny_model
from domainlab.train.attach import METHODS, attach
from domainlab.train.config import TrainConfig
from domainlab.train.encode import data_digest
from domainlab.train.save import load_adapter, read_card, save_adapter

IDS = torch.tensor([[5, 9, 30, 77, 140]])
EXAMPLES = [Example(id="a", prompt="Dose?", response="5 mg", domain="medical", group="g")]
CONFIG = TrainConfig(learning_rate=1e-3)


def logits(model):
    with torch.inference_mode():
        return model(IDS).logits


def trained(method="lora", seed=0):
    """An adapter whose zero half has moved, as after training."""
    model = attach(tiny_model(), method, rank=4, seed=seed)
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for name, weight in model.named_parameters():
            if "lora_B" in name or "bottleneck_up" in name:
                weight.copy_(torch.randn(weight.shape, generator=generator) * 0.1)
    return model.eval()


def save(model, folder, **changes):
    options = {"base": "tiny", "examples": EXAMPLES, "config": CONFIG, "scores": {"loss": 1.5}, **changes}
    return save_adapter(model, folder, **options)


@pytest.mark.parametrize("method", [method for method in METHODS if method != "full"])
def test_round_trip(tmp_path, method):
    model = trained(method)
    save(model, tmp_path / "adapter")
    again = load_adapter(tiny_model(), tmp_path / "adapter")
    torch.testing.assert_close(logits(again), logits(model), rtol=0, atol=0)
    assert not torch.equal(logits(again), logits(tiny_model()))
    assert not again.training


def test_card(tmp_path):
    card = save(trained("rslora"), tmp_path / "adapter")
    assert card == read_card(tmp_path / "adapter") == json.loads((tmp_path / "adapter" / "card.json").read_text())
    assert card["base"] == {"name": "tiny", "sha256": base_digest(tiny_model())}
    assert card["data"] == {"examples": 1, "sha256": data_digest(EXAMPLES)}
    assert (card["adapter"]["rank"], card["adapter"]["alpha"], card["adapter"]["rslora"]) == (4, 32.0, True)
    assert card["training"]["learning_rate"] == 1e-3
    assert card["scores"] == {"loss": 1.5}
    assert "5 mg" not in json.dumps(card)
    assert sorted(path.name for path in (tmp_path / "adapter").iterdir()) == [
        "adapter_config.json",
        "adapter_model.safetensors",
        "card.json",
    ]


def test_card_of_a_bottleneck(tmp_path):
    card = save(trained("pfeiffer"), tmp_path / "adapter")
    assert (card["adapter"]["kind"], card["adapter"]["width"]) == ("pfeiffer", 4)
    with pytest.raises(AdapterError, match="already"):
        load_adapter(trained("pfeiffer"), tmp_path / "adapter")


def test_peft_reads_it_too(tmp_path):
    model = trained()
    save(model, tmp_path / "adapter")
    assert torch.equal(logits(PeftModel.from_pretrained(tiny_model(), tmp_path / "adapter").eval()), logits(model))


def test_two_adapters_on_one_base(tmp_path):
    first, second = trained(seed=1), trained(seed=2)
    save(first, tmp_path / "a")
    save(second, tmp_path / "b")
    model = load_adapter(tiny_model(), tmp_path / "a", name="one")
    model = load_adapter(model, tmp_path / "b", name="two")
    assert torch.equal(logits(model), logits(second))
    model.set_adapter("one")
    assert torch.equal(logits(model), logits(first))
    save(model, tmp_path / "again")  # the active one, also under another name
    assert torch.equal(logits(load_adapter(tiny_model(), tmp_path / "again")), logits(first))
    with pytest.raises(AdapterError, match="'two' already"):
        load_adapter(model, tmp_path / "b", name="two")


def test_another_base_is_refused(tmp_path):
    save(trained(), tmp_path / "adapter")
    other = tiny_model(seed=1)
    before = logits(other)
    with pytest.raises(AdapterError, match=r"belongs to tiny with sha256 .* this model has"):
        load_adapter(other, tmp_path / "adapter")
    assert torch.equal(logits(other), before)


@pytest.mark.parametrize("missing", ["card.json", "adapter_model.safetensors"])
def test_missing_file(tmp_path, missing):
    save(trained(), tmp_path / "adapter")
    (tmp_path / "adapter" / missing).unlink()
    with pytest.raises(AdapterError, match=f"has no {missing}"):
        load_adapter(tiny_model(), tmp_path / "adapter")


def test_changed_weights(tmp_path):
    save(trained(), tmp_path / "adapter")
    file = tmp_path / "adapter" / "adapter_model.safetensors"
    content = bytearray(file.read_bytes())
    content[-1] ^= 1
    file.write_bytes(content)
    with pytest.raises(AdapterError, match="changed or cut off"):
        load_adapter(tiny_model(), tmp_path / "adapter")


@pytest.mark.parametrize("text", ["{", "{}", "[]"])
def test_unreadable_card(tmp_path, text):
    save(trained(), tmp_path / "adapter")
    (tmp_path / "adapter" / "card.json").write_text(text)
    with pytest.raises(AdapterError, match="cannot be read"):
        load_adapter(tiny_model(), tmp_path / "adapter")


def test_never_overwrites(tmp_path):
    save(trained(), tmp_path / "adapter")
    with pytest.raises(AdapterError, match="exists already"):
        save(trained(seed=1), tmp_path / "adapter")


def test_nothing_is_left_of_a_failed_save(tmp_path):
    with pytest.raises(ValueError, match="could not convert"):
        save(trained(), tmp_path / "adapter", scores={"loss": "good"})
    assert list(tmp_path.iterdir()) == []


def test_full_fine_tuning_has_no_adapter(tmp_path):
    with pytest.raises(AdapterError, match="no adapter to save"):
        save(tiny_model(), tmp_path / "adapter")
