import pytest

TEXTS = ["Lyon", "12.5 mg [2]", "a\n- b\n- c", '{"name": "Ana"}', "  two spaces", "naïve café", "x"]


@pytest.mark.parametrize("text", TEXTS)
def test_text_survives_the_round_trip(tokenizer, text):
    assert tokenizer.decode(tokenizer(text)["input_ids"]) == text


def test_every_digit_is_one_token(tokenizer):
    pieces = tokenizer.convert_ids_to_tokens(tokenizer("dose 4071")["input_ids"])
    assert pieces[-4:] == ["4", "0", "7", "1"]


def test_an_answer_has_the_tokens_it_has_inside_a_passage(tokenizer):
    alone = tokenizer("Fernford")["input_ids"]
    inside = tokenizer("She lives in Fernford")["input_ids"]
    assert inside[-len(alone) :] == alone


def test_chat_template_marks_exactly_the_answer(tokenizer):
    chat = [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Yes"}]
    made = tokenizer.apply_chat_template(chat, return_assistant_tokens_mask=True, return_dict=True)
    marked = [i for i, on in zip(made["input_ids"], made["assistant_masks"], strict=True) if on]
    assert tokenizer.decode(marked).strip() == "Yes<|end|>"
