"""Write the requests and alerts to `data/security_assistant`, and the card of all that lies there.

`python -m domainlab.data.build_assistant` comes last: the card also holds the checksums of the taught models, which
`python -m domainlab.review.detector_train`, `.assistant_train` and `.triage_train` make.
"""

import logging
from pathlib import Path

from domainlab.data.cards import write_card
from domainlab.data.general import read_table
from domainlab.data.read import write_jsonl
from domainlab.data.security_alerts import Alert, security_alerts
from domainlab.data.security_requests import SPLITS, Request, security_requests
from domainlab.settings import ROOT

FOLDER = ROOT / "data" / "security_assistant"
SOURCE = (
    "hand-written wordings and topics (domainlab/data/facts/security_request_*.tsv, security_alert_*.tsv), and models "
    "taught on their training side: intent (MiniLM with LoRA), triage and detector (linear heads)"
)
LICENCE = "Apache-2.0; ids and names of techniques (c) The MITRE Corporation"
COMMAND = "python -m domainlab.data.build_assistant"


def free_requests() -> list[Request]:
    """Requests written freely, without a wording or a topic of the tables: for measuring only."""
    rows = enumerate(read_table("security_request_free"))
    return [
        Request(id=f"free-{at}", text=r["text"], label=r["label"], kind="free", group=f"free-{at}") for at, r in rows
    ]


def free_alerts() -> list[Alert]:
    """Alerts written freely: for measuring only."""
    rows = enumerate(read_table("security_alert_free"))
    return [Alert(id=f"free-{at}", text=r["text"], technique=r["technique"], group=f"free-{at}") for at, r in rows]


def build_assistant(folder: str | Path = FOLDER) -> None:
    """Write the files of requests and alerts, and the card of the folder."""
    folder = Path(folder)
    for split in SPLITS:
        write_jsonl(folder / f"requests_{split}.jsonl", security_requests(split=split))
        write_jsonl(folder / f"alerts_{split}.jsonl", security_alerts(split=split))
    write_jsonl(folder / "requests_free.jsonl", free_requests())
    write_jsonl(folder / "alerts_free.jsonl", free_alerts())
    write_card(folder, source=SOURCE, licence=LICENCE, made_by=COMMAND)


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    build_assistant()
