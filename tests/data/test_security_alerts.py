import pytest

from domainlab.data.general import read_table
from domainlab.data.security_alerts import NAMES, NOTHING, SPLITS, responses, security_alerts
from domainlab.data.security_facts import techniques
from domainlab.errors import ConfigError

TRAIN, HELD_OUT = (security_alerts(split=split) for split in SPLITS)


def test_every_technique_is_one_of_attack_with_that_tactic():
    known = {one.id: one for one in techniques()}
    for name, response in responses().items():
        if name != NOTHING:
            assert response.tactic in known[name].tactics, name


def test_every_alert_has_a_response_and_every_response_alerts_on_both_sides():
    for part in (TRAIN, HELD_OUT):
        assert {one.technique for one in part} == set(responses())


def test_the_sides_share_neither_wordings_nor_names():
    assert not {one.group for one in TRAIN} & {one.group for one in HELD_OUT}
    for slot in ("host", "user", "ip", "file"):
        assert not set(NAMES["train"][slot]) & set(NAMES["held_out"][slot])


def test_a_next_step_is_a_sentence_for_defenders():
    assert all(one.step.endswith(".") and len(one.step.split()) >= 8 for one in responses().values())


def test_free_alerts_name_known_techniques_and_are_nowhere_else():
    rows = read_table("security_alert_free")
    assert {row["technique"] for row in rows} <= set(responses())
    assert not {row["text"] for row in rows} & {one.text for one in TRAIN + HELD_OUT}


def test_an_unknown_split_is_refused():
    with pytest.raises(ConfigError, match="train, held_out"):
        security_alerts(split="all")
