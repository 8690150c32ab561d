"""How many examples the note writer needs: python -m domainlab.assist.curve writes data/results/writer_curve.json.

Every training is shown the same number of examples; a small set is shown again and again, so what differs is how
much there is to see. The command may be killed and called again: each finished training lies in build/writer_curve/.
"""

import argparse
import json
import logging
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime
from functools import cache
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import pandas as pd
import torch
from tqdm import tqdm

from domainlab.assist.adapter import charts_of, materials_of, writer_examples
from domainlab.assist.assistant import Material
from domainlab.assist.knowledge import Find
from domainlab.assist.library import guideline_finder, sentence_search
from domainlab.assist.remarks import Search
from domainlab.assist.score import draft_scores, write_drafts
from domainlab.chat import Chat, HFChat
from domainlab.data.arithmetic import arithmetic_questions
from domainlab.data.general import general_questions
from domainlab.data.patients import synthetic_patients
from domainlab.data.read import write_text
from domainlab.errors import DataError
from domainlab.evaluate.compare import bootstrap_seeds
from domainlab.evaluate.text import exact_match_score
from domainlab.lab.claims import machine_name
from domainlab.memory import keep_freed_memory
from domainlab.models import base_digest, load_base
from domainlab.records import Example
from domainlab.retrieve.embed import SentenceEmbedder
from domainlab.settings import ROOT, SCALES
from domainlab.train.attach import attach
from domainlab.train.config import TrainConfig
from domainlab.train.encode import data_digest
from domainlab.train.finetune import finetune

RECORD = ROOT / "data" / "results" / "writer_curve.json"
PARTS = ROOT / "build" / "writer_curve"
SCALE = SCALES["tiny"]
SIZES = (50, 200, 500, 2000)
SHOWN = 2000  # examples in one training, whatever the size of the set
STUDENTS = 160  # charts that the largest set is made from
SAMPLED = 8  # charts by which a change of the examples' form is noticed
ASKED = 24  # held-out charts whose notes are scored
PROBES = 64  # general questions, and as many sums
log = logging.getLogger(__name__)


@cache
def searches() -> tuple[Find, Search]:
    """How charts are read, once per process."""
    embed = SentenceEmbedder()
    return guideline_finder(embed), sentence_search(embed)


def examples_of(most: int, charts: int) -> list[Example]:
    """Training pairs of the note writer."""
    find, search = searches()
    return writer_examples(size=SCALE.passages, find=find, search=search, most=most // 2, charts=charts)


@cache
def curve_data() -> tuple[list[Example], list[Material]]:
    """The largest training set, whose first `n` are the set of size `n`, and the charts that are asked."""
    find, search = searches()
    asked = charts_of(synthetic_patients(ASKED, seed=0))
    return examples_of(max(SIZES), STUDENTS), materials_of(asked, find=find, search=search)


def digests() -> dict[str, str]:
    """What the record depends on; the data by a sample that is quickly made."""
    return {"data": data_digest(examples_of(SAMPLED, SAMPLED)), "model": base_digest(SCALE.base_model)}


def general_scores(chat: Chat) -> list[int]:
    """1 for each general question or sum that is answered right, `(2 * PROBES,)`."""
    questions = general_questions(wordings="held_out", seed=0)[:PROBES]
    questions += arithmetic_questions(PROBES, split="held_out", seed=0)
    said = chat([question.text for question in questions], max_new_tokens=16)
    return exact_match_score(said, [[q.answer, *q.aliases] for q in questions]).astype(int).tolist()


def run_one(size: int, seed: int, part: Path) -> None:
    """Train on the first `size` examples, measure notes and general skills, and leave the result in `part`."""
    torch.set_num_threads(1)
    keep_freed_memory()
    examples, materials = curve_data()
    model, tokenizer = load_base(SCALE.base_model)
    config = TrainConfig(
        learning_rate=SCALE.learning_rate, epochs=SHOWN // size, batch_tokens=SCALE.batch_tokens, seed=seed
    )
    tuned = attach(model, "lora", rank=SCALE.lora_rank, seed=seed)
    training = finetune(tuned, tokenizer, examples[:size], config, progress=False)
    chat = HFChat(tuned.eval(), tokenizer, progress=False)
    notes = draft_scores(write_drafts(materials, chat, size=SCALE.passages))["fact_and_format_score"]
    result = {
        "size": size, "seed": seed, "notes": notes.round(4).tolist(), "general": general_scores(chat),
        "tokens": int(training["tokens"].iloc[-1]), "seconds": round(float(training["seconds"].iloc[-1]), 1),
    }  # fmt: skip
    write_text(part, json.dumps(result))


def make_record(sizes: Sequence[int], seeds: Sequence[int], *, jobs: int) -> dict:
    """Run what is missing and put everything together."""
    made_from = digests()
    stamp = "-".join(digest[:12] for digest in made_from.values())
    parts = {(size, seed): PARTS / f"{stamp}-{size}-{seed}.json" for seed in seeds for size in sizes}
    missing = [key for key, part in parts.items() if not part.is_file()]
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool:
        work = [pool.submit(run_one, size, seed, parts[size, seed]) for size, seed in missing]
        for done in tqdm(work, desc="trainings", unit="run", disable=None):
            done.result()
    model, tokenizer = load_base(SCALE.base_model)
    return {
        "made_from": made_from, "machine": machine_name(), "date": datetime.now(UTC).date().isoformat(),
        "shown": SHOWN, "base_general": general_scores(HFChat(model, tokenizer, progress=False)),
        "runs": [json.loads(part.read_text(encoding="utf-8")) for part in parts.values()],
    }  # fmt: skip


def curve_table(record: Path = RECORD) -> pd.DataFrame:
    """The record for a figure: one row per measure and size, with arm, examples, mean, low and high (all shares).

    Raises:
        DataError: there is no record, or it is cut off.
    """
    try:
        runs = pd.DataFrame(json.loads(record.read_text(encoding="utf-8"))["runs"]).groupby("size")
    except (OSError, ValueError, KeyError) as error:
        raise DataError(f"{record} is no learning curve ({error}); run `python -m domainlab.assist.curve`.") from error
    measures = {"notes, facts in form": "notes", "then: general skills": "general"}
    return pd.DataFrame([
        {"arm": arm, "examples": size, **vars(bootstrap_seeds(np.array(rows[column].tolist())))}
        for arm, column in measures.items() for size, rows in runs
    ])  # fmt: skip


def main() -> None:
    """The command."""
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    parser = argparse.ArgumentParser(prog="python -m domainlab.assist.curve", description=__doc__.splitlines()[0])
    parser.add_argument("--jobs", type=int, default=2, help="trainings at the same time, one core each")
    record = make_record(SIZES, SCALE.seeds, jobs=parser.parse_args().jobs)
    write_text(RECORD, json.dumps(record, indent=1) + "\n")
    log.info("wrote %s", RECORD)


if __name__ == "__main__":
    main()
