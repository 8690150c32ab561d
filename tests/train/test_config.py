"""A wrong setting is refused by name."""

import pytest

from domainlab.errors import ConfigError
from domainlab.train.config import TrainConfig


def test_defaults_are_allowed():
    assert TrainConfig(learning_rate=1e-3).epochs == 3


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("learning_rate", 0.0),
        ("learning_rate", float("nan")),
        ("epochs", 0),
        ("epochs", 1.5),
        ("batch_tokens", 0),
        ("max_tokens", -1),
        ("warmup", 1.1),
        ("schedule", "sawtooth"),
        ("weight_decay", -0.1),
        ("seed", -1),
        ("eval_every", 0),
        ("patience", 0),
        ("checkpoint_every", True),
    ],
)
def test_refused_by_name(name, value):
    with pytest.raises(ConfigError, match=name):
        TrainConfig(**{"learning_rate": 1e-3, name: value})
