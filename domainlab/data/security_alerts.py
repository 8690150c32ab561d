"""Alerts and log lines with the ATT&CK technique that they point to, and everyday events that point to none.

Wordings, tactics and next steps lie in `facts/security_alert_*.tsv`. Every third wording of a technique is held
out, together with its names of hosts, accounts and files: a held-out alert shares neither with a training alert.
"""

import random
from collections import Counter
from dataclasses import dataclass

from domainlab.data.general import read_table
from domainlab.errors import ConfigError

SPLITS = ("train", "held_out")
NOTHING = "none"  # the technique of an event that needs no response
EVERY = 3  # one in so many wordings is held out
COPIES = 3  # alerts from a wording that has a blank
NAMES = {
    "train": {
        "host": ("FS-02", "web01", "LAPTOP-3381", "db-prod-4", "dc01.corp.example", "build7"),
        "user": ("jdoe", "svc_backup", "m.keller", "admin2", "root", "contractor5"),
        "ip": ("203.0.113.17", "198.51.100.200", "10.4.7.31", "192.0.2.66"),
        "file": ("update.exe", "a1.dll", "report.js", "svch0st.exe", "/tmp/.x/run", "help.php"),
        "n": ("14", "60", "320", "7"),
    },
    "held_out": {
        "host": ("mail-gw", "PC-0092", "k8s-node-3", "files.example.org"),
        "user": ("amina.t", "oracle", "helpdesk1", "pwong"),
        "ip": ("198.51.100.9", "10.20.0.5", "203.0.113.140"),
        "file": ("invoice.scr", "libz3.so", "theme.aspx", "tool.ps1"),
        "n": ("25", "480", "1200"),
    },
}


@dataclass(frozen=True, kw_only=True)
class Alert:
    """A short alert or log text; `technique` is an ATT&CK id or NOTHING, `group` the wording."""

    id: str
    text: str
    technique: str
    group: str


@dataclass(frozen=True, kw_only=True)
class Response:
    """What an alert of one technique is part of, and what a defender does next."""

    technique: str
    tactic: str
    step: str


def security_alerts(*, split: str, seed: int = 0) -> list[Alert]:
    """Alerts of one side of the split, in an order that `seed` decides.

    Raises:
        ConfigError: `split` is neither "train" nor "held_out".
    """
    if split not in SPLITS:
        raise ConfigError(f"split must be one of {', '.join(SPLITS)}; got {split!r}.")
    draw, seen, alerts = random.Random(f"{split} {seed}"), Counter(), {}
    for number, row in enumerate(read_table("security_alert_wordings")):
        technique, wording = row["technique"], row["wording"]
        seen[technique] += 1
        if (seen[technique] % EVERY == 0) != (split == "held_out"):
            continue
        for copy in range(COPIES if "{" in wording else 1):
            text = wording.format(**{slot: draw.choice(values) for slot, values in NAMES[split].items()})
            name = f"{technique}-{split}-{number}-{copy}"
            alerts.setdefault(text, Alert(id=name, text=text, technique=technique, group=wording))
    made = list(alerts.values())
    draw.shuffle(made)
    return made


def responses() -> dict[str, Response]:
    """Technique id (or NOTHING) -> its tactic and the next defensive step."""
    return {row["technique"]: Response(**row) for row in read_table("security_alert_steps")}
