"""The writer: the base model with a LoRA adapter, trained once per base model on made-up charts and then kept.

The adapter lies in a cache folder under a name made from the digests of base, data and settings: another base or
another house style trains another adapter, and a folder that is there is always a finished one.
"""

import hashlib
import json
import os
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from transformers import PreTrainedModel, PreTrainedTokenizerBase

from domainlab.assist.assistant import Material, gather
from domainlab.assist.knowledge import Find
from domainlab.assist.remarks import Search
from domainlab.assist.variety import varied_facts
from domainlab.assist.writer import training_examples
from domainlab.chat import HFChat
from domainlab.data.chart import Chart
from domainlab.data.fhir_read import read_charts
from domainlab.data.fhir_write import patient_bundle
from domainlab.data.patients import LAST_DAY, Patient, synthetic_patients
from domainlab.models import base_digest, load_base
from domainlab.records import Example
from domainlab.settings import ROOT, Scale
from domainlab.train.attach import attach
from domainlab.train.config import TrainConfig
from domainlab.train.encode import data_digest
from domainlab.train.finetune import finetune
from domainlab.train.save import load_adapter, save_adapter

TRAINING_SEED = 1  # of the patients that the writer learns from; the repository's own have seed 0
CHARTS, EXAMPLES = 40, 90  # course patients, and examples of each sort: theirs, and in other systems' wording


def charts_of(patients: Sequence[Patient]) -> list[Chart]:
    """Made-up patients as charts, by way of their FHIR bundles: what the assistant reads in earnest, too."""
    today = LAST_DAY.isoformat()
    return [chart for patient in patients for chart in read_charts(patient_bundle(patient), today=today)]


def writer_examples(
    *, size: int, find: Find, search: Search, seed: int = 0, most: int = EXAMPLES, charts: int = CHARTS
) -> list[Example]:
    """Training pairs, half of them from patients like the course's, half in names and numbers of other systems.

    The patients come from another seed than those that notes are measured on.

    Args:
        size: most facts in a prompt.
        find: guidelines.
        search: over earlier sentences.
        seed: of the choice of pairs.
        most: pairs of each sort.
        charts: patients of the first sort; the second has twice as many.
    """
    students = synthetic_patients(charts, seed=TRAINING_SEED)
    own = [gather(chart, find=find, search=search).facts for chart in charts_of(students)]
    others = [varied_facts(seed, number) for number in range(2 * charts)]
    both = [training_examples(facts, size=size, seed=seed, most=most) for facts in (own, others)]
    return [example for pair in zip(*both, strict=True) for example in pair]


def train_writer(
    model: PreTrainedModel,
    tokenizer: PreTrainedTokenizerBase,
    examples: Sequence[Example],
    scale: Scale,
    *,
    seed: int = 0,
) -> PreTrainedModel:
    """Put a fresh LoRA adapter on the base and train it; the model comes back in eval mode."""
    tuned = attach(model, "lora", rank=scale.lora_rank, seed=seed)
    finetune(tuned, tokenizer, examples, writer_config(scale, seed=seed))
    return tuned.eval()


def writer_config(scale: Scale, *, seed: int = 0) -> TrainConfig:
    """How the writer is trained at a scale."""
    return TrainConfig(learning_rate=scale.learning_rate, epochs=2, batch_tokens=scale.batch_tokens, seed=seed)


def cached_writer(scale: Scale, *, find: Find, search: Search, cache: Path | None = None) -> HFChat:
    """The trained writer from the cache; trained now, with a progress bar, where it is not there yet.

    Args:
        scale: which base model, and how it is trained.
        find: guidelines, for the training charts.
        search: over earlier sentences, for the training charts.
        cache: folder for adapters; None takes DOMAINLAB_CACHE, or build/writers in the repository.
    """
    model, tokenizer = load_base(scale.base_model, revision=scale.revision, device=scale.device, dtype=scale.dtype)
    examples = writer_examples(size=scale.passages, find=find, search=search)
    config = writer_config(scale)
    key = json.dumps([base_digest(model), data_digest(examples), asdict(config), scale.lora_rank], sort_keys=True)
    home = cache or Path(os.environ.get("DOMAINLAB_CACHE", ROOT / "build" / "writers"))
    folder = home / hashlib.sha256(key.encode()).hexdigest()[:16]
    if folder.exists():
        return HFChat(load_adapter(model, folder), tokenizer)
    home.mkdir(parents=True, exist_ok=True)
    tuned = train_writer(model, tokenizer, examples, scale)
    save_adapter(tuned, folder, base=scale.base_model, examples=examples, config=config, scores={})
    return HFChat(tuned, tokenizer)


def materials_of(charts: Sequence[Chart], *, find: Find, search: Search) -> list[Material]:
    """What the notes of several charts are made of; each from its own chart only."""
    return [gather(chart, find=find, search=search) for chart in charts]
