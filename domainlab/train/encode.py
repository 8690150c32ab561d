"""Examples as token ids, with a loss on the assistant's answer only.

The prompt is tokenised by the same function that `HFChat` uses, so the model trains on exactly what it
will be asked. The answer's end token is part of the loss: without it a model never learns to stop.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict

from transformers import PreTrainedTokenizerBase

from domainlab.chat_format import answer_end, prompt_ids
from domainlab.errors import DataError
from domainlab.records import Example

IGNORED = -100  # the label that no loss looks at


def encode_examples(
    examples: Sequence[Example], tokenizer: PreTrainedTokenizerBase, *, max_tokens: int
) -> list[dict[str, list[int]]]:
    """Each example as `input_ids` and `labels`; a label is the token itself where it counts, else -100.

    Nothing is cut: half an answer teaches a model to stop half-way.

    Raises:
        DataError: no examples, an answer without a token to learn or with the end token inside, or an
            example of more than `max_tokens` tokens; the message names the examples.
    """
    if not examples:
        raise DataError("There is nothing to train on: the list of examples is empty.")
    _check_responses(examples, tokenizer)
    end = answer_end(tokenizer)
    prompts = prompt_ids(tokenizer, [example.prompt for example in examples])
    answers = tokenizer([example.response for example in examples], add_special_tokens=False)["input_ids"]
    encoded = []
    for prompt, answer in zip(prompts, answers, strict=True):
        target = answer + end
        encoded.append({"input_ids": prompt + target, "labels": [IGNORED] * len(prompt) + target})
    _check_lengths(examples, [len(row["labels"]) for row in encoded], max_tokens)
    return encoded


def _check_responses(examples: Sequence[Example], tokenizer: PreTrainedTokenizerBase) -> None:
    stop = tokenizer.decode(answer_end(tokenizer)[-1:])
    for example in examples:
        if not example.response.strip():
            raise DataError(f"Example {example.id} has an empty response: no token is left for the loss.")
        if stop in example.response:
            raise DataError(
                f"The response of example {example.id} contains the end token {stop!r}: the model would "
                "learn to stop there; remove it from the text."
            )


def _check_lengths(examples: Sequence[Example], lengths: Sequence[int], max_tokens: int) -> None:
    long = [(example.id, length) for example, length in zip(examples, lengths, strict=True) if length > max_tokens]
    if long:
        named = ", ".join(f"{name} ({length})" for name, length in long[:5])
        raise DataError(
            f"{len(long)} of {len(examples)} examples are longer than max_tokens={max_tokens}: {named}"
            f"{', ...' if len(long) > 5 else ''}. Shorten or leave out these examples, or raise max_tokens."
        )


def data_digest(examples: Sequence[Example]) -> str:
    """sha256 of the examples in their order: the same for the same data, on any machine."""
    lines = [json.dumps(asdict(example), sort_keys=True, ensure_ascii=False) for example in examples]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()
