import pytest
import torch

from domainlab.errors import ConfigError
from domainlab.lab.dashboard import Dashboard
from domainlab.records import Example
from domainlab.testing import tiny_model, tiny_tokenizer
from domainlab.train.attach import attach
from domainlab.train.config import TrainConfig
from domainlab.train.finetune import finetune

EXAMPLES = [Example(id=str(n), prompt=f"Ward {n}?", response="B", domain="", group="") for n in range(8)]


def train(penalty=None):
    model = attach(tiny_model(), "full")
    config = TrainConfig(learning_rate=1e-3, epochs=5, batch_tokens=1024)
    log = finetune(model, tiny_tokenizer(), EXAMPLES, config, penalty=penalty, progress=False)
    return model, log


def size(model):
    return {"size": float(sum(weight.detach().square().sum() for weight in model.parameters()))}


def test_it_looks_every_so_many_steps_and_changes_nothing():
    dashboard = Dashboard(size, every=2, title="While it trains")
    watched, log = train(dashboard)
    dashboard.measure(watched)
    alone, _ = train()
    assert dashboard.table().index.tolist() == [0, 2, 4, 5]
    assert log["penalty"].abs().max() == 0
    assert all(torch.equal(a, b) for a, b in zip(watched.parameters(), alone.parameters(), strict=True))
    assert dashboard.table()["size"].iloc[-1] == pytest.approx(size(alone)["size"])


def test_the_model_is_in_eval_mode_while_it_is_looked_at_and_trains_on_afterwards():
    modes = []
    model = tiny_model().train()
    Dashboard(lambda model: modes.append(model.training) or {"a": 0.0}, every=1, title="t")(model)
    assert modes == [False]
    assert model.training


def test_figure_has_a_line_per_suite():
    dashboard = Dashboard(lambda model: {"sums": 0.5, "knowledge": 0.7}, every=1, title="While it trains")
    dashboard(tiny_model())
    dashboard(tiny_model())
    assert {text.get_text() for text in dashboard.figure().axes[0].texts} == {"sums", "knowledge"}


def test_every_zero_steps_is_refused():
    with pytest.raises(ConfigError, match="at least 1"):
        Dashboard(size, every=0, title="t")
