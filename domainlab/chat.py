"""Talking to a model: `Chat` is any callable from prompts to answers, `HFChat` the one on a real model.

Everything that asks a model something takes a `Chat`. So a base model, an adapted one, a script in a
test and a remote service are interchangeable.

>>> chat = ScriptedChat(lambda prompt: prompt.upper())
>>> chat(["yes", "no"])
['YES', 'NO']
"""

import math
from collections.abc import Callable
from typing import Protocol

import torch
from torch import Tensor
from tqdm.auto import tqdm
from transformers import PreTrainedModel, PreTrainedTokenizerBase

from domainlab.chat_format import answer_end, prompt_ids
from domainlab.decode import Choose, decode
from domainlab.errors import ConfigError, DataError


class Chat(Protocol):
    """Anything that answers: a list of prompts in, one answer for each out, in the same order."""

    def __call__(
        self, prompts: list[str], *, max_new_tokens: int = 64, temperature: float = 0.0, seed: int = 0
    ) -> list[str]:
        """Answer; temperature 0 is greedy, and then `seed` does not matter."""


class ScriptedChat:
    """A `Chat` that answers by a function: for tests, examples and baselines."""

    def __init__(self, reply: Callable[[str], str]):
        """`reply` maps one prompt to one answer."""
        self.reply = reply

    def __call__(
        self, prompts: list[str], *, max_new_tokens: int = 64, temperature: float = 0.0, seed: int = 0
    ) -> list[str]:
        """Answer every prompt by the script; the other arguments change nothing."""
        return [self.reply(prompt) for prompt in _checked(prompts)]


class HFChat:
    """A `Chat` on a `transformers` model with its chat template; many prompts run at once.

    Greedy answers are those of the model one by one. Sampled answers depend on `seed` and on the place
    of the prompt in the list, not on `batch_size`.
    """

    def __init__(
        self,
        model: PreTrainedModel,
        tokenizer: PreTrainedTokenizerBase,
        *,
        batch_size: int = 64,
        progress: bool = True,
        system: str | None = None,
    ):
        """Wrap a model; nothing runs yet.

        Args:
            model: any causal language model, also with an adapter on.
            tokenizer: the model's own, with a chat template.
            batch_size: most prompts in work at the same time; memory grows with it.
            progress: show a bar when the answers take over two seconds.
            system: a system message before every prompt.
        """
        if batch_size < 1:
            raise ConfigError(f"batch_size must be at least 1; got {batch_size}.")
        self.model, self.tokenizer = model, tokenizer
        self.batch_size, self.progress, self.system = batch_size, progress, system

    def __call__(
        self, prompts: list[str], *, max_new_tokens: int = 64, temperature: float = 0.0, seed: int = 0
    ) -> list[str]:
        """Answer every prompt in at most `max_new_tokens` tokens.

        Raises:
            ConfigError: one text instead of a list, or a number out of its range.
            DataError: a prompt does not leave room for an answer in the context window.
        """
        if max_new_tokens < 1 or temperature < 0:
            raise ConfigError(
                f"Expected max_new_tokens >= 1 and temperature >= 0; got {max_new_tokens} and {temperature}."
            )
        if not _checked(prompts):
            return []
        ids = prompt_ids(self.tokenizer, prompts, system=self.system)
        limits = self._limits(ids, max_new_tokens)
        if temperature > 0:
            answers = self._decode(ids, limits, _sampler(len(ids), max_new_tokens, temperature, seed))
        else:  # the same prompt has the same greedy answer: compute it once
            once = {tuple(row): limit for row, limit in zip(ids, limits, strict=True)}
            done = self._decode([list(row) for row in once], list(once.values()), _greedy)
            known = dict(zip(once, done, strict=True))
            answers = [known[tuple(row)] for row in ids]
        return [text.strip() for text in self.tokenizer.batch_decode(answers, skip_special_tokens=True)]

    def _limits(self, ids: list[list[int]], max_new_tokens: int) -> list[int]:
        """Most new tokens per prompt, so that prompt and answer fit the context window."""
        window = getattr(self.model.config.get_text_config(decoder=True), "max_position_embeddings", math.inf)
        for number, row in enumerate(ids):
            if len(row) >= window:
                raise DataError(
                    f"Prompt {number} has {len(row)} tokens, but prompt and answer share a context window of "
                    f"{window}; shorten the prompt by at least {len(row) - window + 1} tokens."
                )
        return [min(max_new_tokens, window - len(row)) for row in ids]

    def _decode(self, ids: list[list[int]], limits: list[int], choose: Choose) -> list[list[int]]:
        ends = self.model.generation_config.eos_token_id
        stop = {answer_end(self.tokenizer)[-1], self.tokenizer.eos_token_id}
        stop = (stop | set(ends if isinstance(ends, list) else [ends])) - {None}
        training = self.model.training
        self.model.eval()
        try:
            with tqdm(total=len(ids), unit="answer", delay=2, leave=False, disable=not self.progress) as bar:
                return decode(
                    self.model,
                    ids,
                    stop=stop,
                    limits=limits,
                    choose=choose,
                    slots=self.batch_size,
                    on_done=bar.update,
                )
        finally:
            self.model.train(training)


def _checked(prompts: list[str]) -> list[str]:
    if isinstance(prompts, str):
        raise ConfigError("A Chat takes a list of prompts; got one text. Write chat([text])[0].")
    wrong = next((number for number, prompt in enumerate(prompts) if not isinstance(prompt, str)), None)
    if wrong is not None:
        raise DataError(f"Every prompt must be a text; prompt {wrong} is a {type(prompts[wrong]).__name__}.")
    return prompts


def _greedy(logits: Tensor, numbers: list[int], steps: list[int]) -> Tensor:
    return logits.argmax(-1)


def _sampler(prompts: int, steps: int, temperature: float, seed: int) -> Choose:
    """Draw by one number in [0, 1) per prompt and step, fixed in advance: batching changes nothing."""
    draws = torch.rand(prompts, steps, generator=torch.Generator().manual_seed(seed))

    def sample(logits: Tensor, numbers: list[int], steps: list[int]) -> Tensor:
        heap = (logits / temperature).softmax(-1).cumsum(-1)
        point = draws[numbers, steps].to(logits.device)[:, None] * heap[:, -1:]
        return torch.searchsorted(heap, point, right=True)[:, 0].clamp(max=logits.shape[-1] - 1)

    return sample
