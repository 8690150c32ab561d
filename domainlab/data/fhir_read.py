"""Charts out of FHIR R4 bundles, also out of other people's: thousands of entries, any resource type.

A chart takes a resource only if its own subject (or patient) reference names exactly that patient; one that
names nobody, or somebody else, belongs to no chart. What is not read is counted by type, what cannot be true
is a problem, and no shape of a resource is an error: the reader never crashes on one bad record.
"""

from collections import Counter
from typing import Any

from domainlab.data.chart import OLDEST, Chart, Entry, age_on, impossible
from domainlab.data.fhir_entries import READERS, Resolve, title
from domainlab.data.fhir_json import UNUSABLE, day, dig, first_day, items, usable, words
from domainlab.errors import DataError

MEANINGLESS = (AttributeError, TypeError, KeyError, IndexError, ValueError)  # shapes that FHIR does not know


def read_charts(bundle: Any, *, today: str, where: str = "the bundle") -> list[Chart]:
    """One chart per Patient of a bundle, in file order; none for a bundle about hospitals or practitioners.

    Args:
        bundle: the JSON object; read it with `parse_float=decimal.Decimal` to keep numbers as written.
        today: ISO day; what is later is a problem. The bundle's own `timestamp` goes before it.
        where: name of the file, for the messages.

    Raises:
        DataError: not a Bundle, or two patients in it with one id.
    """
    if words(bundle, "resourceType") != "Bundle":
        raise DataError(f"{where}: expected a JSON object with resourceType Bundle, got {type(bundle).__name__}.")
    resources = [resource for entry in items(bundle, "entry") if isinstance(resource := dig(entry, "resource"), dict)]
    places = _places(bundle, where)
    patients = [one for one in resources if words(one, "resourceType") == "Patient"]
    ids = [words(one, "id") for one in patients]
    if len(set(ids)) < len(ids) or "" in ids:
        raise DataError(
            f"{where}: every Patient needs its own id; got {len(ids)} patients, {len(set(ids) - {''})} ids."
        )
    latest = day(bundle, "timestamp") or today
    return [_chart(one, resources, places, latest) for one in patients]


def _places(bundle: Any, where: str) -> dict[str, Any]:
    """Reference -> resource, for every entry that can be referred to.

    Raises:
        DataError: a reference could mean a patient or something else.
    """
    places: dict[str, Any] = {}
    for entry in items(bundle, "entry"):
        resource = dig(entry, "resource")
        for name in {words(entry, "fullUrl"), title(resource)} - {""} if isinstance(resource, dict) else ():
            both = (resource, places.get(name, resource))
            if both[0] is not both[1] and any(words(one, "resourceType") == "Patient" for one in both):
                raise DataError(f"{where}: two entries are called {name[:60]!r}, and one is a Patient; expected one.")
            places[name] = resource
    return places


def _chart(patient: Any, resources: list[Any], places: dict[str, Any], latest: str) -> Chart:
    """The chart of one patient; `places` finds a resource by the reference to it."""
    patient_id = words(patient, "id")
    unused: Counter[str] = Counter()
    problems, entries = [], []
    for resource in resources:
        kind = words(resource, "resourceType") or "without resourceType"
        if resource is patient:
            continue
        subject = words(resource, "subject", "reference") or words(resource, "patient", "reference")
        if places.get(subject) is not patient:
            unused[f"{kind} of no or another patient" if kind in READERS else kind] += 1
        elif kind not in READERS:
            unused[kind] += 1
        else:
            _take(resource, kind, places, entries, problems, unused)
    kept = [entry for entry in entries if _believable(entry, latest, problems)]
    kept.sort(key=lambda entry: entry.date)  # stable: within a day the order of the file stays
    dated = [entry.date for entry in kept if entry.kind in ("vital", "lab", "note", "complaint")]
    visits = [first_day(one, "period") for one in resources if _is_visit(one, patient, places)]
    visit = max([found for found in (*visits, *dated) if found <= latest], default="")
    born = _birth_date(patient, visit or latest, problems)
    if dig(patient, "deceasedBoolean") is True or words(patient, "deceasedDateTime"):
        problems.append(f"Patient/{patient_id}: the record says that the patient has died.")
    return Chart(
        patient_id=patient_id, birth_date=born, sex=words(patient, "gender"), visit_date=visit,
        entries=tuple(_newest_complaint(kept, visit)), problems=tuple(dict.fromkeys(problems)), unused=dict(unused),
    )  # fmt: skip


def _take(
    resource: Any, kind: str, places: dict[str, Any], entries: list[Entry], problems: list[str], unused: Counter[str]
) -> None:
    """Read one resource of the patient into entries, or say why not."""
    if not usable(resource):
        marks = {words(resource, "status"), "entered-in-error"} & UNUSABLE
        unused[f"{kind} ({'/'.join(sorted(marks))})"] += 1
        return
    try:
        found = READERS[kind](resource, _resolver(resource, places))
    except MEANINGLESS:
        problems.append(f"{title(resource)}: its form is not FHIR; not used.")
        return
    if not found:
        unused[f"{kind} without anything for a note"] += 1
    entries += found


def _resolver(resource: Any, places: dict[str, Any]) -> Resolve:
    """Find what a reference of this resource points to: a contained resource or one of the bundle."""
    contained = {f"#{words(one, 'id')}": one for one in items(resource, "contained")}
    return lambda reference: contained.get(reference) or places.get(reference)


def _believable(entry: Entry, latest: str, problems: list[str]) -> bool:
    """Whether an entry can be true; the problem names record and measure, never the value."""
    if entry.date > latest:
        problems.append(f"{entry.record}: {entry.name or entry.kind} is dated in the future; not used.")
        return False
    if entry.kind in ("vital", "lab") and impossible(entry):
        problems.append(f"{entry.record}: {entry.name} is outside the possible range; not used.")
        return False
    return True


def _birth_date(patient: Any, on: str, problems: list[str]) -> str:
    born = day(patient, "birthDate")
    age = age_on(born, on)
    if born > on or (age is not None and age > OLDEST):
        problems.append(f"{title(patient)}: the birth date is not possible; not used.")
        return ""
    return born


def _is_visit(resource: Any, patient: Any, places: dict[str, Any]) -> bool:
    subject = places.get(words(resource, "subject", "reference"))
    return words(resource, "resourceType") == "Encounter" and subject is patient and usable(resource)


def _newest_complaint(entries: list[Entry], visit: str) -> list[Entry]:
    """Drop the complaints of earlier visits: a progress note is about this one."""
    return [entry for entry in entries if entry.kind != "complaint" or entry.date == visit]
