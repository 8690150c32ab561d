import pandas as pd
import pytest
import torch

from domainlab.errors import ConfigError
from domainlab.models import load_base
from domainlab.pretrain.corpus import pack_corpus
from domainlab.pretrain.export import export, markdown_table, write_card
from domainlab.pretrain.loop import Pretraining
from domainlab.pretrain.mixture import Mixture


@pytest.fixture
def run(config, tokenizer, tmp_path):
    corpus = pack_corpus(config.sources, tokenizer, tmp_path / "packed", max_tokens=50_000)
    tokenizer.save_pretrained(tmp_path / "run" / "tokenizer")
    run = Pretraining(config, Mixture(config, tokenizer, corpus, [("Hi.", "Ho.")]), tmp_path / "run")
    run.run(lambda model: pd.DataFrame())
    return run


def test_the_exported_folder_loads_as_an_ordinary_model_with_its_card(run, config, tmp_path):
    target = tmp_path / "model"
    export(run.folder, target)
    write_card(target, config, pd.DataFrame({"skill": ["copying"], "share": [0.5]}))
    model, tokenizer = load_base(target)
    for made, kept in zip(model.parameters(), run.model.parameters(), strict=True):
        torch.testing.assert_close(made, kept.to(torch.bfloat16).float())
    assert tokenizer.decode(tokenizer("dose 12")["input_ids"]) == "dose 12"
    card = (target / "README.md").read_text()
    assert "| copying | 0.5 |" in card
    assert "CC BY-SA" in card
    assert not (tmp_path / "model.part").exists()


def test_a_run_without_checkpoint_is_refused(tmp_path):
    with pytest.raises(ConfigError, match="train first"):
        export(tmp_path, tmp_path / "model")
    assert not (tmp_path / "model").exists()


def test_a_frame_as_markdown():
    assert markdown_table(pd.DataFrame({"a": [1], "b": ["x"]})) == "| a | b |\n| --- | --- |\n| 1 | x |"
