"""Batched answers are the one-by-one answers, for every family, whatever the batching."""

import pytest
import torch
from transformers import GPTNeoXConfig, GPTNeoXForCausalLM

from domainlab.decode import can_decode, decode
from domainlab.slots import SlotRows
from domainlab.testing import FAMILIES, tiny_model

STOP = 1  # "<|end|>" of the tiny tokenizer


def random_prompts(count: int, seed: int = 0, shared: int = 0) -> list[list[int]]:
    generator = torch.Generator().manual_seed(seed)
    lengths = torch.randint(1, 90, (count,), generator=generator).tolist()
    start = torch.randint(5, 261, (shared,), generator=generator).tolist()
    return [start + torch.randint(5, 261, (length,), generator=generator).tolist() for length in lengths]


def greedy(logits, numbers, steps):
    return logits.argmax(-1)


def decode_greedily(model, prompts, limits, slots, stop=frozenset({STOP})):
    return decode(
        model, prompts, stop=set(stop), limits=limits, choose=greedy, slots=slots, on_done=lambda: None
    )


def generate_one_by_one(model, prompts, limits, stop=STOP):
    answers = []
    for prompt, limit in zip(prompts, limits, strict=True):
        output = model.generate(
            torch.tensor([prompt]), max_new_tokens=limit, do_sample=False, eos_token_id=stop
        )[0]
        answers.append([token for token in output[len(prompt) :].tolist() if token != stop])
    return answers


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize(("slots", "shared"), [(1, 0), (3, 0), (16, 40)])
def test_equals_generate_one_by_one(family, slots, shared):
    model = tiny_model(family)
    prompts = random_prompts(7, shared=shared)
    limits = [5, 20, 1, 9, 20, 13, 2]
    assert decode_greedily(model, prompts, limits, slots) == generate_one_by_one(model, prompts, limits)


@pytest.mark.parametrize("family", FAMILIES)
def test_stops_at_the_stop_token_and_leaves_it_out(family):
    model = tiny_model(family)
    prompts, limits = random_prompts(8, seed=1), [24] * 8
    free = generate_one_by_one(model, prompts, limits)
    stop = free[2][6]  # a token that this model really says
    expected = generate_one_by_one(model, prompts, limits, stop=stop)
    assert len(expected[2]) < 24
    assert decode_greedily(model, prompts, limits, 4, stop={stop}) == expected


def test_sliding_window_matters():
    model = tiny_model("gemma")
    prompts = random_prompts(3, shared=80)
    near = decode_greedily(model, prompts, [12] * 3, 2)
    model.config.sliding_window = 8
    for layer in model.model.layers:
        if layer.self_attn.sliding_window:
            layer.self_attn.sliding_window = 8
    assert decode_greedily(model, prompts, [12] * 3, 2) == generate_one_by_one(model, prompts, [12] * 3)
    assert decode_greedily(model, prompts, [12] * 3, 2) != near


def test_common_beginning_is_computed_once():
    model = tiny_model()
    assert SlotRows(model, random_prompts(4, shared=40), [1] * 4, 2).shared >= 40
    assert SlotRows(model, random_prompts(4, shared=2), [1] * 4, 2).shared == 0
    assert SlotRows(model, [[7] * 40, [7] * 40], [1] * 2, 2).shared == 39  # one token is left to ask about


def test_choose_sees_the_prompt_number_and_the_step():
    seen = []

    def choose(logits, numbers, steps):
        seen.extend(zip(numbers, steps, strict=True))
        return logits.argmax(-1)

    decode(
        tiny_model(),
        random_prompts(3),
        stop=set(),
        limits=[2, 3, 1],
        choose=choose,
        slots=2,
        on_done=lambda: None,
    )
    assert sorted(seen) == [(0, 0), (0, 1), (1, 0), (1, 1), (1, 2), (2, 0)]


def test_on_done_once_per_prompt():
    done = []
    decode(
        tiny_model(),
        random_prompts(5),
        stop={STOP},
        limits=[3] * 5,
        choose=greedy,
        slots=2,
        on_done=lambda: done.append(1),
    )
    assert len(done) == 5


def test_other_attention_goes_through_generate():
    model = tiny_model()
    model.set_attn_implementation("eager")
    assert not can_decode(model)
    prompts, limits = random_prompts(3), [4, 6, 5]
    assert decode_greedily(model, prompts, limits, 2) == generate_one_by_one(model, prompts, limits)


def test_rope_that_depends_on_the_batch_goes_through_generate():
    model = tiny_model()
    assert can_decode(model)
    model.config.rope_parameters = {**model.config.rope_parameters, "rope_type": "dynamic", "factor": 2.0}
    assert not can_decode(model)


def test_another_architecture():
    config = GPTNeoXConfig(
        vocab_size=261, hidden_size=32, num_hidden_layers=2, num_attention_heads=4, intermediate_size=64,
        initializer_range=0.3, max_position_embeddings=256, bos_token_id=None, eos_token_id=1, pad_token_id=0,
    )  # fmt: skip
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        model = GPTNeoXForCausalLM(config).eval()
    prompts, limits = random_prompts(5), [8] * 5
    assert can_decode(model)
    assert decode_greedily(model, prompts, limits, 2) == generate_one_by_one(model, prompts, limits)
