"""A seal notices every kind of damage, and files appear whole or not at all."""

import pytest

from domainlab.errors import ConfigError
from domainlab.train.checkpoint import claim_folder, damage, last_good, seal, write_json
from domainlab.train.config import TrainConfig


def make(output, step):
    folder = output / f"checkpoint-{step}"
    (folder / "inner").mkdir(parents=True)
    (folder / "weights").write_bytes(bytes(range(40)))
    (folder / "inner" / "state").write_text("state")
    seal(folder)
    return folder


def test_whole_checkpoint(tmp_path):
    assert damage(make(tmp_path, 3)) is None


def flip(folder):
    content = bytearray((folder / "weights").read_bytes())
    content[7] ^= 1
    (folder / "weights").write_bytes(content)


@pytest.mark.parametrize(
    ("harm", "named"),
    [
        (flip, "weights has changed"),
        (lambda folder: (folder / "inner" / "state").unlink(), "inner/state has changed or is missing"),
        (lambda folder: (folder / "sealed.json").unlink(), "never finished"),
        (lambda folder: (folder / "sealed.json").write_text("{"), "cannot be read"),
    ],
)
def test_damage(tmp_path, harm, named):
    folder = make(tmp_path, 3)
    harm(folder)
    assert named in damage(folder)


def test_last_good_is_the_newest_whole_one(tmp_path):
    make(tmp_path, 9)
    make(tmp_path, 20)  # by number, not by name
    flip(make(tmp_path, 100))
    with pytest.warns(UserWarning, match="checkpoint-100"):
        assert last_good(tmp_path).name == "checkpoint-20"
    assert not (tmp_path / "checkpoint-100").exists()
    assert last_good(tmp_path / "nothing") is None


def test_folder_belongs_to_one_run(tmp_path):
    config = TrainConfig(learning_rate=1e-3)
    claim_folder(tmp_path / "run", config, "data")
    claim_folder(tmp_path / "run", config, "data")
    with pytest.raises(ConfigError, match="other examples"):
        claim_folder(tmp_path / "run", config, "other data")
    with pytest.raises(ConfigError, match="other epochs, seed"):
        claim_folder(tmp_path / "run", TrainConfig(learning_rate=1e-3, epochs=9, seed=1), "data")


def test_json_is_written_whole_or_not_at_all(tmp_path):
    path = tmp_path / "a.json"
    write_json(path, {"b": 1, "a": "é"})
    assert path.read_text(encoding="utf-8") == '{\n "a": "é",\n "b": 1\n}\n'
    with pytest.raises(TypeError):
        write_json(path, {"a": object()})
    assert "é" in path.read_text(encoding="utf-8")
    assert list(tmp_path.iterdir()) == [path]
