"""The settings file does what the notebook does, also on two processes, and says what is wrong with it."""

import json
import os
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path

import pandas as pd
import pytest
import torch
from accelerate.commands.config.config_args import load_config_from_file

from domainlab.errors import ConfigError, DataError
from domainlab.records import Example
from domainlab.testing import save_tiny_checkpoint, tiny_model
from domainlab.train.launch import launch, read_examples, read_settings
from domainlab.train.save import load_adapter, read_card

ROOT = Path(__file__).resolve().parents[2]
CONFIGS = ROOT / "domainlab" / "train" / "accelerate"
EXAMPLES = [
    Example(id=f"e{n}", prompt=f"Code of ward {n}?", response=f"Code {n * 7 % 10}", domain="d", group=str(n))
    for n in range(16)
]


@pytest.fixture
def settings(tmp_path):
    save_tiny_checkpoint(tmp_path / "base")
    lines = [json.dumps(asdict(example)) for example in EXAMPLES]
    (tmp_path / "train.jsonl").write_text("\n".join(lines) + "\n")
    return {
        "base": str(tmp_path / "base"),
        "rank": 4,
        "examples": str(tmp_path / "train.jsonl"),
        "output": str(tmp_path / "out"),
        "training": {"learning_rate": 0.01, "epochs": 2, "batch_tokens": 256},
    }


def write(settings, path):
    path.write_text(json.dumps(settings))
    return path


def test_trains_and_saves(settings, tmp_path):
    launch(write(settings, tmp_path / "run.json"))
    log = pd.read_csv(tmp_path / "out" / "log.csv")
    assert log["loss"].iloc[-1] < log["loss"].iloc[0]
    card = read_card(tmp_path / "out" / "adapter")
    assert card["scores"]["train_loss"] == pytest.approx(log["loss"].iloc[-1])
    load_adapter(tiny_model(), tmp_path / "out" / "adapter")


def test_two_processes_learn_what_one_learns(settings, tmp_path):
    launch(write(settings, tmp_path / "one.json"))
    two = write({**settings, "output": str(tmp_path / "two")}, tmp_path / "two.json")
    launcher = [sys.executable, "-m", "accelerate.commands.launch", "--config_file", str(CONFIGS / "two_cpu.yaml")]
    command = [*launcher, "-m", "domainlab.train", str(two)]
    done = subprocess.run(command, cwd=ROOT, env={**os.environ, "OMP_NUM_THREADS": "1"}, capture_output=True)
    assert done.returncode == 0, done.stderr.decode()[-3000:]
    logs = [pd.read_csv(tmp_path / folder / "log.csv") for folder in ("out", "two")]
    assert logs[0]["tokens"].tolist() == logs[1]["tokens"].tolist()
    assert logs[0]["loss"].tolist() == pytest.approx(logs[1]["loss"].tolist(), rel=5e-3)


def test_ready_made_settings_are_what_accelerate_expects():
    kinds = {path.stem: load_config_from_file(str(path)).distributed_type.value for path in CONFIGS.glob("*.yaml")}
    assert kinds == {"two_cpu": "MULTI_CPU", "multi_gpu": "MULTI_GPU"}


def test_evaluation_examples_are_measured_and_stop_the_run(settings, tmp_path):
    lines = [json.dumps({**asdict(example), "response": "Never"}) for example in EXAMPLES[:2]]
    (tmp_path / "watch.jsonl").write_text("\n".join(lines) + "\n")
    training = {**settings["training"], "learning_rate": 0.03, "epochs": 40, "eval_every": 1, "patience": 2}
    changes = {"evaluation": str(tmp_path / "watch.jsonl"), "training": training}
    launch(write({**settings, **changes}, tmp_path / "run.json"))
    log = pd.read_csv(tmp_path / "out" / "log.csv")
    assert len(log) < 40
    assert read_card(tmp_path / "out" / "adapter")["scores"]["eval_loss"] == pytest.approx(log["eval_loss"].min())


@pytest.mark.skipif(torch.cuda.is_available(), reason="needs a machine without a GPU")
def test_four_bits_are_passed_on(settings, tmp_path):
    with pytest.raises(ConfigError, match="4-bit training needs"):
        launch(write({**settings, "four_bit": True}, tmp_path / "run.json"))


def test_settings_file_that_cannot_be_used(settings, tmp_path):
    with pytest.raises(ConfigError, match="Could not read the settings file"):
        read_settings(tmp_path / "missing.json")
    with pytest.raises(ConfigError, match="one JSON object"):
        read_settings(write([1], tmp_path / "list.json"))
    del settings["base"]
    with pytest.raises(ConfigError, match=r"missing settings: base; unknown settings: colour"):
        read_settings(write({**settings, "colour": "red"}, tmp_path / "run.json"))
    with pytest.raises(ConfigError, match="unknown training settings: momentum"):
        read_settings(write({**settings, "base": "x", "training": {"momentum": 1}}, tmp_path / "run.json"))


def test_defaults_are_filled_in(settings, tmp_path):
    read = read_settings(write(settings, tmp_path / "run.json"))
    assert (read["method"], read["rank"], read["alpha"]) == ("lora", 4, 32.0)


def test_examples_file(settings, tmp_path):
    assert read_examples(settings["examples"]) == EXAMPLES
    (tmp_path / "bad.jsonl").write_text(json.dumps(asdict(EXAMPLES[0])) + '\n{"id": 3}\n')
    with pytest.raises(DataError, match=r"bad\.jsonl, line 2 is not an example"):
        read_examples(tmp_path / "bad.jsonl")
    with pytest.raises(DataError, match="Could not read the examples"):
        read_examples(tmp_path / "missing.jsonl")
