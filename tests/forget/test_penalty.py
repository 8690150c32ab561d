"""Penalties: gradients in closed form, an independent implementation, and nothing that switches off in silence."""

import pytest
import torch
from torch import nn
from torch.nn import functional

from domainlab.errors import ConfigError, DataError
from domainlab.forget.drift import answer_batches, answer_logprobs, mean_kl
from domainlab.forget.penalty import ewc_penalty, kl_penalty, l2_sp_penalty, snapshot, together
from domainlab.records import Example
from domainlab.testing import tiny_model, tiny_tokenizer
from domainlab.train.attach import attach
from domainlab.train.config import TrainConfig
from domainlab.train.finetune import finetune

EXAMPLES = [Example(id=str(n), prompt=f"Ward {n}?", response=f"B{n % 4}", domain="", group="") for n in range(8)]
START, NOW = torch.tensor([[0.4, -1.1, 0.7]]), torch.tensor([[0.9, -1.0, 0.1]])
FISHER = torch.tensor([[2.0, 0.0, 0.5]])


def regression(weight):
    model = nn.Linear(3, 1, bias=False)
    model.weight.data.copy_(weight)
    return model


def value_and_slope(penalty, model):
    value = penalty(model)
    return float(value.detach()), torch.autograd.grad(value, model.weight)[0]


def test_l2_sp_by_hand():
    value, slope = value_and_slope(l2_sp_penalty({"weight": START}, weight=4.0), regression(NOW))
    assert value == pytest.approx(4 / 2 * (0.25 + 0.01 + 0.36))
    torch.testing.assert_close(slope, 4.0 * (NOW - START), atol=1e-5, rtol=0)


def test_ewc_by_hand():
    value, slope = value_and_slope(ewc_penalty({"weight": START}, {"weight": FISHER}, weight=4.0), regression(NOW))
    assert value == pytest.approx(4 / 2 * (2 * 0.25 + 0.5 * 0.36))
    torch.testing.assert_close(slope, 4.0 * FISHER * (NOW - START), atol=1e-5, rtol=0)


def test_ewc_pulls_to_the_start_and_weight_decay_to_zero():
    slope = value_and_slope(l2_sp_penalty({"weight": START}, weight=1.0), regression(START))[1]
    assert slope.abs().max() == 0  # at the start the penalty is content; decay would still pull
    assert START.abs().min() > 0


def test_ewc_near_the_optimum_is_the_loss_it_stands_for():
    """For logistic regression the penalty equals the KL of the answers to second order: that is its reason."""
    x = torch.randn(2000, 1, generator=torch.Generator().manual_seed(0))
    base, moved = nn.Linear(1, 1, bias=False), nn.Linear(1, 1, bias=False)
    base.weight.data.fill_(0.5)
    moved.weight.data.fill_(0.52)
    p, q = torch.sigmoid(base(x)), torch.sigmoid(moved(x))
    kl = (p * (p / q).log() + (1 - p) * ((1 - p) / (1 - q)).log()).mean().detach()
    fisher = {"weight": (p * (1 - p) * x**2).mean().detach().reshape(1, 1)}
    penalty = ewc_penalty({"weight": base.weight.detach()}, fisher, weight=1.0)(moved)
    assert float(penalty.detach()) == pytest.approx(float(kl), rel=0.02)


def root(fisher, power):
    return fisher ** (power / 2)


def test_gradients_on_a_language_model_equal_torch_s_own_mse():
    model = tiny_model().requires_grad_(True)
    anchor = {name: weight + 0.1 for name, weight in snapshot(model).items()}
    fisher = {name: weight.abs() for name, weight in anchor.items()}
    for penalty, power in ((l2_sp_penalty(anchor, weight=3.0), 0), (ewc_penalty(anchor, fisher, weight=3.0), 1)):
        found = torch.autograd.grad(penalty(model), list(model.parameters()))
        other = sum(
            1.5 * functional.mse_loss(w * root(fisher[n], power), anchor[n] * root(fisher[n], power), reduction="sum")
            for n, w in model.named_parameters()
        )  # fmt: skip
        for one, two in zip(found, torch.autograd.grad(other, list(model.parameters())), strict=True):
            torch.testing.assert_close(one, two, atol=1e-5, rtol=1e-4)


def test_kl_is_zero_at_the_base_and_equals_its_definition_elsewhere():
    base, other, tokenizer = tiny_model(), tiny_model(seed=1).requires_grad_(True), tiny_tokenizer()
    penalty = kl_penalty(base, tokenizer, EXAMPLES, weight=2.0, size=8)
    assert float(penalty(base).detach()) == pytest.approx(0, abs=1e-5)
    batch = answer_batches(EXAMPLES, tokenizer)[0]
    with torch.no_grad():
        p, q = (answer_logprobs(model, batch).exp().double() for model in (base, other))
    expected = float((p * (p / q).log()).sum(-1).mean())
    assert float(penalty(other).detach()) == pytest.approx(2 * expected, rel=1e-4)
    assert mean_kl(base, other, tokenizer, EXAMPLES) == pytest.approx(expected, rel=1e-4)


def test_kl_takes_its_batches_in_turn():
    base, other, tokenizer = tiny_model(), tiny_model(seed=1), tiny_tokenizer()
    penalty = kl_penalty(base, tokenizer, EXAMPLES, weight=1.0, size=3)
    values = [round(float(penalty(other).detach()), 6) for _ in range(6)]
    assert values[:3] == values[3:]
    assert len(set(values[:3])) == 3


@pytest.mark.parametrize("kind", ["l2", "ewc", "kl"])
@pytest.mark.parametrize("method", ["full", "lora"])
def test_through_finetune_a_strong_penalty_keeps_the_model_where_it_was(kind, method):
    moved = {}
    for weight in (0.0, 1e4):
        model, tokenizer = attach(tiny_model(), method, **({} if method == "full" else {"rank": 4})), tiny_tokenizer()
        anchor = snapshot(model)
        penalty = {
            "l2": lambda anchor=anchor, weight=weight: l2_sp_penalty(anchor, weight=weight),
            "ewc": lambda anchor=anchor, weight=weight: ewc_penalty(
                anchor, {name: torch.ones_like(value) for name, value in anchor.items()}, weight=weight
            ),
            "kl": lambda weight=weight, tokenizer=tokenizer: kl_penalty(
                tiny_model(), tokenizer, EXAMPLES, weight=weight
            ),
        }[kind]()
        log = finetune(
            model, tokenizer, EXAMPLES, TrainConfig(learning_rate=1e-3, epochs=8), penalty=penalty, progress=False
        )
        moved[weight] = mean_kl(tiny_model(), model, tokenizer, EXAMPLES)
        assert (log["penalty"].max() > 0) == (weight > 0)
    assert moved[1e4] < moved[0.0]


def test_sums():
    model = regression(NOW)
    one = l2_sp_penalty({"weight": START}, weight=1.0)
    assert float(together(one, one)(model).detach()) == pytest.approx(2 * float(one(model).detach()))


def test_a_missing_fisher_is_an_error_and_never_a_silent_zero():
    with pytest.raises(DataError, match="Fisher lacks 1"):
        ewc_penalty({"weight": START}, {}, weight=1.0)
    with pytest.raises(DataError, match="nothing for 1 trainable"):
        ewc_penalty({}, {}, weight=1.0)(regression(NOW))
    with pytest.raises(DataError, match="anchor has nothing"):
        l2_sp_penalty({}, weight=1.0)(regression(NOW))


def test_other_bad_input_is_refused():
    with pytest.raises(ConfigError, match="0 or more"):
        l2_sp_penalty({"weight": START}, weight=-1.0)
    with pytest.raises(ConfigError, match="attach"):
        snapshot(regression(NOW).requires_grad_(False))
    with pytest.raises(ConfigError, match="at least one penalty"):
        together()
