"""A made-up patient as a FHIR R4 bundle, in the shapes that real systems send.

Blood pressure is one Observation with two components, notes are base64 in a DocumentReference, references
are urn:uuid, prescribed drugs are MedicationRequests and what the patient reports MedicationStatements. A
missing value is a missing resource. The ids depend on the patient alone, so the same patient is the same bundle.
"""

import base64
import uuid
from itertools import groupby
from typing import Any

from domainlab.data.fhir_codes import CODES, UCUM
from domainlab.data.patients import LAST_DAY, Measurement, Medication, Patient

Resource = dict[str, Any]
NOON = "T12:00:00+00:00"
PARTS = ("systolic blood pressure", "diastolic blood pressure")
CLINICAL = "http://terminology.hl7.org/CodeSystem/condition-clinical"
ALLERGY = "http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical"
CATEGORY = "http://terminology.hl7.org/CodeSystem/observation-category"


def patient_bundle(patient: Patient) -> Resource:
    """The bundle of one patient as a JSON object; `domainlab.data.fhir_check.check_r4` says whether it is valid R4."""
    subject = {"reference": f"urn:uuid:{_uuid(patient.id, 'patient')}"}
    first, last = patient.name.split()
    person = {
        "resourceType": "Patient", "identifier": [{"system": "urn:domainlab:made-up", "value": patient.id}],
        "name": [{"family": last, "given": [first]}], "gender": patient.sex, "birthDate": patient.birth_date,
    }  # fmt: skip
    resources = [person, *_visits(patient, subject), *_conditions(patient, subject), *_allergies(patient, subject)]
    resources += [_request(medication, subject) for medication in patient.medications]
    resources += [_statement(medication, subject) for medication in patient.reported or ()]
    resources += [
        *_observations(patient.vitals, "vital-signs", subject),
        *_observations(patient.labs, "laboratory", subject),
    ]
    resources += [_note(note.text, note.date, subject) for note in patient.notes]
    entries = []
    for place, resource in enumerate(resources):
        name = _uuid(patient.id, "patient" if place == 0 else f"entry {place}")
        entries.append({"fullUrl": f"urn:uuid:{name}", "resource": {"id": name, **resource}})
    return {"resourceType": "Bundle", "type": "collection", "timestamp": LAST_DAY.isoformat() + NOON, "entry": entries}


def _uuid(patient_id: str, what: str) -> str:
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"domainlab:{patient_id}:{what}"))


def _concept(text: str, system: str = "", code: str = "") -> Resource:
    return {"text": text} | ({"coding": [{"system": system, "code": code, "display": text}]} if code else {})


def _visits(patient: Patient, subject: Resource) -> list[Resource]:
    """One Encounter per day on which something happened; the complaint is the reason of the last."""
    days = sorted({patient.visit_date, *(note.date for note in patient.notes)})
    found = []
    for day in days:
        visit = {
            "resourceType": "Encounter", "status": "finished", "subject": subject,
            "class": {"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "AMB"},
            "period": {"start": day + NOON, "end": day + NOON},
        }  # fmt: skip
        if day == patient.visit_date and patient.chief_complaint:
            visit["reasonCode"] = [_concept(patient.chief_complaint)]
        found.append(visit)
    return found


def _conditions(patient: Patient, subject: Resource) -> list[Resource]:
    status = {"coding": [{"system": CLINICAL, "code": "active"}]}
    return [
        {"resourceType": "Condition", "clinicalStatus": status, "code": _concept(name), "subject": subject}
        for name in patient.conditions
    ]


def _allergies(patient: Patient, subject: Resource) -> list[Resource]:
    if patient.allergies is None:
        return []
    status = {"coding": [{"system": ALLERGY, "code": "active"}]}
    none_known = _concept("No known allergy", "http://snomed.info/sct", "716186003")
    codes = [_concept(name) for name in patient.allergies] or [none_known]
    return [
        {"resourceType": "AllergyIntolerance", "clinicalStatus": status, "code": code, "patient": subject}
        for code in codes
    ]


def _request(medication: Medication, subject: Resource) -> Resource:
    return {
        "resourceType": "MedicationRequest", "status": "active", "intent": "order", "subject": subject,
        "medicationCodeableConcept": _concept(medication.drug), "authoredOn": medication.since,
        "dosageInstruction": [_dosage(medication)],
    }  # fmt: skip


def _statement(medication: Medication, subject: Resource) -> Resource:
    return {
        "resourceType": "MedicationStatement", "status": "active", "subject": subject,
        "medicationCodeableConcept": _concept(medication.drug), "effectivePeriod": {"start": medication.since},
        "dosage": [_dosage(medication)],
    }  # fmt: skip


def _dosage(medication: Medication) -> Resource:
    number, unit = medication.dose.split()
    return {
        "text": medication.frequency,
        "doseAndRate": [{"doseQuantity": {"value": _number(float(number)), "unit": unit}}],
    }


def _observations(measurements: tuple[Measurement, ...], category: str, subject: Resource) -> list[Resource]:
    """One Observation per value, except that both blood pressures of a day are components of one."""
    found = []
    for day, rows in groupby(measurements, key=lambda one: one.date):
        values = list(rows)
        pressures = [one for one in values if one.name in PARTS]
        if pressures:
            parts = [{"code": _code(one.name), "valueQuantity": _quantity(one)} for one in pressures]
            found.append(_observation("blood pressure", category, day, subject) | {"component": parts})
        for one in values:
            if one.name not in PARTS:
                found.append(_observation(one.name, category, day, subject) | {"valueQuantity": _quantity(one)})
    return found


def _observation(name: str, category: str, day: str, subject: Resource) -> Resource:
    return {
        "resourceType": "Observation", "status": "final", "code": _code(name), "subject": subject,
        "category": [{"coding": [{"system": CATEGORY, "code": category}]}], "effectiveDateTime": day + NOON,
    }  # fmt: skip


def _code(name: str) -> Resource:
    return _concept(name, "http://loinc.org", CODES[name])


def _quantity(one: Measurement) -> Resource:
    code = UCUM.get(one.unit, one.unit)
    return {"value": _number(one.value), "unit": code, "system": "http://unitsofmeasure.org", "code": code}


def _number(value: float) -> int | float:
    return int(value) if value == int(value) else value


def _note(text: str, day: str, subject: Resource) -> Resource:
    data = base64.b64encode(text.encode()).decode()
    return {
        "resourceType": "DocumentReference", "status": "current", "subject": subject, "date": day + NOON,
        "type": _concept("Progress note", "http://loinc.org", "11506-3"),
        "content": [{"attachment": {"contentType": "text/plain", "data": data}}],
    }  # fmt: skip
