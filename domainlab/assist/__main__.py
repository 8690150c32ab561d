"""Write a progress note for every patient of a folder of FHIR R4 bundles.

    python -m domainlab.assist data/medical/bundles --out build/notes

One text file per patient, `skipped.json` with everything that was not read, and `audit.jsonl`. Exit code: 0 a note
for every patient, 1 something was skipped that may be a patient, 2 it could not begin.
"""

import argparse
import datetime
import hashlib
import json
import re
import secrets
import sys
from itertools import islice
from pathlib import Path

from tqdm.auto import tqdm

from domainlab.assist.adapter import cached_writer, materials_of
from domainlab.assist.assistant import draft_notes
from domainlab.assist.audit import AuditLog
from domainlab.assist.library import guideline_finder, sentence_search
from domainlab.assist.note import Note, note_text
from domainlab.assist.signoff import file_draft
from domainlab.data.fhir_folder import Skipped, read_folder
from domainlab.data.read import write_text
from domainlab.errors import DomainlabError
from domainlab.retrieve.embed import SentenceEmbedder
from domainlab.settings import current_scale

AT_ONCE = 16  # patients whose portions go to the writer together


def main(arguments: list[str] | None = None) -> int:
    """The command; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m domainlab.assist", description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("folder", type=Path, help="with FHIR R4 bundles, *.json")
    parser.add_argument("--out", type=Path, required=True, help="folder for the notes; made if it is not there")
    parser.add_argument(
        "--today", default=datetime.date.today().isoformat(), help="ISO day; later entries are not used"
    )
    options = parser.parse_args(arguments)
    try:
        skipped = write_notes(options.folder, options.out, today=options.today)
    except DomainlabError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    lost = {name: reason for name, reason in skipped.files.items() if reason != "no patient in it"}
    return 1 if lost else 0


def write_notes(folder: Path, out: Path, *, today: str) -> Skipped:
    """Write the notes and the report of what was skipped; files of an earlier run are replaced one by one."""
    skipped = Skipped()
    charts = read_folder(folder, today=today, skipped=skipped)
    first = list(islice(charts, AT_ONCE))  # reading begins before a writer is trained: a wrong folder is told at once
    embed = SentenceEmbedder()
    find, search = guideline_finder(embed), sentence_search(embed)
    scale = current_scale()
    chat = cached_writer(scale, find=find, search=search)
    log = AuditLog(out / "audit.jsonl", key=_key(out))
    written = 0
    with tqdm(desc="notes", unit="note", delay=2) as bar:
        batch = first
        while batch:
            for note in draft_notes(materials_of(batch, find=find, search=search), chat, size=scale.passages):
                write_text(out / f"{file_name(note)}.txt", note_text(note))
                file_draft(note, log, by="domainlab.assist")
            written += len(batch)
            bar.update(len(batch))
            batch = list(islice(charts, AT_ONCE))
    write_text(out / "skipped.json", json.dumps(report(skipped), indent=2, ensure_ascii=False) + "\n")
    sys.stdout.write(summary(skipped, written))
    return skipped


def file_name(note: Note) -> str:
    """A patient id as a file name; ids that are none become a digest."""
    if re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9.-]{0,63}", note.patient_id):
        return note.patient_id
    return hashlib.sha256(note.patient_id.encode()).hexdigest()[:16]


def report(skipped: Skipped) -> dict:
    """What was skipped, as JSON."""
    return {
        "files": skipped.files, "resources": dict(sorted(skipped.resources.items())),
        "problems": {name: list(problems) for name, problems in skipped.problems.items()},
    }  # fmt: skip


def summary(skipped: Skipped, written: int) -> str:
    """The lines at the end of the run."""
    lines = [f"{written} notes written; {len(skipped.files)} files without a new patient"]
    lines += [f"  {name}: {reason}" for name, reason in skipped.files.items()]
    lines.append(f"{skipped.resources.total()} resources not read, by type:")
    lines += [f"  {count:6d} {kind}" for kind, count in skipped.resources.most_common()]
    lines.append(
        f"{sum(map(len, skipped.problems.values()))} entries of {len(skipped.problems)} patients could not be used"
    )
    return "\n".join(lines) + "\n"


def _key(out: Path) -> bytes:
    """The key of this folder's audit file, made on first use and readable by the owner only."""
    path = out / ".audit-key"
    if not path.exists():
        write_text(path, secrets.token_hex(32))
        path.chmod(0o600)
    return bytes.fromhex(path.read_text(encoding="utf-8").strip())


if __name__ == "__main__":
    sys.exit(main())
