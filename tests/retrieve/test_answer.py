"""Answers from passages: what the model is asked, and which of its citations exist."""

import pytest

from domainlab.chat import ScriptedChat
from domainlab.errors import ConfigError, DataError
from domainlab.prompts import NOT_FOUND, reading_prompt
from domainlab.records import Chunk, Hit
from domainlab.retrieve.answer import answer_from, read_answer


def hits(*texts: str, first_rank: int = 1) -> list[Hit]:
    chunks = [Chunk(id=f"c{n}", doc_id="d", start=0, end=9, text=text) for n, text in enumerate(texts)]
    return [Hit(chunk=chunk, score=1.0, rank=rank) for rank, chunk in enumerate(chunks, start=first_rank)]


class RecordingChat:
    """Answers from a list and remembers what it was asked."""

    def __init__(self, replies: list[str]) -> None:
        self.replies = replies
        self.calls: list[tuple[list[str], int]] = []

    def __call__(self, prompts, *, max_new_tokens=64, temperature=0.0, seed=0):
        self.calls.append((list(prompts), max_new_tokens))
        return self.replies[: len(prompts)]


def test_the_model_reads_the_passages_in_their_order():
    chat = RecordingChat(["Ana [1]", "Ben [2][1]"])
    found = [hits("Ana has the key."), hits("Soup at noon.", "Ben has the map.")]
    answers = answer_from(["Who has the key?", "Who has the map?"], found, chat, max_new_tokens=7)
    prompts = [
        reading_prompt("Who has the key?", ["Ana has the key."]),
        reading_prompt("Who has the map?", ["Soup at noon.", "Ben has the map."]),
    ]
    assert chat.calls == [(prompts, 7)]
    assert [(answer.text, answer.citations) for answer in answers] == [("Ana", (1,)), ("Ben", (2, 1))]
    assert [answer.raw for answer in answers] == ["Ana [1]", "Ben [2][1]"]
    assert answers[1].hits == tuple(found[1])


def test_citations_of_passages_that_do_not_exist_are_kept_apart():
    answer = read_answer("At noon [3] [1] [0] [3]", hits("a", "b"))
    assert (answer.text, answer.citations, answer.invalid_citations) == ("At noon", (1,), (3, 0))


def test_hits_are_numbered_as_the_model_saw_them():
    # the second and third of a search, say, after the first was filtered out
    answer = read_answer("b [2]", hits("a", "b", first_rank=2))
    assert [hit.rank for hit in answer.hits] == [1, 2]
    assert answer.hits[answer.citations[0] - 1].chunk.text == "b"


def test_without_hits_the_model_is_not_asked():
    chat = RecordingChat(["Ana [1]"])
    answers = answer_from(["Who?", "Where?", "When?"], [[], hits("Ana has the key."), []], chat)
    assert [answer.text for answer in answers] == [NOT_FOUND, "Ana", NOT_FOUND]
    assert [len(prompts) for prompts, _ in chat.calls] == [1]
    assert answer_from(["Who?"], [[]], ScriptedChat(lambda prompt: "never"))[0].hits == ()
    assert answer_from([], [], chat) == []


def test_any_chat_can_answer():
    def chat(prompt: str) -> str:
        return "noon [1]" if "noon" in prompt else NOT_FOUND

    answers = answer_from(["When?", "When?"], [hits("Soup at noon."), hits("No soup.")], ScriptedChat(chat))
    assert [answer.text for answer in answers] == ["noon", NOT_FOUND]


@pytest.mark.parametrize("reply", ["", "   ", "[1]", "[[1]", "no citation", "[12345]", "a\nb [2]"])
def test_a_strange_reply_is_an_answer_and_no_error(reply):
    answer = read_answer(reply, hits("a"))
    assert answer.raw == reply
    assert set(answer.citations) <= {1}


def test_wrong_use_is_refused():
    with pytest.raises(DataError, match="one list of hits per question"):
        answer_from(["a", "b"], [[]], ScriptedChat(str.upper))
    with pytest.raises(DataError, match="one list of hits per question"):
        answer_from("a", [[]], ScriptedChat(str.upper))
    with pytest.raises(ConfigError, match="max_new_tokens"):
        answer_from(["a"], [hits("a")], ScriptedChat(str.upper), max_new_tokens=0)
    with pytest.raises(DataError, match="one reply per prompt"):
        answer_from(["a"], [hits("a")], RecordingChat([]))
