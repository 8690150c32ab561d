"""Interactions, red flags, allergies and guidelines by exact rules."""

from domainlab.assist.knowledge import alarming, allergy_flags, guideline_facts, interaction_flags, mentions, red_flags
from domainlab.data.chart import Chart, Entry
from domainlab.data.medical_facts import guidelines, interactions
from scribes import find


def chart(*entries):
    return Chart(patient_id="p", entries=entries)


def drug(name, kind="medication", record=""):
    return Entry(record=record or f"R/{name}", kind=kind, name=name)


def test_every_pair_of_the_table_is_flagged_in_any_list_and_spelling():
    for pair in interactions():
        first, second = drug(f"{pair.drug_a.title()} 5 MG Oral Tablet"), drug(pair.drug_b.upper(), kind="reported")
        flagged = [found.id for found, _ in interaction_flags(chart(first, second))]
        assert pair.id in flagged


def test_no_flag_without_both_drugs_or_inside_one_product():
    assert interaction_flags(chart(drug("warfarin"), drug("lisinopril"))) == []
    assert interaction_flags(chart(drug("Aspirin / ibuprofen combination"))) == []
    assert interaction_flags(chart(drug("warfarin"), drug("aspirinol"))) == []


def test_a_pair_in_both_lists_is_one_flag_with_all_records():
    entries = [drug("warfarin", record="a"), drug("warfarin", "reported", "b"), drug("aspirin", record="c")]
    ((_, flag),) = interaction_flags(chart(*entries))
    assert flag.records[:3] == ("a", "b", "c")


def test_red_flags_use_the_newest_value_and_its_own_unit():
    def pulse(value, date, unit="beats per minute"):
        return Entry(record=f"o{date}", kind="vital", name="heart rate", value=value, unit=unit, date=date)

    assert [f.text for f in red_flags(chart(pulse("140", "2030-01-01")))] == [
        "Red flag: heart rate 140 beats per minute on 2030-01-01"
    ]
    assert red_flags(chart(pulse("140", "2030-01-01"), pulse("80", "2031-01-01"))) == []
    assert red_flags(chart(pulse("140", "2030-01-01", "per hour"))) == []


def test_alarming_words_and_their_denial():
    assert [bool(alarming(said)) for said in ("Sudden chest pain", "feels suicidal")] == [True, True]
    assert [bool(alarming(said)) for said in ("denies chest pain", "knee pain")] == [False, False]


def test_an_allergy_is_found_by_drug_and_by_class():
    allergy = Entry(record="a", kind="allergy", name="penicillin")
    assert len(allergy_flags(chart(allergy, drug("Amoxicillin 250 MG Oral Capsule")))) == 1
    assert allergy_flags(chart(allergy, drug("lisinopril"))) == []
    assert allergy_flags(chart(Entry(record="a", kind="allergy", name="", negated=True), drug("penicillin"))) == []


def test_a_similar_guideline_is_not_the_patients():
    everything = [one.id for one in guidelines()]
    condition = Entry(record="c", kind="condition", name="type 2 diabetes")
    found = guideline_facts(chart(condition, drug("Lisinopril 10 MG")), lambda name: everything)
    assert {fact.records[1] for fact in found} == {"first-line-type-2-diabetes", "monitoring-lisinopril"}
    assert guideline_facts(chart(condition), lambda name: ["no such id"]) == []
    assert find("Essential hypertension") == [one.id for one in guidelines() if one.topic == "high blood pressure"]


def test_names_are_whole_words():
    assert not mentions("clonidine", "onidin")
    assert mentions("Salbutamol inhaler", "albuterol")
