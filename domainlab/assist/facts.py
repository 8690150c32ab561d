"""What a progress note has to say about a chart: one line per fact, each with its section and its records.

The writer gets these lines and nothing else, so what is not in the chart cannot be asked for, and what is
missing is a fact of its own. A note repeats the words of a fact literally.

>>> measured = Entry(record="Observation/o1", kind="vital", name="heart rate", value="72", unit="beats per minute")
>>> measurement_fact(measured).text
'measured: heart rate 72 beats per minute'
"""

from dataclasses import dataclass

from domainlab.data.chart import Chart, Entry

SECTIONS = ("Subjective", "Objective", "Assessment", "Plan")
CORE_VITALS = (
    "systolic blood pressure", "diastolic blood pressure", "heart rate", "temperature", "respiratory rate",
    "oxygen saturation", "weight",
)  # fmt: skip
MOST = {"condition": 10, "medication": 12, "reported": 12, "allergy": 8, "vital": 12, "lab": 12, "trend": 4}


@dataclass(frozen=True, kw_only=True)
class Fact:
    """One thing that a note has to say."""

    section: str  # one of SECTIONS
    kind: str  # "measured", "prescribed", "not documented", ...: how its line begins
    says: str  # what has to be in the note word for word
    records: tuple[str, ...]  # where it stands; a missing value cites the patient

    @property
    def text(self) -> str:
        """The line that the writer reads."""
        return f"{self.kind}: {self.says}"


def chart_facts(chart: Chart, remarks: list[Entry]) -> tuple[list[Fact], list[Entry]]:
    """The facts of a chart for S, O and A, and the entries that did not fit into a note.

    Args:
        chart: one patient's.
        remarks: sentences of earlier notes that may be quoted, see `remarks.py`.
    """
    shown = {kind: _newest_first(chart, kind) for kind in MOST if kind != "trend"}
    cut = [entry for kind, entries in shown.items() for entry in entries[MOST[kind] :]]
    shown = {kind: entries[: MOST[kind]] for kind, entries in shown.items()}
    facts = [*_subjective(chart, shown, remarks), *_objective(chart, shown), *_assessment(chart, shown)]
    return facts, cut


def _newest_first(chart: Chart, kind: str) -> list[Entry]:
    """Newest entry of each name; vitals that every note has come first, then the latest."""
    entries = sorted(chart.newest(kind), key=lambda entry: entry.date, reverse=True)
    if kind == "vital":
        entries.sort(key=lambda entry: CORE_VITALS.index(entry.name) if entry.name in CORE_VITALS else 99)
    return entries


def missing(chart: Chart, section: str, what: str) -> Fact:
    """That the chart does not say something."""
    return Fact(section=section, kind="not documented", says=what, records=(f"Patient/{chart.patient_id}",))


def _stated(section: str, kind: str, entry: Entry, *parts: str) -> Fact:
    """What one entry says, its empty parts left out."""
    return Fact(section=section, kind=kind, says=" ".join(filter(None, parts)), records=(entry.record,))


def _subjective(chart: Chart, shown: dict[str, list[Entry]], remarks: list[Entry]) -> list[Fact]:
    part = "Subjective"
    complaints = [_stated(part, "complaint", entry, entry.name) for entry in chart.of("complaint")[-1:]]
    facts = complaints or [missing(chart, part, "complaint")]
    facts += [_stated(part, "earlier note", entry, entry.value) for entry in remarks]
    facts += [_allergy(entry) for entry in shown["allergy"]] or [missing(chart, part, "allergies")]
    for kind, list_name in (("medication", "prescribed"), ("reported", "reported")):
        facts += [_stated(part, list_name, one, one.name, one.value, one.detail) for one in shown[kind]]
    return facts if shown["medication"] or shown["reported"] else [*facts, missing(chart, part, "medication")]


def _allergy(entry: Entry) -> Fact:
    if entry.negated:
        return _stated("Subjective", "allergy status", entry, "no known allergies")
    return _stated("Subjective", "allergy", entry, entry.name)


def _objective(chart: Chart, shown: dict[str, list[Entry]]) -> list[Fact]:
    measured = {entry.name for entry in shown["vital"]}
    facts = [measurement_fact(entry) for entry in shown["vital"]]
    facts += [missing(chart, "Objective", name) for name in CORE_VITALS if name not in measured]
    labs = [measurement_fact(entry) for entry in shown["lab"]]
    return facts + (labs or [missing(chart, "Objective", "laboratory results")])


def quantity(entry: Entry) -> str:
    """Value, unit and day of a measurement, as far as the record gives them."""
    value = f"{entry.value} {entry.unit}".strip()
    return f"{value} on {entry.date}" if entry.date else value


def measurement_fact(entry: Entry) -> Fact:
    """The newest value of one measurement."""
    return _stated("Objective", "measured", entry, entry.name, quantity(entry))


def _assessment(chart: Chart, shown: dict[str, list[Entry]]) -> list[Fact]:
    problems = [_stated("Assessment", "problem list", entry, entry.name) for entry in shown["condition"]]
    facts = problems or [missing(chart, "Assessment", "problem list")]
    return facts + _trends(chart)[: MOST["trend"]] + list_conflicts(chart)


def _trends(chart: Chart) -> list[Fact]:
    """The value before the newest, of measurements that changed between two days in one unit, laboratory first."""
    facts = []
    for kind in ("lab", "vital"):
        for newest in chart.newest(kind):
            earlier = [one for one in chart.of(kind) if one.name == newest.name and one.date < newest.date]
            last = earlier[-1] if earlier else newest
            if last.date and last.unit == newest.unit and last.value != newest.value:
                facts.append(_stated("Assessment", "previously", last, last.name, quantity(last)))
    return facts


def list_conflicts(chart: Chart) -> list[Fact]:
    """Where the prescribed and the reported medication list contradict each other; none where one list is empty."""
    lists = {kind: {entry.name.lower(): entry for entry in chart.newest(kind)} for kind in ("medication", "reported")}
    prescribed, reported = lists["medication"], lists["reported"]
    if not prescribed or not reported:
        return []
    facts = []
    for name in dict.fromkeys([*prescribed, *reported]):
        first, second = prescribed.get(name), reported.get(name)
        if first and second and first.value != second.value and first.value and second.value:
            facts.append(_conflict(f"{first.value} prescribed, {second.value} reported", first, second))
        elif first and not second:
            facts.append(_conflict("prescribed, not reported", first))
        elif second and not first:
            facts.append(_conflict("reported, not prescribed", second))
    return facts


def _conflict(words: str, *entries: Entry) -> Fact:
    records = tuple(entry.record for entry in entries)
    return Fact(section="Assessment", kind="lists differ", says=f"{entries[0].name}, {words}", records=records)
