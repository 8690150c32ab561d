"""Medical questions with a calibrated confidence, and "ask your clinician" where it is too low.

The confidence starts as the mean probability that the model gives the tokens of its own answer, and how near the
best passage is. Logistic regression on questions with known answers makes a probability of being right out of
the two (Platt 1999); those questions are not the ones that are reported on. An emergency is answered first.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from sklearn.linear_model import LogisticRegression
from transformers import PreTrainedModel, PreTrainedTokenizerBase

from domainlab.assist.knowledge import alarming
from domainlab.chat import HFChat
from domainlab.chat_format import prompt_ids
from domainlab.data.house_style import DISCLAIMER
from domainlab.errors import ConfigError, DataError
from domainlab.evaluate.likelihood import continuation_loglikelihood
from domainlab.prompts import NOT_FOUND, reading_prompt
from domainlab.records import Answer, Hit
from domainlab.retrieve.answer import read_answer

EMERGENCY = "This can be an emergency. Call the emergency number now."
ASK = "I am not sure enough to answer. Ask your clinician."
TOKENS = 32


@dataclass(frozen=True, kw_only=True)
class Reply:
    """What the person who asks gets to read, and what it rests on."""

    text: str
    answer: Answer
    confidence: float  # probability that the answer is right, 0 to 1
    withheld: bool  # the answer was not given: too unsure, or an emergency


class Confidence:
    """Two signals of an answer -> the probability that it is right."""

    def __init__(self, signals: np.ndarray, correct: Sequence[int]) -> None:
        """Fit on answers whose truth is known.

        Args:
            signals: `(n, 2)` as `answer_signals` gives them.
            correct: `(n,)` 1 where the answer was right, 0 where not; both must occur.

        Raises:
            DataError: another shape, or only right or only wrong answers.
        """
        right = np.asarray(correct, dtype=int)
        if signals.ndim != 2 or signals.shape[0] != len(right) or len(set(right.tolist())) != 2:
            raise DataError(f"Confidence needs right and wrong answers; got {right.sum()} right of {len(right)}.")
        self._centre, self._scale = signals.mean(axis=0), signals.std(axis=0) + 1e-9
        self._regression = LogisticRegression().fit(self._standard(signals), right)

    def __call__(self, signals: np.ndarray) -> np.ndarray:
        """Probabilities `(n,)` of being right."""
        return self._regression.predict_proba(self._standard(signals))[:, 1]

    def _standard(self, signals: np.ndarray) -> np.ndarray:
        return (signals - self._centre) / self._scale


def answer_signals(
    questions: Sequence[str], hits: Sequence[Sequence[Hit]], model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase
) -> tuple[list[Answer], np.ndarray]:
    """Greedy answers from passages, and for each (mean log-probability per token, score of the best passage).

    A question without passages is answered "The context does not say." with the lowest signals.
    """
    asked = [at for at, found in enumerate(hits) if found]
    prompts = [reading_prompt(questions[at], [hit.chunk.text for hit in hits[at]]) for at in asked]
    replies = HFChat(model, tokenizer)(prompts, max_new_tokens=TOKENS) if prompts else []
    answers = [Answer(text=NOT_FOUND, raw="", citations=(), invalid_citations=(), hits=())] * len(questions)
    signals = np.full((len(questions), 2), (-10.0, -1.0))
    said = [(at, prompt, reply) for at, prompt, reply in zip(asked, prompts, replies, strict=True) if reply]
    if said:
        chats = tokenizer.batch_decode(prompt_ids(tokenizer, [prompt for _, prompt, _ in said]))
        nats = continuation_loglikelihood(model, tokenizer, chats, [reply for *_, reply in said])
        lengths = [len(tokenizer(reply, add_special_tokens=False)["input_ids"]) for *_, reply in said]
        for (at, _, _), total, length in zip(said, nats, lengths, strict=True):
            signals[at] = total / length, hits[at][0].score
    for at, reply in zip(asked, replies, strict=True):
        answers[at] = read_answer(reply, hits[at])
    return answers, signals


def reply_to(question: str, answer: Answer, confidence: float, *, threshold: float = 0.7) -> Reply:
    """What is said to the person: the emergency text, the answer with its confidence, or to ask a clinician.

    Raises:
        ConfigError: a threshold outside 0 to 1.
    """
    if not 0 <= threshold <= 1:
        raise ConfigError(f"threshold must be a probability from 0 to 1; got {threshold}.")
    if alarming(question):
        return Reply(text=f"{EMERGENCY}\n{DISCLAIMER}", answer=answer, confidence=confidence, withheld=True)
    if confidence < threshold or answer.text == NOT_FOUND or not answer.text:
        return Reply(text=f"{ASK}\n{DISCLAIMER}", answer=answer, confidence=confidence, withheld=True)
    text = f"{answer.text} (confidence {confidence:.0%})\n{DISCLAIMER}"
    return Reply(text=text, answer=answer, confidence=confidence, withheld=False)
