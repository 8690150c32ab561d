"""KL and distance: zero where nothing moved, bit-identical answers with the adapter off, wrong pairs refused."""

import pytest
import torch

from domainlab.errors import AdapterError, DataError
from domainlab.forget.drift import check_pair, mean_kl, weight_distance
from domainlab.records import Example
from domainlab.testing import tiny_model, tiny_tokenizer
from domainlab.train.attach import attach
from domainlab.train.bottleneck import switch
from domainlab.train.config import TrainConfig
from domainlab.train.finetune import finetune

EXAMPLES = [Example(id=str(n), prompt=f"Ward {n}?", response=f"B{n % 4}", domain="", group="") for n in range(8)]


def trained(method):
    model = attach(tiny_model(), method, **({} if method == "full" else {"rank": 4}))
    finetune(model, tiny_tokenizer(), EXAMPLES, TrainConfig(learning_rate=3e-2, epochs=12), progress=False)
    return model


def logits(model):
    with torch.no_grad():
        return model(torch.arange(20)[None]).logits


def test_a_model_has_not_moved_from_itself():
    model = tiny_model()
    assert mean_kl(model, tiny_model(), tiny_tokenizer(), EXAMPLES) == pytest.approx(0, abs=1e-6)
    assert weight_distance(model, tiny_model()) == 0


def test_distance_by_hand():
    moved = tiny_model()
    moved.model.norm.weight.data += 3.0
    size = sum(float(w.detach().double().square().sum()) for w in tiny_model().parameters()) ** 0.5
    assert weight_distance(tiny_model(), moved) == pytest.approx(3 * 32**0.5 / size)


@pytest.mark.parametrize("method", ["lora", "pfeiffer"])
def test_an_adapter_moves_the_answers_and_no_weight_and_comes_off_bit_by_bit(method):
    model = trained(method)
    assert mean_kl(tiny_model(), model, tiny_tokenizer(), EXAMPLES) > 1e-3
    assert weight_distance(tiny_model(), model) == 0
    if method == "pfeiffer":
        switch(model, on=False)
        assert torch.equal(logits(model), logits(tiny_model()))
    else:
        with model.disable_adapter():
            assert torch.equal(logits(model), logits(tiny_model()))
    check_pair(tiny_model(), model)


def test_full_training_moves_both():
    model = trained("full")
    assert weight_distance(tiny_model(), model) > 1e-3
    assert mean_kl(tiny_model(), model, tiny_tokenizer(), EXAMPLES) > 1e-3
    check_pair(tiny_model(), model)


def test_pairs_that_do_not_belong_together_are_refused():
    with pytest.raises(AdapterError, match="load the base that the adapter was trained on"):
        check_pair(tiny_model(seed=1), attach(tiny_model(), "lora", rank=4))
    with pytest.raises(AdapterError, match="as it was before training"):
        check_pair(attach(tiny_model(), "lora", rank=4), tiny_model())
    with pytest.raises(DataError, match="do not correspond"):
        weight_distance(tiny_model("llama"), tiny_model("gemma"))
    with pytest.raises(DataError, match="at least one example"):
        mean_kl(tiny_model(), tiny_model(), tiny_tokenizer(), [])
