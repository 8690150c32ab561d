import re
from collections import Counter, defaultdict

import pytest

from domainlab.data import general
from domainlab.data.general import all_facts, fact_sentences, general_questions, read_table, read_wordings
from domainlab.errors import ConfigError, DataError

KINDS = {
    "capital", "country_of_capital", "continent", "currency", "language", "element_symbol", "element_number",
    "opposite", "category", "past_tense", "plural", "author", "unit", "young", "invention", "sequence",
}  # fmt: skip


@pytest.fixture(scope="module")
def questions():
    return {split: general_questions(wordings=split) for split in ("train", "held_out")}


def test_every_kind_has_enough_wordings_of_each_sort():
    counts = {key: len(listed) for key, listed in read_wordings().items()}
    assert {kind for kind, _ in counts} == KINDS
    for kind in KINDS:
        assert counts[kind, "train"] >= 6
        assert counts[kind, "held_out"] >= 2
        assert counts[kind, "statement"] >= 3


def test_each_fact_is_asked_in_each_wording(questions):
    facts, wordings = Counter(fact.kind for fact in all_facts()), read_wordings()
    assert set(facts) == KINDS
    for split, asked in questions.items():
        counts = Counter(question.kind for question in asked)
        assert counts == {kind: n * len(wordings[kind, split]) for kind, n in facts.items()}


def test_ids_and_texts_are_unique_and_the_two_sets_never_meet(questions):
    both = questions["train"] + questions["held_out"]
    assert len({question.id for question in both}) == len(both)
    assert len({question.text for question in both}) == len(both)
    by_split = {split: {(q.kind, q.wording) for q in asked} for split, asked in questions.items()}
    assert not by_split["train"] & by_split["held_out"]


def test_seed_changes_the_order_and_nothing_else():
    one, same, other = (general_questions(wordings="held_out", seed=seed) for seed in (1, 1, 2))
    assert one == same
    assert one != other
    assert sorted(q.id for q in one) == sorted(q.id for q in other)


def test_wordings_have_a_blank_for_the_entity_and_only_statements_for_the_answer():
    for row in read_table("wordings"):
        assert "{entity}" in row["wording"]
        asks = row["split"] != "statement"
        assert not (asks and re.search(r"\{(a_answer|answer|country|participle)\}", row["wording"]))


def test_passage_states_entity_and_answer(questions):
    for question in questions["held_out"]:
        assert question.answer.lower() in question.passage.lower()
        assert question.answer not in question.aliases
        assert len(question.answer.split()) <= 7
        assert "{" not in question.text + question.passage


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("What city is the capital of Australia?", "Canberra"),
        ("Which country's capital is Nairobi?", "Kenya"),
        ("Which continent is Peru part of?", "South America"),
        ("Which money is used in Japan?", "yen"),
        ("What is the language of Brazil?", "Portuguese"),
        ("What symbol does the element iron have?", "Fe"),
        ("Tell me the atomic number of gold.", "79"),
        ("What is the opposite of the word cold?", "hot"),
        ("Which group does the word violin belong to?", "instrument"),
        ("What is the past tense of the verb buy?", "bought"),
        ("Tell me the plural of mouse.", "mice"),
        ("Which author wrote Emma?", "Jane Austen"),
        ("How many inches does one foot have?", "12"),
        ("What is a baby goose called?", "gosling"),
        ("Tell me who discovered the neutron.", "James Chadwick"),
        ("What is the next month after December?", "January"),
    ],
)
def test_known_facts(questions, text, answer):
    assert {question.text: question.answer for question in questions["held_out"]}[text] == answer


@pytest.mark.parametrize(
    ("text", "alias"),
    [
        ("What city is the capital of the United States?", "Washington, D.C."),
        ("Which country's capital is London?", "the United Kingdom"),
        ("Which money is used in Mexico?", None),
        ("Which money is used in Canada?", "dollar"),
        ("Which author wrote Hamlet?", "Shakespeare"),
        ("Tell me who invented the aeroplane.", "Wright brothers"),
        ("What is the opposite of the word old?", "new"),
        ("How many metres does one kilometre have?", "1,000"),
    ],
)
def test_other_right_answers_are_aliases(questions, text, alias):
    found = {question.text: question.aliases for question in questions["held_out"]}[text]
    assert alias in found if alias else found == ()


def test_a_country_is_one_group_and_so_is_a_pair_of_opposites(questions):
    groups = defaultdict(set)
    for question in questions["held_out"]:
        groups[question.kind].add(question.group)
    assert groups["capital"] == groups["country_of_capital"] == groups["language"]
    assert groups["element_symbol"] == groups["element_number"]
    group_of = {fact.entity: fact.group for fact in all_facts() if fact.kind == "opposite"}
    for row in read_table("opposites"):
        assert group_of[row["word"]] == group_of[row["opposite"]]
    assert max(Counter(group_of.values()).values()) < 20


def test_opposite_of_the_opposite_is_the_word_again():
    right = {fact.entity: {fact.answer, *fact.aliases} for fact in all_facts() if fact.kind == "opposite"}
    assert all(word in right[other] for word, others in right.items() for other in others)


def test_elements_are_numbered_without_a_gap():
    rows = read_table("elements")
    assert [int(row["number"]) for row in rows] == list(range(1, 104))
    assert len({row["symbol"] for row in rows}) == 103


def test_units_agree_with_each_other():
    factor = {(row["larger"], row["smaller"]): int(row["factor"]) for row in read_table("units")}
    chains = [(a, b, c) for a, b in factor for x, c in factor if x == b and (a, c) in factor]
    assert len(chains) >= 5
    for a, b, c in chains:
        assert factor[a, c] == factor[a, b] * factor[b, c]


@pytest.mark.parametrize(
    ("name", "column"),
    [("countries", "name"), ("countries", "capital"), ("categories", "word"), ("verbs", "verb"),
     ("plurals", "singular"), ("authors", "work"), ("animals", "animal"), ("inventions", "item")],
)  # fmt: skip
def test_tables_list_nothing_twice(name, column):
    values = [row[column] for row in read_table(name)]
    assert len(set(values)) == len(values)


def test_aliases_belong_to_facts():
    known = {(fact.kind, name) for fact in all_facts() for name in (fact.entity, fact.answer)}
    assert all((row["kind"], row["key"]) in known for row in read_table("aliases"))


def test_statements_state_every_fact_three_times():
    sentences = fact_sentences(seed=0)
    assert len(set(sentences)) == len(sentences)
    assert len(sentences) >= 3 * len(all_facts())
    assert sorted(sentences) == sorted(fact_sentences(seed=5))
    assert {"One hour has 60 minutes.", "A young owl is called an owlet."} <= set(sentences)


def test_an_unknown_set_of_wordings_is_refused():
    with pytest.raises(ConfigError, match="'test'"):
        general_questions(wordings="test")


@pytest.mark.parametrize("line", ["lead", "lead\t", "lead\tPb\t82\textra"])
def test_a_broken_table_names_the_line(tmp_path, monkeypatch, line):
    (tmp_path / "elements.tsv").write_text(f"name\tsymbol\nhelium\tHe\n{line}\n")
    monkeypatch.setattr(general, "FACTS", tmp_path)
    with pytest.raises(DataError, match=r"elements\.tsv line 3"):
        read_table("elements")
