"""Who did what to which note, in a file that only grows: every record holds the hash of the one before it.

A record names the note by the digest of its text and the patient by a keyed hash, so the file holds no patient
text. Changing, removing or reordering records breaks the chain; records cut off at the end show when the last
hash that somebody kept elsewhere is compared (Schneier & Kelsey 1999, "Secure audit logs").
"""

import hashlib
import hmac
import json
import os
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from domainlab.errors import DataError

START = "0" * 64
EVENTS = ("drafted", "opened", "reviewed", "signed", "returned")


@dataclass(frozen=True, kw_only=True)
class AuditRecord:
    """One line of the file."""

    number: int  # from 1
    time: str  # UTC
    actor: str  # who, as an account name
    event: str  # one of EVENTS
    patient: str  # keyed hash of the patient id
    note: str  # digest of the note; "" where there is none
    before: str  # hash of the record before, START for the first
    hash: str  # of everything above


class AuditLog:
    """An append-only file of audit records; one process writes to it at a time."""

    def __init__(self, path: str | Path, *, key: bytes) -> None:
        """Open the file, or begin a new one.

        Args:
            path: of the file.
            key: for the hash of patient ids; without it nobody can try ids until one fits.

        Raises:
            DataError: the file was tampered with, or the key is shorter than 16 bytes.
        """
        if len(key) < 16:
            raise DataError(f"The audit key needs at least 16 bytes; got {len(key)}. Use secrets.token_bytes(32).")
        self.path, self._key = Path(path), key
        self.records = read_audit(self.path) if self.path.exists() else []

    @property
    def head(self) -> str:
        """The last hash: keep it elsewhere to notice when records are cut off."""
        return self.records[-1].hash if self.records else START

    def add(self, event: str, *, actor: str, patient_id: str, note: str = "") -> AuditRecord:
        """Append one record and wait until it is on disk.

        Raises:
            DataError: an unknown event, or nobody who did it.
        """
        if event not in EVENTS or not actor.strip():
            raise DataError(f"An audit record needs an actor and one of {', '.join(EVENTS)}; got {actor!r}, {event!r}.")
        patient = hmac.new(self._key, patient_id.encode(), hashlib.sha256).hexdigest()
        draft = AuditRecord(
            number=len(self.records) + 1, time=datetime.now(UTC).isoformat(timespec="seconds"), actor=actor,
            event=event, patient=patient, note=note, before=self.head, hash="",
        )  # fmt: skip
        record = AuditRecord(**{**asdict(draft), "hash": record_hash(draft)})
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self.path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(asdict(record)) + "\n")
            file.flush()
            os.fsync(file.fileno())
        self.records.append(record)
        return record


def record_hash(record: AuditRecord) -> str:
    """sha256 of a record without its own hash, as JSON with sorted keys."""
    content = {key: value for key, value in asdict(record).items() if key != "hash"}
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def read_audit(path: str | Path, *, head: str | None = None) -> list[AuditRecord]:
    """Every record of a file, after checking the chain.

    Args:
        path: of the file.
        head: the last hash as kept elsewhere; None skips that check.

    Raises:
        DataError: no such file, a line that is no record, a broken chain, or another last hash than `head`.
    """
    path = Path(path)
    if not path.is_file():
        raise DataError(f"{path}: no such audit file.")
    records, before = [], START
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        try:
            record = AuditRecord(**json.loads(line))
        except (ValueError, TypeError) as error:
            raise DataError(f"{path}, line {number}: not an audit record ({error}).") from error
        if record.number != number or record.before != before or record.hash != record_hash(record):
            raise DataError(f"{path}, line {number}: the chain is broken; a record was changed, removed or moved.")
        records.append(record)
        before = record.hash
    if head is not None and before != head:
        raise DataError(f"{path}: it does not end with the hash that was kept; records were cut off or added.")
    return records
