import random
import re
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import torch

from domainlab.errors import DomainlabError
from domainlab.pretrain import loop
from domainlab.pretrain.__main__ import load_tokenizer
from domainlab.pretrain.corpus import pack_corpus
from domainlab.pretrain.loop import Pretraining
from domainlab.pretrain.mixture import Mixture, instruction_pairs
from domainlab.prompts import NOT_FOUND


@pytest.fixture
def mixture(config, tokenizer, tmp_path):
    corpus = pack_corpus(config.sources, tokenizer, tmp_path / "packed", max_tokens=50_000)
    pairs = instruction_pairs([{"instruction": "Name a colour.", "output": "Blue."}])
    return Mixture(config, tokenizer, corpus, pairs)


class Killed(Exception):
    pass


def losses(folder):
    return pd.read_csv(folder / "log.csv")["loss"].to_numpy()


def test_a_batch_depends_on_seed_and_step_alone(mixture, config):
    ids, weights = mixture.batch(3)
    again, _ = mixture.batch(3)
    other, _ = mixture.batch(4)
    np.testing.assert_array_equal(ids, again)
    assert ids.shape == weights.shape == (config.batch_tokens // 128, 128)
    assert not np.array_equal(ids, other)
    assert ids.max() < config.vocab_size


def test_answers_weigh_more_than_prompts_in_every_turn(mixture, config, tokenizer):
    ((ids, weights),) = mixture.encode([[("Name a colour.", "Blue."), ("Another?", "Red.")]])
    answers = [i for i, weight in zip(ids, weights, strict=True) if weight == config.answer_weight]
    assert tokenizer.decode(answers).strip() == "Blue.<|end|> Red.<|end|>"
    assert set(weights) == {0.0, config.prompt_weight, config.answer_weight}


def test_encoding_is_what_the_chat_template_says(mixture, tokenizer):
    ((ids, _),) = mixture.encode([[("Name a colour.", "Blue."), ("Another?", "Red.")]])
    roles = ["user", "assistant"] * 2
    chat = [
        {"role": r, "content": c} for r, c in zip(roles, ["Name a colour.", "Blue.", "Another?", "Red."], strict=True)
    ]
    assert tokenizer.apply_chat_template(chat, tokenize=True, return_dict=False) == ids


def test_a_killed_run_continues_to_the_same_weights(config, mixture, tmp_path, monkeypatch):
    whole = Pretraining(config, mixture, tmp_path / "whole")
    whole.run(lambda model: pd.DataFrame())

    broken = Pretraining(config, mixture, tmp_path / "broken")
    update = broken._update
    monkeypatch.setattr(
        broken, "_update", lambda *a: update(*a) if broken.step < 6 else (_ for _ in ()).throw(Killed())
    )
    with pytest.raises(Killed):
        broken.run(lambda model: pd.DataFrame())
    resumed = Pretraining(config, mixture, tmp_path / "broken")
    resumed.run(lambda model: pd.DataFrame())

    assert resumed.step == config.steps
    for a, b in zip(whole.model.parameters(), resumed.model.parameters(), strict=True):
        torch.testing.assert_close(a, b)


def test_a_corrupt_checkpoint_is_skipped_for_the_one_before(config, mixture, tmp_path):
    run = Pretraining(config, mixture, tmp_path / "run")
    run.run(lambda model: pd.DataFrame())
    last = sorted((tmp_path / "run").glob("step-*"))[-1]
    (last / "model.safetensors").write_bytes(b"half")
    again = Pretraining(config, mixture, tmp_path / "run")
    again._restore()
    assert 0 < again.step < config.steps


def test_a_failed_save_leaves_nothing_behind(config, mixture, tmp_path, monkeypatch):
    def full(*_):
        raise OSError("No space left on device")

    monkeypatch.setattr(loop.torch, "save", full)
    with pytest.raises(DomainlabError, match="No space left"):
        Pretraining(config, mixture, tmp_path / "run").run(lambda model: pd.DataFrame())
    assert list((tmp_path / "run").glob("step-*")) == []
    assert not (tmp_path / "run" / "part").exists()


def test_a_run_can_start_from_another_model_with_its_tokenizer(config, mixture, tokenizer, tmp_path):
    other = Pretraining(replace(config, seed=5), mixture, tmp_path / "other")
    other.model.save_pretrained(tmp_path / "model")
    tokenizer.save_pretrained(tmp_path / "model")
    log = pd.DataFrame([{"step": 3, "tokens": 1536, "loss": 6.0}])
    log.to_csv(tmp_path / "model" / "training_log.csv", index=False)
    run = Pretraining(config, mixture, tmp_path / "run", start=tmp_path / "model")
    fresh = Pretraining(config, mixture, tmp_path / "run")
    key = "model.layers.0.mlp.up_proj.weight"
    torch.testing.assert_close(run.model.state_dict()[key], other.model.state_dict()[key])
    assert not torch.equal(run.model.state_dict()[key], fresh.model.state_dict()[key])
    assert load_tokenizer(config, tmp_path / "run", tmp_path / "model").get_vocab() == tokenizer.get_vocab()
    run.step = 1
    run._note(5.0, 100.0)
    assert [row["tokens"] for row in run.log] == [1536, 1536 + config.batch_tokens]


def test_some_later_turns_ask_for_the_passage_alone(mixture):
    talks = [talk for seed in range(20) for talk in mixture._reading(20, 1.0, random.Random(seed))]
    later = [pair for talk in talks for pair in talk[1:]]
    cited = [answer for prompt, answer in later if prompt.startswith("Which passage answers this?")]
    assert 0.1 < len(cited) / len(later) < 0.3
    assert all(re.fullmatch(r"\[\d\]", answer) or answer == NOT_FOUND for answer in cited)


def spelled(ids):
    return "".join(f"<{i}>" for i in ids)


def test_the_number_to_tell_is_that_of_the_piece_with_the_span(mixture, config):
    ids, weights = mixture._locate_row(600, random.Random(1))
    told = np.flatnonzero(weights)
    assert len(told) > 10
    assert set(weights[told]) == {config.citation_weight}
    for at in told:
        (number,) = (k for k, citation in enumerate(mixture.citations) if citation[1] == ids[at])
        before = spelled(ids[: at - 1])
        span = before.rpartition(f"<{mixture.line_end}>")[2]
        piece = before.rpartition(spelled(mixture.markers[number]))[2].partition(f"<{mixture.line_end}>")[0]
        assert 2 <= span.count("<") <= 4
        assert span in piece
