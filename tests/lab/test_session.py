import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from domainlab.errors import ConfigError
from domainlab.lab.session import Minutes, choose_scale, go_offline_if_local, read_declaration
from domainlab.settings import SCALES

ROOT = Path(__file__).resolve().parents[2]
DECLARED = {"title": "LoRA by hand", "minutes": {"teach": 40, "exercises": 30, "run": 3}}

# a fresh process, because start changes environment, loggers, seeds and allocator of the one it runs in
RUN_START = """
import dataclasses, json, logging, os, random, sys
from pathlib import Path
from domainlab import lab
from domainlab.lab import session
session.ROOT = Path(sys.argv[1])
row = dataclasses.replace(session.SCALES["tiny"], base_model=sys.argv[1])
session.current_scale = lambda: row
assert "torch" not in sys.modules
draws = []
for _ in range(2):
    cfg = lab.start("03")
    import numpy, torch
    draws.append([random.random(), float(numpy.random.rand()), float(torch.rand(()))])
sys.stderr.write(json.dumps({
    "draws": draws, "notebook": cfg.notebook, "title": cfg.title, "device": cfg.device, "seed": cfg.seed,
    "scale": cfg.scale.name, "torch": torch.__version__.startswith(cfg.versions["torch"]),
    "run": cfg.minutes.run, "offline": [os.environ["HF_HUB_OFFLINE"], os.environ["TRANSFORMERS_OFFLINE"]],
    "quiet": logging.getLogger("trl").getEffectiveLevel() >= logging.ERROR,
}))
"""


def write_notebook(folder, name, metadata):
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(json.dumps({"cells": [], "metadata": metadata}))


def test_start_seeds_quietens_goes_offline_and_says_so_in_one_line(tmp_path):
    write_notebook(tmp_path / "notebooks", "03_lora.ipynb", {"domainlab": DECLARED})
    environment = {**os.environ, "DOMAINLAB_CLAIMS": str(tmp_path / "claims"), "DOMAINLAB_SCALE": "tiny"}
    for name in ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE"):
        environment.pop(name, None)
    done = subprocess.run(
        [sys.executable, "-c", RUN_START, str(tmp_path)],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    seen = json.loads(done.stderr.splitlines()[-1])
    assert seen["draws"][0] == seen["draws"][1]
    assert (seen["notebook"], seen["title"], seen["scale"], seen["device"], seen["seed"]) == (
        "03",
        "LoRA by hand",
        "tiny",
        "cpu",
        0,
    )
    assert seen["offline"] == ["1", "1"]
    assert seen["torch"]
    assert seen["quiet"]
    assert seen["run"] == 3
    first, second = done.stdout.splitlines()  # one line per start
    assert first == second
    assert first.startswith("03 LoRA by hand | scale tiny")
    assert "40 min reading, 30 min exercises, 3 min running" in first
    assert len((tmp_path / "claims" / "03.jsonl").read_text().splitlines()) == 2


def test_declaration_is_read_from_the_notebook(tmp_path):
    write_notebook(tmp_path, "03_lora.ipynb", {"domainlab": DECLARED})
    write_notebook(tmp_path, "04_other.ipynb", {})
    assert read_declaration("03", tmp_path) == ("LoRA by hand", Minutes(teach=40, exercises=30, run=3))


@pytest.mark.parametrize("names", [[], ["03_one.ipynb", "03_two.ipynb"]])
def test_none_or_two_notebooks_are_refused(tmp_path, names):
    for name in names:
        write_notebook(tmp_path, name, {"domainlab": DECLARED})
    with pytest.raises(ConfigError, match=rf"03_\*.ipynb.*found {len(names)}"):
        read_declaration("03", tmp_path)


@pytest.mark.parametrize(
    "metadata", [{}, {"domainlab": {"title": "x"}}, {"domainlab": {"title": "x", "minutes": {"read": 1}}}]
)
def test_incomplete_declaration_is_refused_by_name(tmp_path, metadata):
    write_notebook(tmp_path, "03_lora.ipynb", metadata)
    with pytest.raises(ConfigError, match=r"03_lora.ipynb: metadata.domainlab needs"):
        read_declaration("03", tmp_path)


def test_argument_beats_environment_and_becomes_current(monkeypatch):
    monkeypatch.setenv("DOMAINLAB_SCALE", "tiny")
    assert choose_scale(None) == SCALES["tiny"]
    assert choose_scale("small") == SCALES["small"]
    assert os.environ["DOMAINLAB_SCALE"] == "small"


def test_unknown_scale_is_refused_and_changes_nothing(monkeypatch):
    monkeypatch.setenv("DOMAINLAB_SCALE", "tiny")
    with pytest.raises(ConfigError, match="tiny, small, full; got 'huge'"):
        choose_scale("huge")
    assert os.environ["DOMAINLAB_SCALE"] == "tiny"


def test_a_hub_model_keeps_the_network_and_a_folder_respects_an_explicit_choice(monkeypatch, tmp_path):
    monkeypatch.setenv("HF_HUB_OFFLINE", "0")
    monkeypatch.setenv("TRANSFORMERS_OFFLINE", "0")
    go_offline_if_local("owner/model")
    go_offline_if_local(str(tmp_path))
    assert os.environ["HF_HUB_OFFLINE"] == "0"
