"""Every cure, every seed, on one base: python -m domainlab.forget.record writes data/results/forgetting.json.

It may be killed and called again: each finished training lies in build/forgetting/ and is not done twice. The
record keeps machine, date, and digests of what decides the result: code, data and base model.
"""

import argparse
import ast
import hashlib
import json
import logging
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict
from datetime import UTC, datetime
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from time import perf_counter

import torch
from tqdm import tqdm

from domainlab.chat import HFChat
from domainlab.data.read import write_text
from domainlab.errors import ConfigError
from domainlab.forget.arms import Arm, Task, Training, ask_all, measure_arm, medical_task, train_once
from domainlab.forget.cures import ARMS
from domainlab.lab.claims import machine_name
from domainlab.memory import keep_freed_memory
from domainlab.models import base_digest, load_base
from domainlab.settings import ROOT, SCALES

RECORD = ROOT / "data" / "results" / "forgetting.json"
PARTS = ROOT / "build" / "forgetting"
BASE = SCALES["tiny"].base_model
SEEDS = SCALES["tiny"].seeds
DECIDING = (
    "arms",
    "cures",
    "drift",
    "fisher",
    "general_suites",
    "interpolate",
    "penalty",
    "replay",
    "route",
    "schedule",
)
DOCUMENTED = (ast.Module, ast.ClassDef, ast.FunctionDef)
log = logging.getLogger(__name__)


def code_digest() -> str:
    """sha256 of the files that decide the result, without comments, docstrings and formatting."""
    files = [Path(__file__).with_name(f"{name}.py") for name in DECIDING]
    return text_digest("\n".join(bare_code(file.read_text(encoding="utf-8")) for file in files))


def bare_code(source: str) -> str:
    """What a file does, without what it says: comments, docstrings, formatting.

    >>> bare_code("x = 1  # one") == bare_code("x  =  1"), bare_code("x = 1") == bare_code("x = 2")
    (True, False)
    """
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, DOCUMENTED) and ast.get_docstring(node) is not None:
            node.body = node.body[1:]
    return ast.dump(tree)


def text_digest(text: str) -> str:
    """sha256 of a text."""
    return hashlib.sha256(text.encode()).hexdigest()


def task_digest(task: Task) -> str:
    """sha256 of everything that is trained on and asked."""
    return text_digest(json.dumps(asdict(task), sort_keys=True))


def digests(task: Task) -> dict[str, str]:
    """What the record depends on."""
    return {"code": code_digest(), "data": task_digest(task), "model": base_digest(BASE)}


def run_training(training: Training, arms: Sequence[Arm], seed: int, part: Path) -> None:
    """Train once, measure every arm of this training, and leave the result in `part`."""
    keep_freed_memory()
    task, (base, _) = medical_task(), load_base(BASE)
    model, tokenizer, run = train_once(partial(load_base, BASE), task, training, seed)
    cost = {name: run[name] for name in ("tokens", "steps", "seconds")}
    rows = {}
    for arm in arms:
        measured = measure_arm(arm, model, tokenizer, run["anchor"], task, base)
        scores = {suite: "".join(map(str, values)) for suite, values in measured["scores"].items()}
        rows[arm.name] = {"scores": scores, "kl": measured["kl"], **cost}
    write_text(part, json.dumps(rows))


def one_thread() -> None:
    """For a worker that shares the machine with others."""
    torch.set_num_threads(1)


def run_all(arms: Sequence[Arm], seeds: Sequence[int], stamp: str, jobs: int) -> dict[tuple[str, int], dict]:
    """Results by (arm, seed); what an earlier call finished is read."""
    trainings: dict[Training, list[Arm]] = {}
    for arm in arms:
        trainings.setdefault(arm.training, []).append(arm)
    parts = {
        (training, seed): PARTS / f"{text_digest(f'{stamp} {training} {seed} {members}')[:24]}.json"
        for seed in seeds
        for training, members in trainings.items()
    }
    missing = [key for key, part in parts.items() if not part.is_file()]
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn"), initializer=one_thread) as pool:
        work = [pool.submit(run_training, t, trainings[t], seed, parts[t, seed]) for t, seed in missing]
        for done in tqdm(work, desc="trainings", unit="run", disable=None):
            done.result()
    return {
        (name, seed): row
        for (_, seed), part in parts.items()
        for name, row in json.loads(part.read_text(encoding="utf-8")).items()
    }


def base_scores(task: Task) -> dict[str, str]:
    """The untrained base on every probe."""
    model, tokenizer = load_base(BASE)
    return {
        suite: "".join(map(str, values))
        for suite, values in ask_all(HFChat(model, tokenizer, progress=False), task).items()
    }


def make_record(arms: Sequence[Arm], seeds: Sequence[int], *, jobs: int) -> dict:
    """Run what is missing and put everything together."""
    start, task = perf_counter(), medical_task()
    made_from = digests(task)
    results = run_all(arms, seeds, json.dumps(made_from), jobs)
    if digests(task) != made_from:
        raise ConfigError("Code, data or base model changed while the record was made; run the command again.")
    return {
        "made_from": made_from, "machine": machine_name(), "date": datetime.now(UTC).date().isoformat(),
        "minutes": round((perf_counter() - start) / 60, 1), "seeds": list(seeds),
        "chance": {suite.name: suite.chance for suite in (*task.general, task.domain)}, "domain": task.domain.name,
        "base": base_scores(task),
        "arms": [
            {"name": arm.name, "family": arm.family, "runs": [results[arm.name, seed] for seed in seeds]}
            for arm in arms
        ],
    }  # fmt: skip


def main(arguments: list[str] | None = None) -> None:
    """The command."""
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    parser = argparse.ArgumentParser(prog="python -m domainlab.forget.record", description=__doc__.splitlines()[0])
    parser.add_argument("--jobs", type=int, default=2, help="trainings at the same time, one core each")
    parser.add_argument("--seeds", type=int, nargs="+", default=list(SEEDS))
    parser.add_argument("--only", nargs="+", help="names of arms, to try them; writes no record")
    options = parser.parse_args(arguments)
    arms = [arm for arm in ARMS if not options.only or arm.name in options.only]
    record = make_record(arms, options.seeds, jobs=options.jobs)
    if options.only:
        log.info("%s", json.dumps(record["arms"]))
        return
    write_text(RECORD, json.dumps(record, indent=1) + "\n")
    log.info("wrote %s after %s minutes", RECORD, record["minutes"])


if __name__ == "__main__":
    main()
