"""What a model is asked before and after: probes with a right answer, and texts to predict.

A suite knows the score that guessing would get. Without it "half is kept" means nothing: on four choices a
model that lost everything still gets a quarter right.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from transformers import PreTrainedModel, PreTrainedTokenizerBase

from domainlab.chat import Chat, HFChat
from domainlab.data.leaks import find_leaks
from domainlab.data.read import read_jsonl
from domainlab.errors import DataError
from domainlab.evaluate.likelihood import continuation_loglikelihood, text_bits
from domainlab.evaluate.text import exact_match_score
from domainlab.records import Document, Example, Question


@dataclass(frozen=True, kw_only=True)
class Probe:
    """One thing to ask. With `choices` the likeliest one is the answer, otherwise the model writes it.

    `chance` is the score of guessing; None means one in the number of choices.
    """

    id: str
    prompt: str
    answers: tuple[str, ...]  # all that are right; the first one is the reference
    choices: tuple[str, ...] = ()
    chance: float | None = None

    def __post_init__(self) -> None:
        """Refuse a probe that nobody could answer, or whose chance level nobody knows."""
        if not self.answers or (self.choices and self.answers[0] not in self.choices):
            raise DataError(f"Probe {self.id}: expected answers, and the first among the choices; got {self.answers}.")
        if self.chance is None and not self.choices:
            raise DataError(
                f"Probe {self.id} has no chance level. Say what guessing would score: for written answers the "
                "share of the most common answer, 0.0 where no answer repeats."
            )
        if self.chance is not None and not 0 <= self.chance < 1:
            raise DataError(f"Probe {self.id}: chance must be at least 0 and below 1; got {self.chance}.")


@dataclass(frozen=True, kw_only=True)
class Suite:
    """Probes of one skill; the score is the share answered right, 0 to 1."""

    name: str
    probes: tuple[Probe, ...]
    max_new_tokens: int = 48

    def __post_init__(self) -> None:
        """Refuse a suite without probes, or one that mixes writing with choosing."""
        if not self.probes or len({bool(probe.choices) for probe in self.probes}) > 1:
            raise DataError(f"Suite {self.name!r} needs probes, all with choices or all without.")

    @property
    def chance(self) -> float:
        """The mean score of guessing."""
        return float(np.mean([p.chance if p.chance is not None else 1 / len(p.choices) for p in self.probes]))

    @property
    def prompts(self) -> list[str]:
        """What is asked, in order."""
        return [probe.prompt for probe in self.probes]


@dataclass(frozen=True, kw_only=True)
class TextSuite:
    """Texts whose likelihood is measured in bits per byte, lower is better."""

    name: str
    texts: tuple[str, ...]


def answer_scores(chat: Chat, suite: Suite) -> np.ndarray:
    """1 where a chat's written answer is right, `(n,)`; for suites without choices."""
    if suite.probes[0].choices:
        raise DataError(f"Suite {suite.name!r} has choices: use suite_scores, which compares their likelihoods.")
    said = chat(suite.prompts, max_new_tokens=suite.max_new_tokens)
    return exact_match_score(said, [list(probe.answers) for probe in suite.probes])


def suite_scores(model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase, suite: Suite) -> np.ndarray:
    """1 where the model is right, `(n,)`: by its greedy answer, or by the likeliest choice after the chat prompt."""
    if not suite.probes[0].choices:
        return answer_scores(HFChat(model, tokenizer, progress=False), suite)
    chats = [[{"role": "user", "content": probe.prompt}] for probe in suite.probes]
    asked = tokenizer.apply_chat_template(chats, tokenize=False, add_generation_prompt=True)
    prompts = [text for text, probe in zip(asked, suite.probes, strict=True) for _ in probe.choices]
    choices = [choice for probe in suite.probes for choice in probe.choices]
    found = iter(continuation_loglikelihood(model, tokenizer, prompts, choices))
    best = [probe.choices[int(np.argmax([next(found) for _ in probe.choices]))] for probe in suite.probes]
    return np.array([float(said in probe.answers) for said, probe in zip(best, suite.probes, strict=True)])


def text_scores(model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase, suite: TextSuite) -> np.ndarray:
    """Bits per byte of each text, `(n,)`, lower is better."""
    window = min(512, model.config.get_text_config().max_position_embeddings)
    bits = text_bits(model, tokenizer, list(suite.texts), window=window, stride=window // 2)
    return bits / np.array([len(text.encode()) for text in suite.texts])


def question_suite(
    name: str, questions: Sequence[Question], *, max_new_tokens: int = 48, seen: Sequence[Question] | None = None
) -> Suite:
    """Questions as a suite; chance is the share of the most common answer of the same kind.

    Args:
        name: of the suite.
        questions: what to ask.
        max_new_tokens: room for an answer.
        seen: more questions of the same kinds, to count common answers in; None counts in `questions`.
    """
    answers: dict[str, Counter] = {}
    for question in questions if seen is None else seen:
        answers.setdefault(question.kind, Counter())[question.answer] += 1
    chance = {kind: majority_share(counts) for kind, counts in answers.items()}
    probes = [Probe(id=q.id, prompt=q.text, answers=(q.answer, *q.aliases), chance=chance[q.kind]) for q in questions]
    return Suite(name=name, probes=tuple(probes), max_new_tokens=max_new_tokens)


def example_suite(name: str, examples: Sequence[Example], *, max_new_tokens: int = 160) -> Suite:
    """Examples as a suite: the response is the right answer; chance is the share of the most common one."""
    chance = majority_share(Counter(example.response for example in examples))
    probes = [Probe(id=e.id, prompt=e.prompt, answers=(e.response,), chance=chance) for e in examples]
    return Suite(name=name, probes=tuple(probes), max_new_tokens=max_new_tokens)


def majority_share(counts: Counter) -> float:
    """The share of the most common answer, 0 where no answer comes twice.

    >>> majority_share(Counter("aab")), majority_share(Counter("abc"))
    (0.6666666666666666, 0.0)
    """
    most = max(counts.values())
    return most / counts.total() if 1 < most < counts.total() else 0.0


def read_suite(path: str | Path, *, max_new_tokens: int = 48) -> Suite:
    """A learner's own probes: a JSONL file with id, prompt, answers, and choices or chance; its name is the suite's.

    Raises:
        DataError: a line that is no probe; a probe without a chance level.
    """
    path = Path(path)
    try:
        probes = read_jsonl(path, Probe)
    except DataError as error:
        raise DataError(f"{path.name} is no suite of probes: {error}") from error
    return Suite(name=path.stem, probes=tuple(probes), max_new_tokens=max_new_tokens)


def refuse_overlap(training: Sequence[Example], suites: Sequence[Suite | TextSuite]) -> None:
    """Refuse probes that the model has been trained on: then they measure memory, not what was kept.

    A probe overlaps when its prompt is a training prompt, or when prompt and answer share 13 words in a row with a
    training example (Brown et al. 2020, appendix C).

    Raises:
        DataError: with the ids of the probes that overlap.
    """
    asked = {" ".join(example.prompt.split()).casefold() for example in training}
    for suite in suites:
        if isinstance(suite, TextSuite):
            tests = [Document(id=str(n), text=t, source="", licence="") for n, t in enumerate(suite.texts)]
            found = set(find_leaks(training, tests)["test_id"])
        else:
            same = {p.id for p in suite.probes if " ".join(p.prompt.split()).casefold() in asked}
            tests = [test for test in probe_examples(suite) if len(f"{test.prompt} {test.response}".split()) > 13]
            leaks = find_leaks(training, tests)
            found = same | set(leaks.loc[leaks["share"] > 0.5, "test_id"])
        if found:
            named = ", ".join(sorted(found)[:5])
            raise DataError(
                f"{len(found)} of the probes in suite {suite.name!r} overlap with the training data: {named}. "
                "Take them out of one of the two."
            )


def probe_examples(suite: Suite, n: int | None = None) -> list[Example]:
    """The first `n` probes with their reference answers as examples: to measure KL on, never to train on."""
    return [
        Example(id=p.id, prompt=p.prompt, response=p.answers[0], domain=suite.name, group="")
        for p in suite.probes[:n]
    ]  # fmt: skip
