"""Many prompts through one language model at once: the loop behind `HFChat`.

Four ideas, none of which changes a greedy answer (the first two are in `slots.py`):
1. every prompt owns a *slot* of one fixed key/value cache, so nothing is copied when a token is added;
2. each row knows its own position, so no row waits for another's padding, and what all prompts begin
   with is computed once;
3. a finished row leaves at once: the last live row moves into its slot;
4. a waiting prompt takes the free place.

It knows token ids only; chat templates and texts are `chat.py`'s business.
"""

import inspect
from collections.abc import Callable, Sequence

import torch
from torch import Tensor
from transformers import GenerationConfig, LogitsProcessor, PreTrainedModel
from transformers.cache_utils import DynamicLayer, DynamicSlidingWindowLayer

from domainlab.slots import SlotRows, cache_layers

REFILL_SHARE = 1 / 8  # of the slots must be free before waiting prompts are let in

Choose = Callable[[Tensor, list[int], list[int]], Tensor]  # logits (n, vocab), prompts, steps -> ids (n,)


def can_decode(model: PreTrainedModel) -> bool:
    """Whether the slots know the model's attention (full or sliding, sdpa); otherwise use `generate`."""
    config = model.config.get_text_config(decoder=True)
    layers = {type(layer) for layer in cache_layers(config)}
    base = model.get_base_model() if hasattr(model, "get_base_model") else model  # peft wraps the model
    accepted = inspect.signature(type(base).forward).parameters
    rope = str(getattr(config, "rope_parameters", ""))
    return (
        layers <= {DynamicLayer, DynamicSlidingWindowLayer}
        and config._attn_implementation == "sdpa"
        and {"position_ids", "logits_to_keep"} <= set(accepted)
        and not any(kind in rope for kind in ("dynamic", "longrope"))  # these look at the whole batch
    )


def decode(
    model: PreTrainedModel,
    prompts: Sequence[list[int]],
    *,
    stop: set[int],
    limits: Sequence[int],
    choose: Choose,
    slots: int,
    on_done: Callable[[], object],
) -> list[list[int]]:
    """Continue every prompt until a stop token or its limit.

    Args:
        model: in eval mode; where `can_decode` is false, plain `generate` does the work, one by one.
        prompts: token ids, at least one each.
        stop: ids that end an answer; they are not part of it.
        limits: most new tokens for each prompt, at least 1.
        choose: picks the next ids.
        slots: most prompts in work at the same time; memory grows with it.
        on_done: called once per finished prompt.

    Returns:
        The new ids of each prompt, in the order of `prompts`.
    """
    answers: list[list[int]] = [[] for _ in prompts]
    if not can_decode(model):
        return _generate(model, prompts, stop, limits, choose, on_done)
    waiting = sorted(range(len(prompts)), key=lambda number: len(prompts[number]))  # longest leaves first
    with torch.inference_mode():
        rows = SlotRows(model, prompts, limits, slots)
        while waiting or rows.owners:
            free = rows.slots - len(rows.owners)
            if waiting and free >= rows.slots * REFILL_SHARE:
                first = len(rows.owners)
                logits = rows.admit([waiting.pop() for _ in range(min(free, len(waiting)))])
            else:
                first = 0
                logits = rows.advance()
            numbers = rows.owners[first:]
            ids = choose(logits, numbers, [len(answers[number]) for number in numbers])
            rows.tokens[first : len(rows.owners)] = ids
            finished = []
            for row, (number, token) in enumerate(zip(numbers, ids.tolist(), strict=True), start=first):
                if token not in stop:
                    answers[number].append(token)
                if token in stop or len(answers[number]) == limits[number]:
                    finished.append(row)
                    on_done()
            rows.release(finished)
    return answers


class _Chosen(LogitsProcessor):
    """Leave `generate` only the token that `choose` picks."""

    def __init__(self, choose: Choose, number: int, start: int):
        self.choose, self.number, self.start = choose, number, start

    def __call__(self, input_ids: Tensor, scores: Tensor) -> Tensor:
        token = self.choose(scores.float(), [self.number], [input_ids.shape[1] - self.start])
        return torch.full_like(scores, -torch.inf).scatter(1, token[:, None], 0.0)


def _generate(
    model: PreTrainedModel,
    prompts: Sequence[list[int]],
    stop: set[int],
    limits: Sequence[int],
    choose: Choose,
    on_done: Callable[[], object],
) -> list[list[int]]:
    """The slow way, for attention that the slots do not know."""
    answers = []
    for number, (prompt, limit) in enumerate(zip(prompts, limits, strict=True)):
        settings = GenerationConfig(
            max_new_tokens=limit,
            do_sample=False,
            repetition_penalty=1.0,
            eos_token_id=sorted(stop),
            pad_token_id=0,
        )
        ids = torch.tensor([prompt], device=model.device)
        with torch.inference_mode():
            chosen = _Chosen(choose, number, len(prompt))
            output = model.generate(
                ids,
                attention_mask=torch.ones_like(ids),
                generation_config=settings,
                logits_processor=[chosen],
            )
        answers.append([token for token in output[0, len(prompt) :].tolist() if token not in stop])
        on_done()
    return answers
