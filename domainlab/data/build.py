"""Write the worlds as files: `data/general`, `data/medical` and `data/security`, each with its card.

Everything comes from code, hand-written tables and fixed seeds, so a second run writes the same bytes.
"""

import json
import logging
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from domainlab.data.arithmetic import arithmetic_questions
from domainlab.data.bulletin import bulletin_documents, changing_questions
from domainlab.data.cards import write_card
from domainlab.data.copying import copy_examples
from domainlab.data.fhir_write import patient_bundle
from domainlab.data.formats import format_examples
from domainlab.data.general import general_questions
from domainlab.data.medical import LICENCE, stable_documents, stable_questions, unanswerable_questions
from domainlab.data.medical_facts import guidelines, interactions
from domainlab.data.patients import synthetic_patients
from domainlab.data.read import write_jsonl, write_text
from domainlab.data.reading import ReadingItem, reading_items
from domainlab.data.security import bulletins, knowledge_documents, security_questions
from domainlab.data.security_facts import attack_links
from domainlab.data.security_pairs import code_pairs
from domainlab.records import Example

COMMAND = "python -m domainlab.data"
SEED = 0
SIDES = ("train", "held_out")  # of wordings, and of made-up names and values
MONTHS = (1, 2, 3)
PATIENTS = 120
BUNDLES, BUNDLE_SEED = 6, 2  # FHIR bundles for `python -m domainlab.assist`, of other patients than those above
TASKS = 300  # items per generated general task and side
GENERAL_SOURCE = "hand-written tables of general knowledge (domainlab/data/facts) and generated tasks"
MEDICAL_SOURCE = (
    "hand-written tables of textbook facts (domainlab/data/facts/medical_*.tsv, which name where such "
    "facts are found), the bulletin of a clinic that does not exist, made-up patients; for teaching only"
)
SECURITY_SOURCE = (
    "code written for this project (domainlab/data/weaknesses); sentences of our own about facts from the CWE list, "
    "CAPEC 3.9 and ATT&CK 18.1 of MITRE and from the PyPA advisory database, whose weaknesses we set from their texts"
)
SECURITY_LICENCE = (
    "Apache-2.0 for code and sentences. CWE, CAPEC and ATT&CK numbers, names and links: (c) The MITRE Corporation. "
    "This work is reproduced and distributed with the permission of The MITRE Corporation. Facts of advisories: PyPA "
    "advisory database, CC BY 4.0"
)
log = logging.getLogger(__name__)


def build_general(folder: str | Path) -> None:
    """Write the general world: questions in both sets of wordings, arithmetic, and tasks of each skill."""
    files: dict[str, Sequence[Any]] = {}
    for side in SIDES:
        files[f"questions_{side}"] = general_questions(wordings=side, seed=SEED)
        files[f"arithmetic_{side}"] = arithmetic_questions(TASKS, split=side, seed=SEED)
        files[f"reading_{side}"] = [_example(item) for item in reading_items(TASKS, split=side, seed=SEED)]
        files[f"copying_{side}"] = copy_examples(TASKS, split=side, seed=SEED)
        files[f"formats_{side}"] = format_examples(TASKS, split=side, seed=SEED)
    _write(Path(folder), files, GENERAL_SOURCE)


def build_medical(folder: str | Path) -> None:
    """Write the medical world: documents, bulletins of three months, questions, tables and patients."""
    files: dict[str, Sequence[Any]] = {
        "documents": stable_documents(), "interactions": interactions(), "guidelines": guidelines(),
        "patients": synthetic_patients(PATIENTS, seed=SEED),
    }  # fmt: skip
    for side in SIDES:
        files[f"questions_{side}"] = stable_questions(wordings=side)
        files[f"unanswerable_{side}"] = unanswerable_questions(wordings=side, seed=SEED)
    for month in MONTHS:
        files[f"bulletin_month{month}"] = bulletin_documents(month, seed=SEED)
        for side in SIDES:
            files[f"changing_month{month}_{side}"] = changing_questions(month, wordings=side, seed=SEED)
    for patient in synthetic_patients(BUNDLES, seed=BUNDLE_SEED):
        text = json.dumps(patient_bundle(patient), indent=1) + "\n"
        write_text(Path(folder) / "bundles" / f"{patient.id}.json", text)
    _write(Path(folder), files, MEDICAL_SOURCE)


def build_security(folder: str | Path) -> None:
    """Write the security world: code pairs, questions, documents, bulletins and links to techniques."""
    files: dict[str, Sequence[Any]] = {
        "knowledge": knowledge_documents(), "bulletins": bulletins(), "attack_links": attack_links(),
    }  # fmt: skip
    for side in SIDES:
        files[f"questions_{side}"] = security_questions(wordings=side)
        files[f"pairs_{side}"] = code_pairs(side)
    _write(Path(folder), files, SECURITY_SOURCE, SECURITY_LICENCE)


def _example(item: ReadingItem) -> Example:
    question = item.question
    return Example(
        id=question.id, prompt=item.prompt, response=item.response, domain="general", group=question.group
    )  # fmt: skip


def _write(folder: Path, files: dict[str, Sequence[Any]], source: str, licence: str = LICENCE) -> None:
    for name, records in files.items():
        write_jsonl(folder / f"{name}.jsonl", records)
    card = write_card(folder, source=source, licence=licence, made_by=COMMAND)
    log.info("wrote %d records in %d files to %s", sum(card["rows"].values()), len(files), folder)
