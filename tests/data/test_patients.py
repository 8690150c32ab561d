"""Made-up patients: plausible values, real doses, gaps, and the same people for the same seed."""

import dataclasses
import datetime

import pytest

from domainlab.data.medical_facts import table
from domainlab.data.patients import FIRST_NAMES, LAST_NAMES, Patient, synthetic_patients
from domainlab.data.read import read_jsonl, write_jsonl
from domainlab.errors import ConfigError

PATIENTS = synthetic_patients(200, seed=0)
WIDEST = {}  # name -> lowest and highest value of any condition
for row in table("measurements"):
    low, high = WIDEST.get(row["name"], (float(row["low"]), float(row["high"])))
    WIDEST[row["name"]] = (min(low, float(row["low"])), max(high, float(row["high"])))


def test_same_seed_same_people_and_the_first_stay_when_more_are_made():
    assert synthetic_patients(5, seed=0) == PATIENTS[:5]
    assert synthetic_patients(5, seed=1) != PATIENTS[:5]
    assert len({p.id for p in PATIENTS}) == 200


def test_values_are_inside_their_ranges():
    for patient in PATIENTS:
        for x in patient.vitals + patient.labs:
            low, high = WIDEST[x.name]
            assert low <= x.value <= high, x
        assert {x.name for x in patient.vitals} <= {
            r["name"] for r in table("measurements") if r["sort"] == "vital"
        }


def test_a_condition_shows_in_its_measurement():
    values = {True: [], False: []}
    for patient in PATIENTS:
        values["type 2 diabetes" in patient.conditions] += [
            x.value for x in patient.labs if x.name == "glucose"
        ]
    assert min(values[True]) > 130 > 105 > max(values[False])


def test_the_upper_blood_pressure_is_above_the_lower():
    for patient in PATIENTS:
        by_day = {}
        for x in patient.vitals:
            by_day.setdefault(x.date, {})[x.name] = x.value
        for day in by_day.values():
            assert day.get("systolic blood pressure", 999) > day.get("diastolic blood pressure", 0)


def test_dates_are_in_order():
    for patient in PATIENTS:
        dates = [x.date for x in patient.vitals]
        assert dates == sorted(dates)
        assert max([*dates, *(x.date for x in patient.labs)]) <= patient.visit_date <= "2031-03-31"
        age = (
            datetime.date.fromisoformat(patient.visit_date) - datetime.date.fromisoformat(patient.birth_date)
        ).days / 365.25
        assert 18 <= age < 90
        assert all(m.since > patient.birth_date for m in patient.medications)


def test_every_condition_is_treated_with_a_usual_dose():
    usual = {(r["condition"], r["drug"], r["dose"], r["frequency"]) for r in table("regimens")}
    for patient in PATIENTS:
        assert tuple(m.condition for m in patient.medications) == patient.conditions
        assert {(m.condition, m.drug, m.dose, m.frequency) for m in patient.medications} <= usual


def test_some_things_are_missing_but_not_most():
    unknown = sum(p.allergies is None for p in PATIENTS)
    assert 10 <= unknown <= 60
    assert 1 <= sum(p.chief_complaint == "" for p in PATIENTS) <= 30
    weights = sum(any(x.name == "weight" for x in p.vitals) for p in PATIENTS)
    assert 150 <= weights < 200
    assert any(p.allergies == () for p in PATIENTS)


def test_names_are_clearly_invented():
    for patient in PATIENTS:
        first, last = patient.name.split()
        assert first in FIRST_NAMES
        assert last in LAST_NAMES


def test_charts_survive_a_file(tmp_path):
    write_jsonl(tmp_path / "p.jsonl", PATIENTS)
    assert read_jsonl(tmp_path / "p.jsonl", Patient) == PATIENTS


def test_a_patient_cannot_be_changed():
    with pytest.raises(dataclasses.FrozenInstanceError):
        PATIENTS[0].name = "Somebody Else"


def test_refuses_no_patients():
    with pytest.raises(ConfigError, match="at least 1"):
        synthetic_patients(0, seed=0)
