"""load_base takes only complete, safe, reachable models, and base_digest names them."""

import json
import shutil
import socket

import pytest
import torch
from huggingface_hub import constants
from peft import LoraConfig, get_peft_model
from safetensors.torch import load_file, save_file

from domainlab import models
from domainlab.errors import ConfigError
from domainlab.models import base_digest, load_base
from domainlab.testing import FAMILIES, save_tiny_checkpoint, tiny_model


@pytest.fixture
def folder(tmp_path):
    return save_tiny_checkpoint(tmp_path / "checkpoint")


@pytest.mark.parametrize("family", FAMILIES)
def test_loads_a_folder(tmp_path, family):
    model, tokenizer = load_base(save_tiny_checkpoint(tmp_path, family))
    ids = torch.tensor([tokenizer("Room 11")["input_ids"]])
    with torch.inference_mode():
        assert torch.equal(model(ids).logits, tiny_model(family)(ids).logits)
    assert not model.training
    assert tokenizer.pad_token is not None


def test_dtype_and_text_path(folder):
    model, _ = load_base(
        str(folder), dtype="bfloat16", device="auto" if not torch.cuda.is_available() else "cpu"
    )
    assert model.dtype == torch.bfloat16
    assert model.device.type == "cpu"


def test_missing_pad_token_becomes_the_end_token(folder):
    config = json.loads((folder / "tokenizer_config.json").read_text())
    del config["pad_token"]
    (folder / "tokenizer_config.json").write_text(json.dumps(config))
    assert load_base(folder)[1].pad_token == "<|end|>"


def test_missing_chat_template_gets_the_plain_one_and_a_warning(folder):
    (folder / "chat_template.jinja").unlink()
    with pytest.warns(UserWarning, match="no chat template"):
        tokenizer = load_base(folder)[1]
    chat = [{"role": "user", "content": "Hi"}]
    text = tokenizer.apply_chat_template(chat, tokenize=False, add_generation_prompt=True)
    assert text == "User: Hi\nAssistant: "


@pytest.mark.parametrize(
    ("pattern", "named"),
    [("config.json", "config.json"), ("*.safetensors", "weights"), ("tokenizer*", "tokenizer")],
)
def test_incomplete_folder_names_what_is_missing(folder, pattern, named):
    for file in folder.glob(pattern):
        file.unlink()
    with pytest.raises(ConfigError, match=f"no {named}"):
        load_base(folder)


def test_pickled_weights_are_refused(folder):
    torch.save(load_file(folder / "model.safetensors"), folder / "pytorch_model.bin")
    (folder / "model.safetensors").unlink()
    with pytest.raises(ConfigError, match="safetensors"):
        load_base(folder)


def test_broken_weights(folder):
    (folder / "model.safetensors").write_bytes(b"\x00" * 40)
    with pytest.raises(ConfigError, match="Could not load"):
        load_base(folder)


def test_code_from_the_checkpoint_is_never_run(folder, tmp_path):
    config = json.loads((folder / "config.json").read_text())
    config["model_type"] = "brand-new"
    config["auto_map"] = {"AutoConfig": "evil.Config", "AutoModelForCausalLM": "evil.Model"}
    (folder / "config.json").write_text(json.dumps(config))
    (folder / "evil.py").write_text(f"open({str(tmp_path / 'ran')!r}, 'w').close()")
    with pytest.raises(ConfigError, match="Could not load"):
        load_base(folder)
    assert not (tmp_path / "ran").exists()


def test_tokenizer_of_another_model(folder):
    config = json.loads((folder / "tokenizer.json").read_text())
    config["added_tokens"] += [
        {**config["added_tokens"][0], "id": 1000 + place, "content": f"<|new{place}|>"} for place in range(3)
    ]
    (folder / "tokenizer.json").write_text(json.dumps(config))
    with pytest.raises(ConfigError, match="do not belong together"):
        load_base(folder)


def test_unknown_dtype_and_device(folder):
    with pytest.raises(ConfigError, match="dtype"):
        load_base(folder, dtype="float8")
    with pytest.raises(ConfigError, match="device"):
        load_base(folder, device="abacus")


@pytest.mark.skipif(torch.cuda.is_available(), reason="needs a machine without a GPU")
def test_gpu_asked_for_where_there_is_none(folder):
    with pytest.raises(ConfigError, match="GPU"):
        load_base(folder, device="cuda")


@pytest.fixture
def closed_port():
    """An address of this machine where nobody listens."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{held.getsockname()[1]}"


@pytest.mark.parametrize("name", ["nobody/no-such-model-anywhere", "data/no-such-folder", "./missing"])
def test_hub_out_of_reach_says_what_to_set(monkeypatch, closed_port, name):
    monkeypatch.setattr(constants, "ENDPOINT", closed_port)
    monkeypatch.setattr(models, "getproxies", dict)
    with pytest.raises(ConfigError, match=r"HF_HOME.*DOMAINLAB_SCALE=tiny") as caught:
        load_base(name)
    assert name in str(caught.value)


def test_probe_sees_a_listening_hub_and_a_proxy(monkeypatch, closed_port):
    with socket.create_server(("127.0.0.1", 0)) as server:
        open_port = f"http://127.0.0.1:{server.getsockname()[1]}"
        monkeypatch.setattr(models, "getproxies", dict)
        monkeypatch.setattr(constants, "ENDPOINT", open_port)
        assert models._hub_answers()
        monkeypatch.setattr(models, "getproxies", lambda: {"http": closed_port})
        assert not models._hub_answers()


def test_digest_names_the_base_whatever_holds_it(folder):
    digest = base_digest(folder)
    model, _ = load_base(folder)
    assert len(digest) == 64
    assert base_digest(model) == digest
    assert base_digest(load_base(folder, dtype="bfloat16")[0]) == digest
    adapted = get_peft_model(model, LoraConfig(target_modules=["q_proj"], init_lora_weights=False))
    assert base_digest(adapted) == digest


def test_digest_sees_one_changed_weight(folder, tmp_path):
    other = tmp_path / "other"
    shutil.copytree(folder, other)
    weights = load_file(other / "model.safetensors")
    weights["model.layers.1.mlp.up_proj.weight"][3, 5] += 0.01
    save_file(weights, other / "model.safetensors", metadata={"format": "pt"})
    assert base_digest(other) != base_digest(folder)
    assert base_digest(tiny_model(seed=1)) != base_digest(folder)


def test_digest_of_tied_weights():
    model = tiny_model("gemma")
    assert model.lm_head.weight is model.model.embed_tokens.weight
    before = base_digest(model)
    model.lm_head.weight = torch.nn.Parameter(model.lm_head.weight.detach().clone())
    assert base_digest(model) == before
