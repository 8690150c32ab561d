from dataclasses import replace
from pathlib import Path

import pytest

from domainlab.errors import ConfigError
from domainlab.pretrain.config import read_config

BASE = Path(__file__).parents[2] / "domainlab" / "pretrain" / "base.toml"


@pytest.fixture
def config():
    return read_config(BASE, text_root=Path("texts"))


def test_files_are_located_under_the_text_folder_and_hub_names_are_kept(tmp_path):
    text = BASE.read_text().replace('"corpora/cia_factbook.jsonl.xz"', '"owner/data-set"')
    (tmp_path / "c.toml").write_text(text)
    config = read_config(tmp_path / "c.toml", text_root=Path("texts"))
    assert "owner/data-set" in config.sources
    assert all(name.startswith("texts/") for name in config.sources if name.endswith(".xz"))


def test_rate_warms_up_stays_and_falls_to_zero(config):
    short = replace(config, tokens=config.batch_tokens * 1000, warmup_steps=10, decay_share=0.5)
    assert short.rate_factor(0) == pytest.approx(0.1)
    assert short.rate_factor(400) == 1.0
    assert short.rate_factor(750) == pytest.approx(0.5)
    assert short.rate_factor(1000) == 0.0


def test_row_lengths_follow_their_shares(config):
    short = replace(config, tokens=config.batch_tokens * 100, row_lengths=((256, 0.5), (1024, 0.5)))
    assert [short.row_length(step) for step in (0, 49, 50, 99)] == [256, 256, 1024, 1024]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"heads": 3}, "multiple of heads"),
        ({"row_lengths": ((256, 0.4),)}, "add up to 1"),
        ({"text_share": 1.2}, "text_share"),
    ],
)
def test_bad_values_are_refused(config, change, message):
    with pytest.raises(ConfigError, match=message):
        replace(config, **change)


def test_an_unknown_name_and_a_missing_file_are_refused(tmp_path):
    (tmp_path / "c.toml").write_text("widht = 3\n" + BASE.read_text())
    with pytest.raises(ConfigError, match="widht"):
        read_config(tmp_path / "c.toml", text_root=tmp_path)
    with pytest.raises(ConfigError, match="expected a pretraining config"):
        read_config(tmp_path / "none.toml", text_root=tmp_path)
