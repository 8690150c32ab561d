"""Made-up patients for the clinical notes assistant: plausible numbers, and gaps as in real charts.

Surnames say that the person is invented. Usual doses come from `facts/medical_regimens.tsv`, ranges of
vitals and labs from `facts/medical_measurements.tsv`. Not a model of disease: each value is drawn alone.
"""

import datetime
import random
from dataclasses import dataclass

from domainlab.data.medical_facts import slug, table
from domainlab.errors import ConfigError

FIRST_NAMES = (
    "Aster", "Birch", "Briar", "Clover", "Coral", "Dune", "Ember", "Fennel", "Flint", "Heath", "Indigo",
    "Juniper", "Lark", "Linden", "Marlow", "Onyx", "Pebble", "Quill", "Reed", "Robin", "Rowan", "Saffron",
    "Sorrel", "Sparrow", "Tansy", "Thistle", "Vesper", "Wren", "Yarrow", "Zephyr",
)  # fmt: skip
LAST_NAMES = (
    "Demoson", "Dummywell", "Fictionby", "Madeupton", "Mockridge", "Notreal", "Placeholder", "Pretendly",
    "Samplewood", "Testwell",
)  # fmt: skip
ALLERGIES = ("penicillin", "sulfa drugs", "latex", "peanuts", "codeine", "iodine contrast")
GENERAL_COMPLAINTS = (
    "headache",
    "back pain",
    "tiredness",
    "sore throat",
    "cough",
    "stomach pain",
    "poor sleep",
)
LAST_DAY = datetime.date(2031, 3, 31)  # no visit is later
MISSING_VITAL, MISSING_LAB, MISSING_ALLERGIES, MISSING_COMPLAINT = 0.1, 0.25, 0.15, 0.05  # chance of a gap


@dataclass(frozen=True, kw_only=True)
class Measurement:
    """One dated value with its unit."""

    date: str  # ISO day
    name: str
    value: float
    unit: str


@dataclass(frozen=True, kw_only=True)
class Medication:
    """A drug that the patient takes, and for what."""

    drug: str
    dose: str
    frequency: str
    condition: str
    since: str  # ISO day


@dataclass(frozen=True, kw_only=True)
class Patient:
    """One made-up chart; what was not recorded is absent from `vitals` and `labs`, "" or None elsewhere."""

    id: str
    name: str
    birth_date: str  # ISO day
    sex: str  # "female" or "male"
    conditions: tuple[str, ...]
    medications: tuple[Medication, ...]
    allergies: tuple[str, ...] | None  # () = none known, None = not recorded
    vitals: tuple[Measurement, ...]  # oldest first
    labs: tuple[Measurement, ...]  # oldest first
    visit_date: str  # ISO day of the last visit
    chief_complaint: str


def synthetic_patients(n: int, *, seed: int) -> list[Patient]:
    """`n` made-up adult patients; the first patients are the same whatever `n` is.

    Raises:
        ConfigError: `n` is below 1.
    """
    if n < 1:
        raise ConfigError(f"n must be at least 1 patient, got {n}.")
    symptoms = {row["condition"]: row["symptom"] for row in table("conditions")}
    regimens, ranges = table("regimens"), table("measurements")
    return [_patient(number, seed, regimens, ranges, symptoms) for number in range(1, n + 1)]


def _patient(
    number: int, seed: int, regimens: list[dict], ranges: list[dict], symptoms: dict[str, str]
) -> Patient:
    rng = random.Random(f"patient {seed} {number}")
    name = f"{rng.choice(FIRST_NAMES)} {rng.choice(LAST_NAMES)}"
    visits = _visits(rng)
    born = datetime.date(2031, 1, 1) - datetime.timedelta(days=rng.randint(19 * 366, 89 * 365))
    treated = sorted({row["condition"] for row in regimens})
    conditions = tuple(rng.sample(treated, rng.choice((0, 1, 1, 2, 2, 3))))
    vitals, labs = (
        _measure(rng, [row for row in ranges if row["sort"] == sort], conditions, visits, gap)
        for sort, gap in (("vital", MISSING_VITAL), ("lab", MISSING_LAB))
    )
    allergies = tuple(sorted(rng.sample(ALLERGIES, rng.choice((0, 0, 1, 1, 2)))))
    complaint = rng.choice([symptoms[c] for c in conditions if c in symptoms] or GENERAL_COMPLAINTS)
    days = rng.randint(2, 14)
    return Patient(
        id=f"patient-{number:03d}-{slug(name)}", name=name, birth_date=born.isoformat(),
        sex=rng.choice(("female", "male")), conditions=conditions,
        medications=tuple(_medication(rng, condition, regimens, visits[0]) for condition in conditions),
        allergies=None if rng.random() < MISSING_ALLERGIES else allergies, vitals=vitals, labs=labs,
        visit_date=visits[-1].isoformat(),
        chief_complaint="" if rng.random() < MISSING_COMPLAINT else f"{complaint} for {days} days",
    )  # fmt: skip


def _visits(rng: random.Random) -> list[datetime.date]:
    """One to four days of the last two years, oldest first, the last within three months of the end."""
    last = LAST_DAY - datetime.timedelta(days=rng.randint(0, 89))
    earlier = rng.sample(range(30, 700), rng.randint(0, 3))
    return sorted([last, *(last - datetime.timedelta(days=days) for days in earlier)])


def _medication(rng: random.Random, condition: str, regimens: list[dict], visit: datetime.date) -> Medication:
    row = rng.choice([row for row in regimens if row["condition"] == condition])
    since = visit - datetime.timedelta(days=rng.randint(0, 900))
    return Medication(
        drug=row["drug"],
        dose=row["dose"],
        frequency=row["frequency"],
        condition=condition,
        since=since.isoformat(),
    )


def _measure(
    rng: random.Random,
    ranges: list[dict],
    conditions: tuple[str, ...],
    visits: list[datetime.date],
    gap: float,
) -> tuple[Measurement, ...]:
    """A level per measurement, in the range of the patient's condition where it has one, with noise."""
    chosen = {row["name"]: row for row in ranges if row["condition"] == "*"}
    chosen |= {row["name"]: row for row in ranges if row["condition"] in conditions}
    levels = {name: rng.uniform(0.1, 0.9) for name in chosen}  # 0 = low end, 1 = high end of the range
    found = []
    for day in visits:
        for name, row in chosen.items():
            low, high = float(row["low"]), float(row["high"])
            value = round(low + (levels[name] + rng.uniform(-0.1, 0.1)) * (high - low), int(row["decimals"]))
            if rng.random() >= gap:
                found.append(Measurement(date=day.isoformat(), name=name, value=value, unit=row["unit"]))
    return tuple(found)
