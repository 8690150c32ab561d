"""Ask a model questions about the passages found, and check that the passages it cites exist.

Does not check that a cited passage supports the answer: that is `domainlab.evaluate.citations`.
"""

from collections.abc import Sequence
from dataclasses import replace

from domainlab.chat import Chat
from domainlab.errors import ConfigError, DataError
from domainlab.prompts import NOT_FOUND, reading_prompt, split_citations
from domainlab.records import Answer, Hit


def answer_from(
    questions: Sequence[str], hits: Sequence[Sequence[Hit]], chat: Chat, *, max_new_tokens: int = 32
) -> list[Answer]:
    """Answer each question from its hits; passage [1] of the prompt is the first hit, and so on.

    A question without hits is answered "The context does not say." without asking the model.

    Args:
        questions: n questions.
        hits: n lists of hits, best first; they are numbered anew from 1.
        chat: answers all prompts in one call.
        max_new_tokens: longest answer.

    Returns:
        n answers; numbers that no passage has are in `invalid_citations`.

    Raises:
        ConfigError: `max_new_tokens` below 1.
        DataError: not as many lists of hits as questions, or not as many replies as prompts.
    """
    if max_new_tokens < 1:
        raise ConfigError(f"max_new_tokens must be at least 1; got {max_new_tokens}.")
    if isinstance(questions, str) or len(questions) != len(hits):
        raise DataError(f"Expected one list of hits per question; got {len(hits)} for {len(questions)}.")
    asked = [at for at, found in enumerate(hits) if found]
    prompts = [reading_prompt(questions[at], [hit.chunk.text for hit in hits[at]]) for at in asked]
    replies = chat(prompts, max_new_tokens=max_new_tokens) if prompts else []
    if len(replies) != len(prompts):
        raise DataError(f"A chat must give one reply per prompt; got {len(replies)} for {len(prompts)}.")
    answers = [Answer(text=NOT_FOUND, raw="", citations=(), invalid_citations=(), hits=())] * len(questions)
    for at, reply in zip(asked, replies, strict=True):
        answers[at] = read_answer(reply, hits[at])
    return answers


def read_answer(reply: str, hits: Sequence[Hit]) -> Answer:
    """Take a model's reply apart: its text, the citations of existing passages, and the others.

    >>> read_answer("At noon [1] [4]", []).invalid_citations
    (1, 4)
    """
    numbered = tuple(replace(hit, rank=rank) for rank, hit in enumerate(hits, start=1))
    text, numbers = split_citations(reply)
    return Answer(
        text=text,
        raw=reply,
        citations=tuple(number for number in numbers if 1 <= number <= len(numbered)),
        invalid_citations=tuple(number for number in numbers if not 1 <= number <= len(numbered)),
        hits=numbered,
    )
