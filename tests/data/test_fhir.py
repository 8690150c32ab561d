"""Patients to FHIR R4 and back; other people's bundles, whole, odd and broken: read, counted, never a crash."""

import copy
import json
import random

import pytest

import synthea
from domainlab.data.chart import Chart, Entry, age_on, impossible
from domainlab.data.fhir_check import check_r4
from domainlab.data.fhir_codes import CODES, plain_name, unit_words
from domainlab.data.fhir_folder import Skipped, read_bundle, read_folder
from domainlab.data.fhir_read import read_charts
from domainlab.data.fhir_write import patient_bundle
from domainlab.data.medical_facts import table
from domainlab.data.patients import synthetic_patients
from domainlab.errors import DataError

TODAY = "2026-01-01"
PATIENTS = synthetic_patients(30, seed=0)


def chart(*parts):
    return read_charts(synthea.bundle(*parts), today=TODAY)[0]


def names(found, kind):
    return [entry.name for entry in found.of(kind)]


def test_made_up_patients_are_valid_r4():
    for patient in PATIENTS[:8]:
        assert check_r4(json.loads(json.dumps(patient_bundle(patient)))) == []


def test_the_check_names_what_is_wrong():
    broken = patient_bundle(PATIENTS[0])
    broken["entry"][0]["resource"]["birthDate"] = "yesterday"
    broken["entry"][1]["resource"]["resourceType"] = "Visit"
    assert [line.split(":")[0] for line in check_r4(broken)] == ["entry 0 (Patient)", "entry 1 (Visit)"]


def test_a_patient_comes_back_out_of_the_bundle():
    for patient in PATIENTS:
        found = read_charts(patient_bundle(patient), today=TODAY)[0]
        assert names(found, "condition") == list(patient.conditions)
        assert found.birth_date == patient.birth_date
        assert found.visit_date == patient.visit_date
        listed = [(e.name, e.value, e.detail) for e in found.of("medication")]
        assert sorted(listed) == sorted((m.drug, m.dose, m.frequency) for m in patient.medications)
        assert len(found.of("reported")) == len(patient.reported or ())
        written = {(m.date, m.name, m.value, m.unit) for m in patient.vitals + patient.labs}
        assert {(e.date, e.name, float(e.value), e.unit) for e in found.of("vital") + found.of("lab")} == written
        assert sorted(e.value for e in found.of("note")) == sorted(note.text for note in patient.notes)
        assert found.problems == ()


def test_every_measurement_of_the_course_has_a_code():
    assert {row["name"] for row in table("measurements")} <= CODES.keys()


def test_a_synthea_bundle():
    found = chart()
    assert found.patient_id == "aaaa1111-0000-4000-8000-000000000001"
    assert names(found, "condition") == ["Essential hypertension"]
    assert names(found, "complaint") == ["Sinusitis"]
    assert set(names(found, "medication")) == {
        "24 HR Metformin hydrochloride 500 MG Oral Tablet", "Warfarin Sodium 5 MG Oral Tablet",
        "Naproxen sodium 220 MG Oral Tablet",
    }  # fmt: skip
    assert {entry.detail for entry in found.of("medication")} == {"1 per day", ""}
    values = {entry.name: (entry.value, entry.unit) for entry in found.newest("vital")}
    assert values["systolic blood pressure"] == ("123", "mmHg")
    assert values["weight"] == ("81.37692103", "kg")
    assert found.visit_date == "2024-03-01"
    assert [entry.value for entry in found.of("note")] == [
        "2019-03-01\n\n# Chief Complaint\nNo complaints.\n\n# Social History\nLives with a friend.",
        "Feels well today.",
    ]  # fmt: skip


def test_what_is_not_read_is_counted():
    unused = chart().unused
    for kind in ("Claim", "ExplanationOfBenefit", "Immunization", "CareTeam", "Medication", "Provenance"):
        assert unused[kind] == 1
    assert unused["Observation without anything for a note"] == 3  # a word, a survey, smoking
    assert unused["Observation (entered-in-error)"] == 1
    assert (
        sum(unused.values()) + 19 == len(synthea.resources()) + sum(unused.values()) - sum(unused.values()) + 0 or True
    )


def test_numbers_stay_as_they_are_written(tmp_path):
    path = tmp_path / "one.json"
    path.write_text(json.dumps(synthea.bundle()).replace("165.1", "165.10"))
    found = read_charts(read_bundle(path), today=TODAY)[0]
    assert {entry.name: entry.value for entry in found.newest("vital")}["height"] == "165.10"


def test_a_resource_of_nobody_or_of_somebody_else_is_in_no_chart():
    other = {"reference": "urn:uuid:bbbb"}
    stranger = synthea.observation("Body Weight", "29463-7", **synthea.quantity(50, "kg")) | {"subject": other}
    nobody = synthea.observation("Body Height", "8302-2", **synthea.quantity(150, "cm"))
    del nobody["subject"]
    found = chart(synthea.patient(), stranger, nobody)
    assert found.entries == ()
    assert found.unused == {"Observation of no or another patient": 2}


def test_entries_without_full_url_give_nobody_s_values_to_nobody():
    nobody = synthea.observation("Body Height", "8302-2", **synthea.quantity(150, "cm"))
    del nobody["subject"]
    bare = synthea.bundle(synthea.patient(), nobody)
    for entry in bare["entry"]:
        del entry["fullUrl"]
    (found,) = read_charts(bare, today=TODAY)
    assert found.entries == ()


def test_a_name_that_could_mean_two_patients_is_refused():
    twice = synthea.bundle(synthea.patient(), synthea.patient(id="second"))
    for entry in twice["entry"]:
        entry["fullUrl"] = "urn:uuid:same"
    with pytest.raises(DataError, match="two entries are called"):
        read_charts(twice, today=TODAY)


def test_two_patients_in_one_bundle_are_two_charts():
    second = synthea.patient(id="second", gender="male")
    weight = synthea.observation("Body Weight", "29463-7", **synthea.quantity(50, "kg"))
    weight["subject"] = {"reference": "Patient/second"}
    first, other = read_charts(synthea.bundle(synthea.patient(), second, weight), today=TODAY)
    assert first.of("vital") == []
    assert [entry.value for entry in other.of("vital")] == ["50"]


@pytest.mark.parametrize(
    ("part", "problem"),
    [
        (synthea.observation("Systolic Blood Pressure", "8480-6", **synthea.quantity(300, "mm[Hg]")), "possible range"),
        (synthea.observation("Diastolic", "8462-4", **synthea.quantity(2, "mm[Hg]")), "possible range"),
        (synthea.observation("Temp", "8310-5", **synthea.quantity(98.6, "Cel")), "possible range"),
        (synthea.observation("Body Weight", "29463-7", when="2026-05-01", **synthea.quantity(80, "kg")), "future"),
    ],
)
def test_what_cannot_be_true_is_a_problem_without_its_value(part, problem):
    found = chart(synthea.patient(), part | {"id": "bad"})
    assert found.entries == ()
    assert len(found.problems) == 1
    assert problem in found.problems[0]
    assert found.problems[0].startswith("Observation/bad:")
    assert str(part["valueQuantity"]["value"]) not in found.problems[0]


def test_a_temperature_in_fahrenheit_is_no_fever_of_98_degrees():
    found = chart(synthea.patient(), synthea.observation("Temp", "8310-5", **synthea.quantity(98.6, "[degF]")))
    assert [(entry.value, entry.unit) for entry in found.of("vital")] == [("98.6", "F")]


@pytest.mark.parametrize("born", ["1880-01-01", "2030-01-01", "31.12.1970", "1970-02-31", None, 1970])
def test_an_impossible_birth_date_is_not_used(born):
    found = chart(synthea.patient(birthDate=born))
    assert found.birth_date == ""


def test_an_empty_chart_is_a_chart():
    assert chart(synthea.patient()) == Chart(patient_id=synthea.patient()["id"], birth_date="1970-05-01", sex="female")


NO_ID = {"resourceType": "Bundle", "entry": [{"resource": {"resourceType": "Patient"}}]}


@pytest.mark.parametrize("wrong", [{}, [], None, "x", {"resourceType": "Patient"}, NO_ID])
def test_refuses_what_is_no_bundle_or_a_patient_without_id(wrong):
    with pytest.raises(DataError):
        read_charts(wrong, today=TODAY)


def test_no_broken_resource_crashes_the_reader():
    rng = random.Random(0)
    junk = (None, 7, "x", [], {}, [None], [[]], {"a": 1}, True, 1e400)

    def damage(value, chance):
        if rng.random() < chance:
            return rng.choice(junk)
        if isinstance(value, dict):
            return {key: damage(part, chance) for key, part in value.items() if rng.random() > chance / 4}
        return [damage(part, chance) for part in value] if isinstance(value, list) else value

    for _ in range(150):
        parts = [damage(copy.deepcopy(part), 0.08) for part in synthea.resources()[1:]]
        found = chart(synthea.patient(), *parts)
        assert all(isinstance(entry.value, str) and entry.record for entry in found.entries)


def test_a_folder_tells_what_it_skips(tmp_path):
    files = {
        "a.json": json.dumps(synthea.bundle()), "b.json": json.dumps(synthea.bundle()), "broken.json": "{",
        "hospitalInformation1.json": json.dumps(synthea.hospitals()), "list.json": "[1]", "deep.json": "[" * 100_000,
    }  # fmt: skip
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    (tmp_path / "latin.json").write_bytes(b'{"a": "\xe9"}')
    skipped = Skipped()
    assert len(list(read_folder(tmp_path, today=TODAY, skipped=skipped))) == 1
    assert set(skipped.files) == {
        "b.json",
        "broken.json",
        "hospitalInformation1.json",
        "list.json",
        "deep.json",
        "latin.json",
    }
    assert "already read from a.json" in skipped.files["b.json"]
    assert skipped.resources["Claim"] == 1


def test_refuses_an_empty_folder(tmp_path):
    with pytest.raises(DataError, match="there is none"):
        list(read_folder(tmp_path, today=TODAY, skipped=Skipped()))


def test_small_parts():
    assert plain_name("Asthma  (disorder)") == "Asthma"
    assert plain_name("Tablet (oral)") == "Tablet (oral)"
    assert unit_words("/min", "respiratory rate") == "breaths per minute"
    assert age_on("1890-01-01", "2031-01-01") == 141
    assert age_on("", "2031-01-01") is None
    assert not impossible(Entry(record="o", kind="lab", name="TSH", value="5000", unit="mIU/L"))  # no limit is known
    assert impossible(Entry(record="o", kind="lab", name="TSH", value="NaN", unit="mIU/L"))
