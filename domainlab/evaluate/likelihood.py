"""How well a model predicts text: bits per byte, and the log-likelihood of a continuation.

Bits per byte does not depend on the tokenizer, so models with different vocabularies can be compared. Long
texts are read through a sliding window: every token is predicted once, all but the first window's with at
least `window - stride` tokens before it.
"""

import math
from collections.abc import Iterator, Sequence

import numpy as np
import torch
from torch.nn import functional
from tqdm.auto import tqdm
from transformers import PreTrainedModel, PreTrainedTokenizerBase

from domainlab.errors import ConfigError, DataError

LOGITS_AT_ONCE = 2**26  # numbers; bounds the memory of a batch to 256 MB in float32


def bits_per_byte(
    model: PreTrainedModel,
    tokenizer: PreTrainedTokenizerBase,
    texts: Sequence[str],
    *,
    window: int,
    stride: int,
) -> float:
    """What a UTF-8 byte of the texts costs in bits; lower is better, 8 is knowing nothing.

    Args:
        model: any causal model; left in the mode it was in.
        tokenizer: its tokenizer. BOS (EOS where there is none) starts each text and is not counted.
        texts: at least one, none of them empty.
        window: tokens per forward pass, at most the model's context.
        stride: tokens by which the window moves on; smaller gives more context and takes longer.

    Raises:
        ConfigError: not 1 <= stride < window <= context, or a tokenizer with neither BOS nor EOS.
        DataError: no text, or an empty one.
    """
    bits = text_bits(model, tokenizer, texts, window=window, stride=stride)
    return float(bits.sum()) / sum(len(text.encode()) for text in texts)


def text_bits(
    model: PreTrainedModel,
    tokenizer: PreTrainedTokenizerBase,
    texts: Sequence[str],
    *,
    window: int,
    stride: int,
) -> np.ndarray:
    """What each text costs in bits, `(n,)`; arguments and errors as in `bits_per_byte`."""
    context = _context(model)
    if not 1 <= stride < window <= context:
        raise ConfigError(f"Expected 1 <= stride < window <= {context}; got {stride} and {window}.")
    if isinstance(texts, str) or not texts or not all(texts):
        raise DataError("Expected a list of texts, none of them empty; got one string, none, or one empty.")
    rows: list[list[int]] = []
    counts, owners = [], []
    for at, text in enumerate(texts):
        for row, new in _windows(_started(tokenizer, text), window, stride):
            rows.append(row)
            counts.append(new)
            owners.append(at)
    found = _token_logprobs(model, rows)
    nats = [-logprobs[-new:].sum() for logprobs, new in zip(found, counts, strict=True)]
    return np.bincount(owners, weights=nats, minlength=len(texts)) / math.log(2)


def continuation_loglikelihood(
    model: PreTrainedModel,
    tokenizer: PreTrainedTokenizerBase,
    prompts: Sequence[str],
    continuations: Sequence[str],
) -> np.ndarray:
    """Log-probability in nats of each continuation after its prompt, `(n,)`, higher is likelier.

    Prompt and continuation are tokenised apart, as an answer in a chat is; a blank between them must be
    written at the start of the continuation.

    Raises:
        DataError: not one continuation per prompt, one without tokens, or a pair longer than the context.
        ConfigError: a tokenizer with neither BOS nor EOS.
    """
    if isinstance(prompts, str) or len(prompts) != len(continuations):
        raise DataError(f"Expected one continuation per prompt; got {len(continuations)} for {len(prompts)}.")
    rows: list[list[int]] = []
    counts, context = [], _context(model)
    for prompt, continuation in zip(prompts, continuations, strict=True):
        ids = _ids(tokenizer, continuation)
        row = _started(tokenizer, prompt) + ids
        if not ids or len(row) > context:
            raise DataError(f"Expected 1 to {context} tokens with the prompt; got {len(ids)} of {len(row)}.")
        rows.append(row)
        counts.append(len(ids))
    found = _token_logprobs(model, rows)
    return np.array([logprobs[-new:].sum() for logprobs, new in zip(found, counts, strict=True)])


def _context(model: PreTrainedModel) -> int:
    """The most tokens that the model can read at once."""
    return model.config.get_text_config().max_position_embeddings


def _ids(tokenizer: PreTrainedTokenizerBase, text: str) -> list[int]:
    return tokenizer(text, add_special_tokens=False, verbose=False)["input_ids"]


def _started(tokenizer: PreTrainedTokenizerBase, text: str) -> list[int]:
    """The text's tokens behind the token that starts a text; not a second time, if a template wrote it."""
    start = tokenizer.bos_token_id if tokenizer.bos_token_id is not None else tokenizer.eos_token_id
    if start is None:
        raise ConfigError("The tokenizer has neither a BOS nor an EOS token to start a text with; set one.")
    ids = _ids(tokenizer, text)
    return ids if ids[:1] == [start] else [start, *ids]


def _windows(ids: list[int], window: int, stride: int) -> Iterator[tuple[list[int], int]]:
    """Pieces of at most `window` tokens, each with the number of tokens at its end that are new."""
    begin, done = 0, 1  # the start token is given, not predicted
    while done < len(ids):
        end = min(begin + window, len(ids))
        yield ids[begin:end], end - done
        begin, done = begin + stride, end


def _token_logprobs(model: PreTrainedModel, rows: list[list[int]]) -> list[np.ndarray]:
    """Log-probability of every token but the first, given those before it: `(len(row) - 1,)` for each row."""
    order = sorted(range(len(rows)), key=lambda at: -len(rows[at]))  # alike lengths together: little padding
    found: list[np.ndarray] = [np.empty(0)] * len(rows)
    was_training, vocabulary = model.training, model.config.get_text_config().vocab_size
    model.eval()
    try:
        with tqdm(total=len(rows), desc="Scoring", unit=" windows", delay=2) as bar:
            while order:
                size = max(1, LOGITS_AT_ONCE // (len(rows[order[0]]) * vocabulary))
                batch, order = order[:size], order[size:]
                logprobs = _batch_logprobs(model, [rows[at] for at in batch])
                for at, row in zip(batch, logprobs, strict=True):
                    found[at] = row[: len(rows[at]) - 1]
                bar.update(len(batch))
    finally:
        model.train(was_training)
    return found


@torch.inference_mode()
def _batch_logprobs(model: PreTrainedModel, rows: list[list[int]]) -> np.ndarray:
    """Log-probabilities `(n, longest - 1)` of one batch; what stands behind a row's end means nothing."""
    longest = max(map(len, rows))
    tokens = torch.tensor([row + [0] * (longest - len(row)) for row in rows], device=model.device)
    mask = torch.tensor([[1] * len(row) + [0] * (longest - len(row)) for row in rows], device=model.device)
    logits = model(input_ids=tokens[:, :-1], attention_mask=mask[:, :-1], use_cache=False).logits
    # flat, since over transposed logits the kernel adds up less exactly: 1e-4 nats in an answer of six tokens
    loss = functional.cross_entropy(logits.float().flatten(0, 1), tokens[:, 1:].flatten(), reduction="none")
    return -loss.double().view(len(rows), -1).cpu().numpy()
