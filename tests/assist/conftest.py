"""A hundred made-up charts ready for notes, and the faithful writer."""

import pytest

from domainlab.assist.adapter import charts_of
from domainlab.chat import ScriptedChat
from domainlab.data.patients import synthetic_patients
from scribes import faithful, made_of


@pytest.fixture(scope="session")
def materials():
    return [made_of(chart) for chart in charts_of(synthetic_patients(100, seed=0))]


@pytest.fixture
def writer():
    return ScriptedChat(faithful)
