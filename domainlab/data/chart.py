"""A patient's chart as the assistant reads it: one entry per thing that a record says, each with its place.

An entry keeps the number as it was written (165.10 stays 165.10) and never converts a unit: whoever checks a
note against the chart compares what stands there. What cannot be true or cannot be dated is not an entry but
a problem, which names the record and not its value.
"""

import datetime
from dataclasses import dataclass, field

KINDS = ("complaint", "condition", "medication", "reported", "allergy", "vital", "lab", "note")
LIMITS = {  # measurement, unit -> lowest and highest value that a living body can have; wide on purpose
    ("systolic blood pressure", "mmHg"): (40, 280),
    ("diastolic blood pressure", "mmHg"): (10, 180),
    ("heart rate", "beats per minute"): (15, 320),
    ("respiratory rate", "breaths per minute"): (2, 90),
    ("temperature", "C"): (24, 45),
    ("temperature", "F"): (75, 113),
    ("oxygen saturation", "%"): (30, 100),
    ("weight", "kg"): (0.2, 650),
    ("weight", "lb"): (0.4, 1430),
    ("height", "cm"): (20, 275),
    ("potassium", "mmol/L"): (1, 12),
    ("sodium", "mmol/L"): (90, 200),
    ("glucose", "mg/dL"): (5, 2000),
    ("hemoglobin", "g/dL"): (1, 28),
    ("HbA1c", "%"): (2, 25),
}
SAME_MEASURE = {"kg": "weight", "lb": "weight", "g": "weight", "C": "temperature", "F": "temperature"}
OLDEST = 120  # years


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One thing that one record says; values are as written there."""

    record: str  # where it stands: "Observation/o12", "Observation/o13#component-1"
    kind: str  # one of KINDS
    name: str  # "metformin", "heart rate", "penicillin"
    value: str = ""  # number or dose, "500 mg"; the text of a note
    unit: str = ""  # of a measurement
    detail: str = ""  # how often a drug is taken
    date: str = ""  # ISO day; "" = the record does not say
    negated: bool = False  # the record says that it is absent: no known allergies


@dataclass(frozen=True, kw_only=True)
class Chart:
    """Everything that the records say about one patient, and what could not be used."""

    patient_id: str
    birth_date: str = ""  # ISO day; "" = not documented, or not possible
    sex: str = ""
    visit_date: str = ""  # of the newest visit or entry
    entries: tuple[Entry, ...] = ()  # oldest first
    problems: tuple[str, ...] = ()  # one sentence each, without values
    unused: dict[str, int] = field(default_factory=dict)  # resource type -> how many were not read

    def of(self, kind: str) -> list[Entry]:
        """The entries of one kind, oldest first."""
        return [entry for entry in self.entries if entry.kind == kind]

    def newest(self, kind: str) -> list[Entry]:
        """The newest entry of each name, in the order in which the names first appear.

        Of two entries of the same day the later one in the file wins.
        """
        last = {entry.name: entry for entry in self.of(kind)}
        return list(last.values())


def impossible(entry: Entry) -> bool:
    """Whether a measurement is outside what a living body can have; unknown ones are believed.

    >>> impossible(Entry(record="o", kind="vital", name="systolic blood pressure", value="300", unit="mmHg"))
    True
    """
    try:
        value = float(entry.value)
    except ValueError:
        return True
    low, high = LIMITS.get((entry.name, entry.unit), (float("-inf"), float("inf")))
    return not low <= value <= high  # NaN is not


def age_on(birth_date: str, day: str) -> int | None:
    """Whole years between two ISO days; None where one is missing or only partly known.

    >>> age_on("1961-02-08", "2031-02-07"), age_on("1961", "2031-02-07")
    (69, None)
    """
    try:
        born, then = datetime.date.fromisoformat(birth_date), datetime.date.fromisoformat(day)
    except ValueError:
        return None
    return then.year - born.year - ((then.month, then.day) < (born.month, born.day))
