"""The Fisher: logistic regression in closed form, an independent gradient, and no trace of the batch size."""

import numpy as np
import pytest
import torch
from torch import nn
from torch.func import functional_call, grad, vmap

from domainlab.errors import ConfigError, DataError
from domainlab.forget.drift import answer_batches
from domainlab.forget.fisher import answer_log_likelihood, diagonal_fisher, normalised
from domainlab.records import Example
from domainlab.testing import tiny_model, tiny_tokenizer
from domainlab.train.attach import attach

GENERATOR = torch.Generator().manual_seed(0)
X = torch.randn(64, 3, generator=GENERATOR, dtype=torch.float64)
Y = (torch.rand(64, generator=GENERATOR) < 0.4).double()
WEIGHT = torch.tensor([[0.4, -1.1, 0.7]], dtype=torch.float64)
EXAMPLES = [
    Example(id=str(n), prompt=f"Ward {n}?", response=f"B{n % 4}" * (1 + n % 3), domain="", group="") for n in range(9)
]


def regression():
    model = nn.Linear(3, 1, bias=False).double()
    model.weight.data.copy_(WEIGHT)
    return model


def batches(size):
    return [(X[start : start + size], Y[start : start + size]) for start in range(0, len(X), size)]


def log_likelihood(model, batch):
    x, y = batch
    return -nn.functional.binary_cross_entropy_with_logits(model(x)[:, 0], y, reduction="none")


def sigmoid():
    return torch.sigmoid(X @ WEIGHT[0])


def test_empirical_fisher_of_logistic_regression_in_closed_form():
    # d log p / d w = (y - s) x, so F = mean of (y - s)^2 x^2
    expected = (((Y - sigmoid()) ** 2)[:, None] * X**2).mean(0)
    found = diagonal_fisher(regression(), batches(8), log_likelihood)["weight"][0]
    torch.testing.assert_close(found, expected, atol=1e-10, rtol=0)


def test_true_fisher_of_logistic_regression_in_closed_form():
    # over both labels, each as likely as the model says: F = mean of s (1 - s) x^2
    expected = ((sigmoid() * (1 - sigmoid()))[:, None] * X**2).mean(0)
    parts = []
    for label in (torch.zeros(1).double(), torch.ones(1).double()):
        chance = sigmoid() if label > 0 else 1 - sigmoid()
        weighted = [
            diagonal_fisher(regression(), [(X[i : i + 1], label)], log_likelihood)["weight"][0]
            * chance[i] for i in range(len(X))
        ]  # fmt: skip
        parts.append(torch.stack(weighted).mean(0))
    torch.testing.assert_close(sum(parts), expected, atol=1e-10, rtol=0)


@pytest.mark.parametrize("size", [1, 8, 32, 64])
def test_batch_size_changes_nothing_while_squaring_the_mean_shrinks_with_it(size):
    one = diagonal_fisher(regression(), batches(1), log_likelihood)["weight"]
    torch.testing.assert_close(
        diagonal_fisher(regression(), batches(size), log_likelihood)["weight"], one, atol=1e-12, rtol=0
    )
    if size == 64:  # the usual mistake: the square of the mean gradient of a batch
        model = regression()
        slope = torch.autograd.grad(log_likelihood(model, (X, Y)).mean(), model.weight)[0]
        assert float((slope**2 / one).mean()) < 0.2


def test_a_language_model_s_fisher_equals_vmapped_gradients():
    model, tokenizer = tiny_model().requires_grad_(True), tiny_tokenizer()
    found = diagonal_fisher(model, answer_batches(EXAMPLES, tokenizer, size=4), answer_log_likelihood("gold"))
    weights = {name: weight.detach() for name, weight in model.named_parameters()}

    def one(weights, ids, labels):
        logits = functional_call(model, weights, kwargs={"input_ids": ids[None], "use_cache": False}).logits[0, :-1]
        picked = logits.log_softmax(-1).gather(1, labels[1:].clamp(min=0)[:, None])[:, 0]
        return (picked * (labels[1:] >= 0)).sum()

    squares = {name: torch.zeros_like(weight) for name, weight in weights.items()}
    for batch in answer_batches(EXAMPLES, tokenizer, size=1):
        slopes = vmap(grad(one), in_dims=(None, 0, 0))(weights, batch["input_ids"], batch["labels"])
        for name, slope in slopes.items():
            squares[name] += slope[0] ** 2 / len(EXAMPLES)
    for name in squares:
        torch.testing.assert_close(found[name], squares[name], atol=1e-5, rtol=1e-4)


@pytest.mark.parametrize("labels", ["sampled", "gold"])
def test_a_language_model_s_fisher_does_not_depend_on_the_batch_size(labels):
    model, tokenizer = attach(tiny_model(), "lora", rank=4), tiny_tokenizer()
    for name, weight in model.named_parameters():
        if "lora_B" in name:
            weight.data.normal_(generator=torch.Generator().manual_seed(1), std=0.1)
    one, nine = (
        diagonal_fisher(model, answer_batches(EXAMPLES, tokenizer, size=size), answer_log_likelihood(labels))
        for size in (1, 9)
    )
    assert all(torch.allclose(one[name], nine[name], atol=1e-6, rtol=1e-3) for name in one)
    assert sum(float(value.sum()) for value in one.values()) > 0


def test_sampled_labels_are_drawn_as_often_as_the_model_says():
    model, tokenizer = tiny_model(), tiny_tokenizer()
    batch = answer_batches(EXAMPLES[:1], tokenizer)[0]
    sampled = answer_log_likelihood("sampled", seed=3)
    with torch.no_grad():
        drawn = np.array([float(sampled(model, batch)) for _ in range(400)])
        logprobs = [float(v) for v in _entropies(model, batch)]
    assert drawn.mean() == pytest.approx(-sum(logprobs), rel=0.1)  # the mean log-likelihood is minus the entropy


def _entropies(model, batch):
    from domainlab.forget.drift import answer_logprobs

    logprobs = answer_logprobs(model, batch)
    return -(logprobs.exp() * logprobs).sum(-1)


def test_normalised_has_mean_one_and_keeps_proportions():
    fisher = normalised({"a": torch.tensor([1.0, 3.0]), "b": torch.tensor([0.0, 4.0])})
    assert fisher["a"].tolist() == [0.5, 1.5]
    assert fisher["b"].tolist() == [0.0, 2.0]


def test_bad_input_is_refused():
    with pytest.raises(DataError, match="at least one example"):
        diagonal_fisher(regression(), [], log_likelihood)
    with pytest.raises(ConfigError, match="attach"):
        diagonal_fisher(regression().requires_grad_(False), batches(8), log_likelihood)
    with pytest.raises(ConfigError, match="labels must be"):
        answer_log_likelihood("true")
    with pytest.raises(DataError, match="zero for every weight"):
        normalised({"a": torch.zeros(3)})
