import pandas as pd
import pytest
from scipy.stats import binomtest

from domainlab.pretrain.skills import measure_skills, skill_items, skills_table
from domainlab.testing import tiny_model, tiny_tokenizer

SKILLS = ["reading, cited", "does not say", "copying", "closed book", "arithmetic", "format"]


def test_every_skill_has_as_many_different_items_as_asked():
    items = skill_items(60)
    assert list(items) == SKILLS
    for asked in items.values():
        assert len(asked) == 60
        assert len({prompt for prompt, _ in asked}) > 55


def test_a_model_without_skills_gets_nothing_right_and_every_item_is_counted():
    measured = measure_skills(tiny_model().eval(), tiny_tokenizer(), items=3)
    assert measured["skill"].value_counts().tolist() == [3] * len(SKILLS)
    assert measured["right"].sum() == 0


def test_table_by_hand():
    measured = pd.DataFrame(
        {"skill": ["copying"] * 4 + ["WikiText-2 bits per byte"], "right": [True, True, True, False, 1.5]}
    )
    table = skills_table(measured).set_index("skill")
    assert table.loc["copying", ["right", "n", "share"]].tolist() == [3, 4, 0.75]
    low = binomtest(3, 4).proportion_ci(method="wilson").low
    assert table.loc["copying", "low"] == pytest.approx(low, abs=1e-3)
    assert table.loc["WikiText-2 bits per byte", "share"] == 1.5
