"""Scores of raw drafts, worked by hand, and of delivered notes against the wrong patient."""

from domainlab.assist.adapter import CHARTS, TRAINING_SEED, charts_of
from domainlab.assist.assistant import draft_notes
from domainlab.assist.score import draft_scores, note_scores, write_drafts
from domainlab.assist.writer import in_portions, training_examples
from domainlab.chat import ScriptedChat
from domainlab.data.patients import synthetic_patients
from scribes import PASSAGE, faithful


def scores(materials, reply, **options):
    return draft_scores(write_drafts(materials, ScriptedChat(reply), size=3, **options)).mean()


def test_a_faithful_draft_is_perfect(materials):
    found = scores(materials[:5], faithful)
    assert found.tolist() == [1, 1, 1, 0, 0]


def test_facts_in_another_form_count_as_facts_only(materials):
    found = scores(materials[:5], lambda prompt: " ".join(says for _, _, says in PASSAGE.findall(prompt)))
    assert found["facts_score"] == 1
    assert found["format_score"] == found["fact_and_format_score"] == 0


def test_without_records_the_prompt_holds_none_and_numbers_are_invented(materials):
    prompts = []

    def blind(prompt):
        prompts.append(prompt)
        return "Objective:\n[1] measured: heart rate 12345 beats per minute"

    found = scores(materials[:2], blind, records=False)
    assert not any(entry.name in prompt for prompt in prompts for m in materials[:2] for entry in m.chart.of("lab"))
    assert found["facts_score"] == found["fact_and_format_score"] == 0
    assert found["invented_error"] == 1


def test_notes_scored_against_the_next_patient_light_up(materials, writer):
    notes = draft_notes(materials[:12], writer, size=4)
    assert note_scores(notes, materials[:12])["untraceable"].sum() == 0
    shifted = note_scores(notes[:-1], materials[1:12])
    assert (shifted["leaks"] > 0).all()
    assert (shifted["untraceable"] > 0).all()


def test_portions_and_training_pairs(materials):
    assert in_portions([1, 2, 3, 4, 5], 2) == [[1, 2], [3, 4], [5]]
    facts = [material.facts for material in materials[:4]]
    pairs = training_examples(facts, size=2, seed=0, most=1000)
    assert sum(pair.prompt.count("\n[") for pair in pairs) == sum(map(len, facts))
    assert all(pair.response == faithful(pair.prompt) for pair in pairs)
    few = training_examples(facts, size=2, seed=0, most=5)
    assert len(few) == 5
    assert set(few) <= set(pairs)
    assert len({pair.prompt.split("[1] ")[1].split(":")[0] for pair in few}) == 5  # five kinds of facts
    assert training_examples(facts, size=2, seed=1, most=1000) != pairs


def test_the_writer_never_learns_from_the_patients_it_is_measured_on(materials):
    students = charts_of(synthetic_patients(CHARTS, seed=TRAINING_SEED))
    measured = {tuple(material.chart.entries) for material in materials}
    assert not {tuple(chart.entries) for chart in students} & measured
