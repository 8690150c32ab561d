"""What a note has to say: the newest values, what is missing, where lists differ, and never too much."""

from domainlab.assist.facts import CORE_VITALS, MOST, chart_facts
from domainlab.data.chart import Chart, Entry


def entry(kind, name, value="", **more):
    return Entry(record=f"R/{kind}-{name}-{value}", kind=kind, name=name, value=value, **more)


def said(*entries, kind=None):
    facts, _ = chart_facts(Chart(patient_id="p", entries=entries), [])
    return [fact.says for fact in facts if kind in (None, fact.kind)]


def test_the_newest_value_is_used_and_the_one_before_is_told():
    old = entry("vital", "weight", "80", unit="kg", date="2030-01-01")
    new = entry("vital", "weight", "78.5", unit="kg", date="2031-01-01")
    assert said(old, new, kind="measured") == ["weight 78.5 kg on 2031-01-01"]
    assert said(old, new, kind="previously") == ["weight 80 kg on 2030-01-01"]


def test_values_in_two_units_are_never_compared():
    old = entry("vital", "weight", "176", unit="lb", date="2030-01-01")
    new = entry("vital", "weight", "80", unit="kg", date="2031-01-01")
    assert said(old, new, kind="previously") == []
    assert said(old, new, kind="measured") == ["weight 80 kg on 2031-01-01"]


def test_an_empty_chart_says_what_is_missing():
    facts, cut = chart_facts(Chart(patient_id="p"), [])
    assert {fact.kind for fact in facts} == {"not documented"}
    assert {fact.says for fact in facts} == {
        "complaint", "allergies", "medication", *CORE_VITALS, "laboratory results", "problem list"
    }  # fmt: skip
    assert {fact.section for fact in facts} == {"Subjective", "Objective", "Assessment"}
    assert cut == []


def test_lists_that_contradict_each_other():
    entries = (
        entry("medication", "furosemide", "40 mg"), entry("reported", "Furosemide", "20 mg"),
        entry("medication", "lisinopril", "10 mg"), entry("reported", "ibuprofen", "400 mg"),
        entry("medication", "metformin", "500 mg"), entry("reported", "metformin", "500 mg"),
    )  # fmt: skip
    assert said(*entries, kind="lists differ") == [
        "furosemide, 40 mg prescribed, 20 mg reported", "lisinopril, prescribed, not reported",
        "ibuprofen, reported, not prescribed",
    ]  # fmt: skip
    assert said(*entries[:1], kind="lists differ") == []  # nobody asked the patient


def test_no_known_allergy_is_not_a_missing_allergy():
    facts, _ = chart_facts(Chart(patient_id="p", entries=(entry("allergy", "", negated=True),)), [])
    assert [fact.text for fact in facts if "allerg" in fact.text] == ["allergy status: no known allergies"]


def test_a_long_chart_is_cut_to_the_newest_and_the_rest_is_named():
    many = [entry("lab", f"lab {n}", "1", date=f"20{n:02d}-01-01") for n in range(10, 40)]
    facts, cut = chart_facts(Chart(patient_id="p", entries=tuple(many)), [])
    shown = [fact.says for fact in facts if fact.kind == "measured"]
    assert len(shown) == MOST["lab"]
    assert shown[0] == "lab 39 1 on 2039-01-01"
    assert {one.name for one in cut} == {f"lab {n}" for n in range(10, 28)}
