"""Made-up patients for the clinical notes assistant: plausible numbers, gaps and conflicts as in real charts.

Surnames say that the person is invented. Usual doses come from `facts/medical_regimens.tsv`, ranges of
vitals and labs from `facts/medical_measurements.tsv`. Not a model of disease: each value is drawn alone.
A patient has up to two medication lists, the prescribed and the reported one, which may contradict each
other; `domainlab.data.fhir_write` makes a FHIR bundle out of a patient.
"""

import dataclasses
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
REMARKS = (
    "Sleeps better since the last visit.", "Walks every morning.", "Lives with a sister.", "Works at night.",
    "Denies chest pain.", "Denies fever.", "Stopped smoking.", "Eats little salt.", "Appetite is good.",
    "Often forgets the evening tablets.", "Feels tired after lunch.", "Lost the inhaler on a trip.",
    "No falls since the last visit.", "Asks for fewer tablets.", "Family history is not known.",
)  # fmt: skip
LAST_DAY = datetime.date(2031, 3, 31)  # no visit is later
MISSING_VITAL, MISSING_LAB, MISSING_ALLERGIES, MISSING_COMPLAINT = 0.1, 0.25, 0.15, 0.05  # chance of a gap
REPORTED, EXTRA_DRUG = 0.6, 0.5  # chance of a second medication list, and of a drug on it that nobody prescribed


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
class VisitNote:
    """What somebody wrote at an earlier visit."""

    date: str  # ISO day
    text: str


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
    reported: tuple[Medication, ...] | None = None  # what the patient says to take; None = not asked
    notes: tuple[VisitNote, ...] = ()  # of earlier visits, oldest first


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


def _patient(number: int, seed: int, regimens: list[dict], ranges: list[dict], symptoms: dict[str, str]) -> Patient:
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
    medications = tuple(_medication(rng, condition, regimens, visits[0]) for condition in conditions)
    complaint = rng.choice([symptoms[c] for c in conditions if c in symptoms] or GENERAL_COMPLAINTS)
    days = rng.randint(2, 14)
    return Patient(
        id=f"patient-{number:03d}-{slug(name)}", name=name, birth_date=born.isoformat(),
        sex=rng.choice(("female", "male")), conditions=conditions,
        medications=medications,
        allergies=None if rng.random() < MISSING_ALLERGIES else allergies, vitals=vitals, labs=labs,
        visit_date=visits[-1].isoformat(),
        chief_complaint="" if rng.random() < MISSING_COMPLAINT else f"{complaint} for {days} days",
        reported=_reported(random.Random(f"reported {seed} {number}"), medications),
        notes=_notes(random.Random(f"notes {seed} {number}"), visits[:-1]),
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


def _reported(rng: random.Random, prescribed: tuple[Medication, ...]) -> tuple[Medication, ...] | None:
    """The patient's own list: one drug in another strength or left out, and one that nobody prescribed."""
    if rng.random() >= REPORTED:
        return None
    strengths = {row["drug"]: row["strengths"].split(";") for row in table("formulary")}
    found = []
    for medication in prescribed:
        change = rng.choice(("same", "same", "dose", "left out"))
        others = [dose for dose in strengths.get(medication.drug, ()) if dose != medication.dose]
        dose = rng.choice(others) if change == "dose" and others else medication.dose
        if change != "left out":
            found.append(dataclasses.replace(medication, dose=dose))
    if rng.random() < EXTRA_DRUG:
        drug = _extra_drug(rng, {medication.drug for medication in prescribed}, strengths)
        since = (LAST_DAY - datetime.timedelta(days=rng.randint(100, 300))).isoformat()
        dose = rng.choice(strengths[drug])
        found.append(Medication(drug=drug, dose=dose, frequency="when needed", condition="", since=since))
    return tuple(found)


def _extra_drug(rng: random.Random, taken: set[str], strengths: dict[str, list[str]]) -> str:
    """A drug that interacts with one of those taken, where the table has one; else any."""
    pairs = [(row["drug_a"], row["drug_b"]) for row in table("interactions")]
    partners = {b if a in taken else a for a, b in pairs if (a in taken) != (b in taken)}
    return rng.choice(sorted((partners & strengths.keys()) or strengths.keys() - taken))


def _notes(rng: random.Random, visits: list[datetime.date]) -> tuple[VisitNote, ...]:
    """Two or three remarks for each earlier visit."""
    return tuple(
        VisitNote(date=day.isoformat(), text=" ".join(rng.sample(REMARKS, rng.choice((2, 3))))) for day in visits
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
