"""The course's comparison of cures: one domain, one base, the same probes, and one row per cure.

A `Training` is one call of `finetune`; an `Arm` is what is measured after it: the model as it is, half-way back to
the base, or behind a router. Arms with equal trainings share one.
"""

import random
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from time import perf_counter

from transformers import PreTrainedModel, PreTrainedTokenizerBase

from domainlab.chat import Chat, HFChat
from domainlab.data.medical import stable_questions
from domainlab.errors import ConfigError
from domainlab.forget.drift import answer_batches, mean_kl
from domainlab.forget.fisher import answer_log_likelihood, diagonal_fisher, normalised
from domainlab.forget.general_suites import asked, general_examples, general_suites
from domainlab.forget.interpolate import interpolated
from domainlab.forget.penalty import Penalty, ewc_penalty, kl_penalty, l2_sp_penalty, snapshot, together
from domainlab.forget.replay import mix_replay, self_generated
from domainlab.forget.route import Router, routed
from domainlab.forget.schedule import Schedule
from domainlab.forget.suites import Suite, answer_scores, probe_examples, question_suite, refuse_overlap
from domainlab.records import Example, Question
from domainlab.train.attach import attach
from domainlab.train.config import TrainConfig
from domainlab.train.finetune import finetune

Load = Callable[[], tuple[PreTrainedModel, PreTrainedTokenizerBase]]  # a fresh copy of the base at every call
PENALTIES = ("", "l2-sp", "ewc", "ewc, empirical", "kl")
FISHER_EXAMPLES, KL_EXAMPLES, KL_PROBES = 96, 160, 24
POOL = 1200  # examples to replay
BATCH_TOKENS = 256  # tokens per step: small steps, because the domain is small


@dataclass(frozen=True, kw_only=True)
class Training:
    """How one model is trained; everything that differs between cures and nothing else."""

    method: str = "full"
    learning_rate: float = 1e-3
    passes: int = 12  # over the domain's examples
    replay: float | Schedule = 0.0
    unit: str = "of examples"
    own_answers: bool = False  # replay the base's answers instead of the reference answers
    weight_decay: float = 0.0
    penalty: str = ""
    strength: float = 0.0  # weight of the penalty
    patience: int | None = None  # evaluations without a better loss until training stops

    def __post_init__(self) -> None:
        """Refuse an unknown penalty, or a strength without one."""
        if self.penalty not in PENALTIES or bool(self.penalty) != (self.strength > 0):
            raise ConfigError(f"penalty is one of {PENALTIES}, with a strength above 0; got {self.penalty!r}.")


@dataclass(frozen=True, kw_only=True)
class Arm:
    """One point of the frontier."""

    name: str
    family: str  # of cures, for the figure
    training: Training
    share: float = 1.0  # of the way from the base to the tuned model
    routed: bool = False  # the adapter answers only what the router sends it


@dataclass(frozen=True, kw_only=True)
class Task:
    """What is learned, what must be kept, and how both are asked."""

    name: str
    examples: tuple[Example, ...]
    validation: tuple[Example, ...]  # the same facts in another wording, for early stopping
    domain: Suite  # the same facts in wordings that no training has seen
    general: tuple[Suite, ...]
    pool: tuple[Example, ...]


def medical_task(*, facts: int = 16, items: int = 32, seed: int = 0) -> Task:
    """Stable medical facts: three wordings to learn from, one to stop by, two that are asked."""
    return fact_task(
        "medical", stable_questions(wordings="train"), stable_questions(wordings="held_out"),
        facts=facts, items=items, seed=seed,
    )  # fmt: skip


def fact_task(name: str, train: list[Question], held_out: list[Question], *, facts: int, items: int, seed: int) -> Task:
    """A task from questions about facts; a fact is what questions with the same id but for the last number share."""
    wordings: dict[str, list[Question]] = defaultdict(list)
    for question in [*train, *held_out]:
        wordings[question.id.rpartition("-")[0]].append(question)
    known = {question.id for question in train}
    chosen = random.Random(seed).sample(sorted(wordings), facts)
    learned = [[q for q in wordings[fact] if q.id in known] for fact in chosen]
    probes = [q for fact in chosen for q in wordings[fact] if q.id not in known]
    suites = general_suites(items)[:4]
    task = Task(
        name=name, general=tuple(suites), pool=tuple(general_examples(POOL, seed=seed)),
        examples=tuple(asked(q, name) for questions in learned for q in questions[:-1]),
        validation=tuple(asked(questions[-1], name) for questions in learned),
        domain=question_suite(name, probes, max_new_tokens=16, seen=held_out),
    )  # fmt: skip
    refuse_overlap([*task.examples, *task.pool], [*task.general, task.domain])
    return task


def train_once(
    load: Load, task: Task, training: Training, seed: int
) -> tuple[PreTrainedModel, PreTrainedTokenizerBase, dict]:
    """Train the base that `load` returns; returns the model, its tokenizer, and anchor, tokens, steps and seconds."""
    model, tokenizer = load()
    start, old = perf_counter(), list(task.pool)
    if training.own_answers:
        old = self_generated(HFChat(model, tokenizer, progress=False), old[: len(old) // 2])
    penalty_on = _penalty_maker(training, model, tokenizer, old, seed)
    model = attach(model, training.method, seed=seed)
    anchor = snapshot(model)
    mix = mix_replay(task.examples, old, ratio=training.replay, unit=training.unit, passes=training.passes, seed=seed)
    config = TrainConfig(
        learning_rate=training.learning_rate, epochs=1, batch_tokens=BATCH_TOKENS, seed=seed, shuffle=False,
        weight_decay=training.weight_decay, patience=training.patience, eval_every=10,
    )  # fmt: skip
    validation = task.validation if training.patience else ()
    log = finetune(
        model, tokenizer, mix, config, evaluation=validation, penalty=penalty_on(model, anchor), progress=False
    )
    cost = {"tokens": int(log["tokens"].iloc[-1]), "steps": len(log), "seconds": perf_counter() - start}
    return model, tokenizer, {"anchor": anchor, **cost}


def _penalty_maker(
    training: Training, base: PreTrainedModel, tokenizer: PreTrainedTokenizerBase, old: list[Example], seed: int
):
    """A function (model, anchor) -> penalty or None; what needs the untouched base is computed now."""
    kl: Penalty | None = None
    if training.penalty == "kl":
        kl = kl_penalty(base, tokenizer, old[:KL_EXAMPLES], weight=training.strength)

    def make(model: PreTrainedModel, anchor: dict) -> Penalty | None:
        if training.penalty == "l2-sp":
            return l2_sp_penalty(anchor, weight=training.strength)
        if training.penalty.startswith("ewc"):
            labels = "gold" if "empirical" in training.penalty else "sampled"
            batches = answer_batches(old[:FISHER_EXAMPLES], tokenizer, size=1)
            fisher = diagonal_fisher(model, batches, answer_log_likelihood(labels, seed=seed))
            return ewc_penalty(anchor, normalised(fisher), weight=training.strength)
        return together(kl) if kl else None

    return make


def measure_arm(
    arm: Arm,
    model: PreTrainedModel,
    tokenizer: PreTrainedTokenizerBase,
    anchor: dict,
    task: Task,
    base: PreTrainedModel,
) -> dict:
    """Scores of one arm on every probe, and KL to the base on general prompts."""
    lora = arm.training.method != "full"
    with interpolated(model, None if lora else anchor, arm.share):
        chat = HFChat(model, tokenizer, progress=False)
        if arm.routed:
            chat = routed(task_router(task), chat, HFChat(base, tokenizer, progress=False))
        scores = ask_all(chat, task)
        kept = [e for suite in task.general for e in probe_examples(suite, KL_PROBES)]
        kl = None if arm.routed else mean_kl(base, model, tokenizer, kept)
    return {"scores": scores, "kl": kl}


def task_router(task: Task) -> Router:
    """A router that learned from training prompts and replay prompts, never from probes."""
    learned = [example.prompt for example in (*task.examples, *task.validation)]
    return Router(learned, [example.prompt for example in task.pool])


def ask_all(chat: Chat, task: Task) -> dict[str, list[int]]:
    """1 or 0 for every probe of every suite."""
    return {suite.name: answer_scores(chat, suite).astype(int).tolist() for suite in (*task.general, task.domain)}
