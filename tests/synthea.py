"""Bundles in the shapes that Synthea writes, made here: transactions, urn:uuid, components, odd and broken parts."""

import base64

ME = "urn:uuid:aaaa1111-0000-4000-8000-000000000001"
SUBJECT = {"reference": ME, "display": "Abe100 Test200"}


def concept(text, code="", system="http://snomed.info/sct"):
    return {"coding": [{"system": system, "code": code or "1", "display": text}], "text": text}


def observation(name, code, when="2024-03-01T10:00:00-05:00", category="vital-signs", **value):
    return {
        "resourceType": "Observation", "status": "final", "subject": SUBJECT, "effectiveDateTime": when,
        "category": [{"coding": [{"code": category}]}], "code": concept(name, code, "http://loinc.org"), **value,
    }  # fmt: skip


def quantity(value, unit):
    return {"valueQuantity": {"value": value, "unit": unit, "system": "http://unitsofmeasure.org", "code": unit}}


def note_data(text):
    return base64.b64encode(text.encode()).decode()


def patient(**changes):
    return {
        "resourceType": "Patient", "id": ME.removeprefix("urn:uuid:"), "gender": "female", "birthDate": "1970-05-01",
        "extension": [{"url": "http://hl7.org/fhir/us/core/StructureDefinition/us-core-race", "extension": []}],
        "name": [{"use": "official", "family": "Test200", "given": ["Abe100"], "prefix": ["Mrs."]}], **changes,
    }  # fmt: skip


def resources():
    blood_pressure = observation("Blood pressure panel", "85354-9")
    blood_pressure["component"] = [
        {"code": concept("Diastolic Blood Pressure", "8462-4", "http://loinc.org"), **quantity(81, "mm[Hg]")},
        {"code": concept("Systolic Blood Pressure", "8480-6", "http://loinc.org"), **quantity(123, "mm[Hg]")},
    ]
    survey = observation("PRAPARE", "93025-5", category="survey")
    smoking = observation("Tobacco smoking status", "72166-2", category="social-history")
    return [
        patient(),
        {"resourceType": "Encounter", "id": "e1", "status": "finished", "class": {"code": "AMB"}, "subject": SUBJECT,
         "type": [concept("General examination")], "period": {"start": "2024-03-01T09:30:00-05:00"},
         "reasonCode": [concept("Sinusitis (disorder)", "36971009")]},
        {"resourceType": "Condition", "id": "c1", "clinicalStatus": {"coding": [{"code": "active"}]},
         "subject": SUBJECT,
         "code": concept("Essential hypertension (disorder)", "59621000"), "onsetDateTime": "2010-01-01"},
        {"resourceType": "Condition", "id": "c2", "clinicalStatus": {"coding": [{"code": "resolved"}]},
         "subject": SUBJECT,
         "code": concept("Viral sinusitis (disorder)"), "abatementDateTime": "2012-01-01"},
        {"resourceType": "Medication", "id": "m1", "code": concept("24 HR Metformin hydrochloride 500 MG Oral Tablet")},
        {"resourceType": "MedicationRequest", "id": "r1", "status": "active", "intent": "order", "subject": SUBJECT,
         "medicationReference": {"reference": "urn:uuid:m1"}, "authoredOn": "2023-01-01T00:00:00Z",
         "dosageInstruction": [{"sequence": 1, "asNeededBoolean": False, "timing": {"repeat": {
             "frequency": 1, "period": 1.0, "periodUnit": "d"}},
             "doseAndRate": [{"doseQuantity": {"value": 1.0}}]}]},
        {"resourceType": "MedicationRequest", "id": "r2", "status": "active", "intent": "order", "subject": SUBJECT,
         "medicationCodeableConcept": concept("Warfarin Sodium 5 MG Oral Tablet", "855332")},
        {"resourceType": "MedicationRequest", "id": "r3", "status": "stopped", "intent": "order", "subject": SUBJECT,
         "medicationCodeableConcept": concept("Penicillin V Potassium 250 MG Oral Tablet")},
        {"resourceType": "MedicationRequest", "id": "r4", "status": "active", "intent": "order", "subject": SUBJECT,
         "contained": [{"resourceType": "Medication", "id": "in",
          "code": concept("Naproxen sodium 220 MG Oral Tablet")}],
         "medicationReference": {"reference": "#in"}},
        {"resourceType": "AllergyIntolerance", "id": "a1", "clinicalStatus": {"coding": [{"code": "active"}]},
         "patient": SUBJECT, "code": concept("Allergy to mould")},
        observation("Body Height", "8302-2", **quantity(165.10, "cm")) | {"id": "o1"},
        observation("Body Weight", "29463-7", **quantity(81.37692103, "kg")) | {"id": "o2"},
        observation("Body Weight", "29463-7", when="2019-03-01", **quantity(75, "kg")) | {"id": "o3"},
        blood_pressure | {"id": "o4"},
        observation("Hemoglobin A1c", "4548-4", category="laboratory", **quantity(6.1, "%")) | {"id": "o5"},
        observation("Appearance of Urine", "5767-9", category="laboratory", valueCodeableConcept=concept("Cloudy")),
        survey, smoking,
        observation("Oral temperature", "8331-1", status="entered-in-error", **quantity(99, "Cel")),
        {"resourceType": "DocumentReference", "id": "d1", "status": "current", "subject": SUBJECT, "date": "2019-03-01",
         "content": [{"attachment": {"contentType": "text/plain; charset=utf-8", "data": note_data(
             "\n2019-03-01\n\n# Chief Complaint\nNo complaints.\n\n# Social History\nLives with a friend.\n")}}]},
        {"resourceType": "DiagnosticReport", "id": "d2", "status": "final", "subject": SUBJECT,
         "effectiveDateTime": "2024-03-01T10:00:00-05:00",
         "presentedForm": [{"contentType": "text/plain", "data": note_data("Feels well today.")}]},
        *({"resourceType": kind, "id": kind.lower(), "status": "active", "patient": SUBJECT, "subject": SUBJECT}
          for kind in ("Claim", "ExplanationOfBenefit", "Immunization", "CareTeam", "CarePlan", "Procedure", "Device")),
        {"resourceType": "Provenance", "id": "p", "target": [{"reference": ME}]},
    ]  # fmt: skip


def bundle(*parts, kind="transaction"):
    entries = []
    for number, resource in enumerate(parts or resources()):
        name = resource.get("id", f"x{number}") if isinstance(resource, dict) else f"x{number}"
        request = {"method": "POST", "url": resource.get("resourceType", "") if isinstance(resource, dict) else ""}
        entries.append({"fullUrl": f"urn:uuid:{name}", "resource": resource, "request": request})
    return {"resourceType": "Bundle", "type": kind, "entry": entries}


def hospitals():
    return bundle({"resourceType": "Organization", "id": "h1", "name": "General Hospital"},
                  {"resourceType": "Location", "id": "l1"}, kind="batch")  # fmt: skip
