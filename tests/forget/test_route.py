"""The router: the adapter for its domain, the base for all the rest and for what it does not know."""

import numpy as np
import pytest

from domainlab.chat import ScriptedChat
from domainlab.errors import ConfigError, DataError
from domainlab.forget.arms import medical_task, task_router
from domainlab.forget.route import Router, routed

DOMAIN = ["Dose of aspirin?", "Is aspirin safe?", "Is insulin safe?", "Dose of insulin?"]
GENERAL = ["Is Rome old?", "Is it far?", "Name of Rome?"]


def test_telling_words_by_hand():
    assert Router(DOMAIN, GENERAL).telling == {"dose", "aspirin", "insulin", "safe"}  # "is" and "of" are general too
    assert Router(DOMAIN[:3], GENERAL).telling == {"aspirin", "safe"}


def test_unseen_wordings_go_to_the_right_side():
    task = medical_task(facts=12, items=30)
    router = task_router(task)
    assert router.to_adapter(task.domain.prompts).mean() > 0.9
    assert np.mean([router.to_adapter(suite.prompts).mean() for suite in task.general]) < 0.03


def test_it_abstains_where_it_knows_no_telling_word():
    assert not Router(DOMAIN, GENERAL).to_adapter(["Xyzzy plugh?", "", "Is Rome old?"]).any()


def test_answers_come_in_the_order_of_the_prompts_and_options_are_passed_on():
    seen = []

    def adapter(prompts, **options):
        seen.append(options)
        return [f"adapter {p}" for p in prompts]

    chat = routed(Router(DOMAIN, GENERAL), adapter, ScriptedChat(lambda prompt: f"base {prompt}"))
    asked = [DOMAIN[0], GENERAL[0], DOMAIN[1]]
    assert chat(asked, max_new_tokens=7) == [f"adapter {DOMAIN[0]}", f"base {GENERAL[0]}", f"adapter {DOMAIN[1]}"]
    assert seen == [{"max_new_tokens": 7, "temperature": 0.0, "seed": 0}]
    assert chat([]) == []


def test_bad_input_is_refused():
    with pytest.raises(DataError, match="both sides"):
        Router([], GENERAL)
    with pytest.raises(DataError, match="lower least"):
        Router(DOMAIN, DOMAIN)
    with pytest.raises(ConfigError, match="at least 1 prompt"):
        Router(DOMAIN, GENERAL, least=0)
