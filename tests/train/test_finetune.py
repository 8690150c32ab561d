"""finetune learns what a bare loop learns, survives being killed, and leaves nothing changed but weights."""

import gc
import os
import random
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch

from domainlab.errors import ConfigError, DataError, DomainlabError
from domainlab.records import Example
from domainlab.testing import tiny_model, tiny_tokenizer
from domainlab.train.attach import attach
from domainlab.train.checkpoint import damage, last_good
from domainlab.train.config import TrainConfig
from domainlab.train.encode import encode_examples
from domainlab.train.finetune import finetune
from domainlab.train.pack import collate, pack, pack_in_order, token_losses
from domainlab.train.trainer import fast_bfloat16, in_a_hurry

EXAMPLES = [
    Example(id=f"e{n}", prompt=f"Code of ward {n}?", response=f"Code {n * 7 % 10}", domain="d", group=str(n))
    for n in range(16)
]
CONFIG = TrainConfig(learning_rate=1e-2, epochs=3, batch_tokens=256, checkpoint_every=2, eval_every=2)
ROOT = Path(__file__).resolve().parents[2]


def adapted(method="lora"):
    return attach(tiny_model(), method, rank=4)


def train(model, config=CONFIG, examples=EXAMPLES, **options):
    return finetune(model, tiny_tokenizer(), examples, config, progress=False, **options)


def weights(model):
    return {name: weight.detach().clone() for name, weight in model.named_parameters()}


def same_log(one: pd.DataFrame, two: pd.DataFrame) -> bool:
    return one.drop(columns="seconds").equals(two.drop(columns="seconds"))


def zero(model):
    return torch.zeros(())


class FailsInStep:
    """A penalty of 0 that breaks the run off in a given step."""

    def __init__(self, step):
        self.left = step

    def __call__(self, model):
        self.left -= 1
        if self.left == 0:
            raise KeyboardInterrupt
        return torch.zeros(())


def bare_loop(model, config, steps):
    """AdamW on all rows at once, written out; with finetune's attention, for the same rounding."""
    model.set_attn_implementation("eager")
    encoded = encode_examples(EXAMPLES, tiny_tokenizer(), max_tokens=config.max_tokens)
    batch = collate(pack(encoded, rows=4))
    trained = [weight for weight in model.parameters() if weight.requires_grad]
    optimizer = torch.optim.AdamW(trained, lr=config.learning_rate, weight_decay=0.0)
    losses = []
    for _ in range(steps):
        with torch.autocast("cpu", torch.bfloat16, enabled=fast_bfloat16(torch.device("cpu"))):
            loss = token_losses(model, batch).mean()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(trained, 1.0)
        optimizer.step()
        optimizer.zero_grad()
        losses.append(loss.item())
    return losses


@pytest.mark.parametrize("method", ["full", "lora"])
def test_equals_a_bare_loop(method):
    config = TrainConfig(learning_rate=3e-3, epochs=5, batch_tokens=10_000, warmup=0.0, schedule="constant")
    log = train(adapted(method), config)
    assert log["loss"].tolist() == pytest.approx(bare_loop(adapted(method), config, 5), rel=2e-3)
    assert log["loss"].iloc[-1] < log["loss"].iloc[0]


def test_log():
    log = train(adapted(), evaluation=EXAMPLES[:4])
    assert log.columns.tolist() == ["step", "loss", "penalty", "tokens", "seconds", "eval_loss"]
    assert log["step"].tolist() == list(range(1, len(log) + 1))
    encoded = encode_examples(EXAMPLES, tiny_tokenizer(), max_tokens=99)
    assert log["tokens"].iloc[-1] == CONFIG.epochs * sum(len(example["input_ids"]) for example in encoded)
    assert log["seconds"].is_monotonic_increasing
    assert log.loc[log["eval_loss"].notna(), "step"].tolist() == list(range(2, len(log) + 1, 2))
    assert (log["penalty"] == 0).all()


def test_learns_the_examples():
    config = TrainConfig(learning_rate=2e-2, epochs=40, batch_tokens=512)
    log = train(adapted(), config, EXAMPLES[:4])
    assert log["loss"].iloc[-1] < 0.1 * log["loss"].iloc[0]


@pytest.mark.parametrize("method", ["lora", "dora", "houlsby"])
def test_only_adapter_weights_move(method):
    model = adapted(method)
    before = weights(model)
    train(model)
    moved = {name for name, weight in weights(model).items() if not torch.equal(weight, before[name])}
    assert moved == {name for name in before if "lora_" in name or "bottleneck_" in name}


def test_evaluation_does_not_touch_the_training():
    assert same_log(
        train(adapted(), evaluation=EXAMPLES[:4]).drop(columns="eval_loss"),
        train(adapted()).drop(columns="eval_loss"),
    )


def test_penalty_is_added_and_reported_apart():
    model, start = adapted(), weights(adapted())

    def stay(model):
        return 50.0 * sum(
            (weight - start[name]).square().sum() for name, weight in model.named_parameters() if weight.requires_grad
        )

    free, held = adapted(), model
    first, second = train(free), train(held, penalty=stay)
    assert second["loss"].iloc[0] == first["loss"].iloc[0]
    assert second["penalty"].iloc[0] == 0.0
    assert second["penalty"].iloc[-1] > 0.0

    def moved(model):
        return sum(float((weight - start[name]).square().sum()) for name, weight in weights(model).items())

    assert moved(held) < 0.5 * moved(free)


def test_seed_decides_and_global_generators_are_left_alone():
    states = torch.random.get_rng_state(), random.getstate(), np.random.get_state()[1]
    first, again = train(adapted()), train(adapted())
    assert same_log(first, again)
    other = TrainConfig(learning_rate=1e-2, epochs=3, batch_tokens=256, seed=1)
    assert not same_log(first, train(adapted(), other))
    assert torch.equal(states[0], torch.random.get_rng_state())
    assert states[1] == random.getstate()
    assert (states[2] == np.random.get_state()[1]).all()


def test_hurry_changes_the_time_and_not_the_loss():
    model = adapted()
    batch = collate(pack(encode_examples(EXAMPLES, tiny_tokenizer(), max_tokens=99), rows=3))
    usual, attention = token_losses(model, batch), model.config._attn_implementation
    with in_a_hurry(model):
        assert model.config._attn_implementation == "eager"
        torch.testing.assert_close(token_losses(model, batch), usual, rtol=1e-5, atol=1e-5)
    assert model.config._attn_implementation == attention == "sdpa"


def test_nothing_else_of_the_model_changes(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    model = adapted()
    base, config = model.get_base_model(), model.config.to_dict()
    train(model)
    assert model.config._attn_implementation == "sdpa"
    assert gc.get_freeze_count() == 0
    assert "forward" not in vars(base)
    assert model.config.to_dict() == config
    assert not model.training
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("method", ["full", "lora"])
def test_broken_off_run_goes_on_from_its_last_checkpoint(tmp_path, method):
    unbroken, whole = train(whole_model := adapted(method), penalty=zero), weights(whole_model)
    with pytest.raises(KeyboardInterrupt):
        train(adapted(method), penalty=FailsInStep(6), output=tmp_path)
    assert last_good(tmp_path).name == "checkpoint-4"
    resumed_model = adapted(method)
    steps = FailsInStep(1000)
    resumed = train(resumed_model, penalty=steps, output=tmp_path)
    assert 1000 - steps.left == len(unbroken) - 4  # only what was missing
    assert same_log(resumed, unbroken)
    assert all(torch.equal(weight, whole[name]) for name, weight in weights(resumed_model).items())


KILLED = """
import os, signal, sys
sys.path.insert(0, sys.argv[2])
from tests.train.test_finetune import FailsInStep, adapted, train
class Kill(FailsInStep):
    def __call__(self, model):
        try:
            return super().__call__(model)
        except KeyboardInterrupt:
            os.kill(os.getpid(), signal.SIGKILL)
train(adapted(), penalty=Kill(4), output=sys.argv[1])
"""


def test_killed_process_is_taken_up(tmp_path):
    command = [sys.executable, "-c", KILLED, str(tmp_path), str(ROOT)]
    killed = subprocess.run(command, env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True)
    assert killed.returncode == -signal.SIGKILL, killed.stderr.decode()
    assert last_good(tmp_path).name == "checkpoint-2"
    assert same_log(train(adapted(), penalty=zero, output=tmp_path), train(adapted(), penalty=zero))


def test_finished_run_is_not_run_again(tmp_path):
    first = train(adapted(), output=tmp_path)
    again = train(model := adapted(), penalty=FailsInStep(1), output=tmp_path)
    assert same_log(first, again)
    assert any(weight.abs().sum() > 0 for name, weight in weights(model).items() if "lora_B" in name)


@pytest.mark.parametrize("harm", ["cut", "delete", "unfinished"])
def test_damaged_checkpoint_is_noticed_and_the_one_before_used(tmp_path, harm):
    unbroken = train(adapted(), output=tmp_path / "run")
    newest = last_good(tmp_path / "run")
    file = newest / {"cut": "optimizer.pt", "delete": "adapter_model.safetensors", "unfinished": "sealed.json"}[harm]
    file.write_bytes(file.read_bytes()[:50]) if harm == "cut" else file.unlink()
    with pytest.warns(UserWarning, match=f"damaged checkpoint .*{newest.name}"):
        assert same_log(train(adapted(), output=tmp_path / "run"), unbroken)
    assert damage(newest) is None


def test_nan_loss_stops_before_the_step_and_keeps_the_checkpoint(tmp_path):
    class Breaks(FailsInStep):
        def __call__(self, model):
            self.left -= 1
            return torch.tensor(float("nan") if self.left == 0 else 0.0)

    model = adapted()
    with pytest.raises(DomainlabError, match=r"loss became nan in step 4.*learning rate below 0.01"):
        train(model, penalty=Breaks(4), output=tmp_path)
    assert last_good(tmp_path).name == "checkpoint-2"
    assert all(weight.isfinite().all() for weight in weights(model).values())


def test_nan_gradient_never_reaches_the_weights():
    model = adapted()

    def steep(model):
        return sum((weight * 0).sum() for weight in model.parameters()).sqrt()  # 0, with an endless slope

    with pytest.raises(DomainlabError, match=r"gradient became nan in step 1"):
        train(model, penalty=steep)
    assert all(weight.isfinite().all() for weight in weights(model).values())


def test_early_stopping_takes_the_best_weights_back():
    opposite = [Example(id=e.id, prompt=e.prompt, response="Never", domain="d", group=e.group) for e in EXAMPLES[:4]]
    config = TrainConfig(learning_rate=2e-2, epochs=30, batch_tokens=256, eval_every=2, patience=2)
    model = adapted()
    log = train(model, config, evaluation=opposite)
    assert len(log) < 30 * 4
    measured = log["eval_loss"].dropna()
    assert len(measured) - 1 - measured.reset_index(drop=True).idxmin() == 2
    encoded = encode_examples(opposite, tiny_tokenizer(), max_tokens=99)
    with torch.inference_mode(), torch.autocast("cpu", torch.bfloat16, enabled=fast_bfloat16(model.device)):
        final = float(token_losses(model, collate(pack(encoded, rows=1))).mean())
    assert final == pytest.approx(measured.min(), rel=1e-3)


def test_early_stopping_survives_a_break(tmp_path):
    config = TrainConfig(learning_rate=2e-2, epochs=8, batch_tokens=256, eval_every=1, checkpoint_every=2, patience=9)
    unbroken = train(one := adapted(), config, evaluation=EXAMPLES[:2], penalty=zero)
    with pytest.raises(KeyboardInterrupt):
        train(adapted(), config, evaluation=EXAMPLES[:2], penalty=FailsInStep(7), output=tmp_path)
    assert same_log(train(two := adapted(), config, evaluation=EXAMPLES[:2], penalty=zero, output=tmp_path), unbroken)
    assert all(torch.equal(weight, weights(one)[name]) for name, weight in weights(two).items())


def test_folder_of_another_run(tmp_path):
    train(adapted(), output=tmp_path)
    other = TrainConfig(learning_rate=2e-2, epochs=3, batch_tokens=256, checkpoint_every=2, eval_every=2)
    with pytest.raises(ConfigError, match="other learning_rate"):
        train(adapted(), other, output=tmp_path)
    with pytest.raises(ConfigError, match="other examples"):
        train(adapted(), examples=EXAMPLES[1:], output=tmp_path)


def test_wrong_use():
    with pytest.raises(ConfigError, match="call attach"):
        train(tiny_model().requires_grad_(False))
    with pytest.raises(ConfigError, match="patience needs evaluation"):
        train(adapted(), TrainConfig(learning_rate=1e-2, patience=2))
    with pytest.raises(DataError, match="empty"):
        train(adapted(), examples=[])


def test_without_shuffle_the_steps_come_in_the_order_of_the_examples():
    model = attach(tiny_model(), "full")
    encoded = encode_examples(EXAMPLES, tiny_tokenizer(), max_tokens=1024)
    config = TrainConfig(learning_rate=1e-9, epochs=1, batch_tokens=256, shuffle=False)
    log = train(model, config)
    rows = pack_in_order(encoded, steps=len(log), per_step=1)
    with torch.autocast("cpu", torch.bfloat16, enabled=fast_bfloat16(torch.device("cpu"))):
        wanted = [float(token_losses(model, collate([row])).mean().detach()) for row in rows]
    assert len(wanted) > 1
    assert log["loss"].tolist() == pytest.approx(wanted, rel=0.02)
    assert len({round(loss, 3) for loss in wanted}) > 1
