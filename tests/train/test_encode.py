"""The loss mask holds the answer and its end, and nothing else."""

import pytest

from domainlab.chat_format import prompt_ids
from domainlab.errors import DataError
from domainlab.records import Example
from domainlab.testing import tiny_tokenizer
from domainlab.train.encode import IGNORED, data_digest, encode_examples


def example(prompt="Dose?", response="5 mg", name="a"):
    return Example(id=name, prompt=prompt, response=response, domain="medical", group="g")


def test_by_hand():
    tokenizer = tiny_tokenizer()
    (row,) = encode_examples([example("Hi", "Ho")], tokenizer, max_tokens=64)
    assert tokenizer.decode(row["input_ids"]) == "<|user|>\nHi<|end|>\n<|assistant|>\nHo<|end|>"
    learned = [token for token, label in zip(row["input_ids"], row["labels"], strict=True) if label != IGNORED]
    assert tokenizer.decode(learned) == "Ho<|end|>"
    assert [label for label in row["labels"] if label != IGNORED] == learned


def test_prompt_is_what_the_chat_will_ask():
    tokenizer = tiny_tokenizer()
    rows = encode_examples([example("One?"), example("Two more?", name="b")], tokenizer, max_tokens=64)
    for row, ids in zip(rows, prompt_ids(tokenizer, ["One?", "Two more?"]), strict=True):
        assert row["input_ids"][: len(ids)] == ids
        assert row["labels"][: len(ids)] == [IGNORED] * len(ids)
        assert IGNORED not in row["labels"][len(ids) :]


def test_no_examples():
    with pytest.raises(DataError, match="empty"):
        encode_examples([], tiny_tokenizer(), max_tokens=64)


@pytest.mark.parametrize("response", ["", "  \n"])
def test_nothing_to_learn(response):
    with pytest.raises(DataError, match="Example b has an empty response"):
        encode_examples([example(), example(response=response, name="b")], tiny_tokenizer(), max_tokens=64)


def test_end_token_inside_the_answer():
    with pytest.raises(DataError, match=r"example b contains the end token '<\|end\|>'"):
        encode_examples([example(response="Ho<|end|> more", name="b")], tiny_tokenizer(), max_tokens=64)


def test_too_long_names_the_examples_and_lengths():
    tokenizer = tiny_tokenizer()
    rows = [example(name=f"e{number}", response="x" * 60) for number in range(7)]
    length = len(encode_examples(rows[:1], tokenizer, max_tokens=100)[0]["labels"])
    with pytest.raises(DataError, match=rf"7 of 8 examples .* max_tokens={length - 1}: e0 \({length}\), .*, \.\.\."):
        encode_examples([example(), *rows], tokenizer, max_tokens=length - 1)


def test_data_digest():
    one, two = example(), example(response="6 mg", name="b")
    assert data_digest([one, two]) == data_digest([example(), two])
    assert len({data_digest([one]), data_digest([two]), data_digest([one, two]), data_digest([two, one])}) == 4
