import pytest

from domainlab.data.build_assistant import FOLDER, build_assistant
from domainlab.data.cards import check_card
from domainlab.data.read import read_jsonl
from domainlab.data.security_requests import Request


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    folder = tmp_path_factory.mktemp("assistant")
    build_assistant(folder)
    return folder


def test_the_files_in_the_repository_are_those_that_the_command_writes(built):
    for path in built.glob("*.jsonl"):
        assert (FOLDER / path.name).read_bytes() == path.read_bytes(), f"{path.name}: build it again"


def test_the_card_holds_the_files_and_the_models():
    card = check_card(FOLDER)
    assert {"intent/classifier.safetensors", "triage/head.json", "detector/weak/head.json"} <= set(card["sha256"])


def test_free_requests_are_of_both_sorts(built):
    free = read_jsonl(built / "requests_free.jsonl", Request)
    assert {one.label for one in free} == {"harmful", "legitimate"}
    assert min(sum(one.label == label for one in free) for label in ("harmful", "legitimate")) >= 70
