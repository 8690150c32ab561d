"""HFChat says what the model says, in order, and refuses what it cannot answer."""

from collections import Counter

import pytest
import torch

from domainlab.chat_format import PLAIN_CHAT_TEMPLATE, answer_end, prompt_ids
from domainlab.errors import ConfigError, DataError
from domainlab.models import HFChat, ScriptedChat
from domainlab.testing import tiny_model, tiny_tokenizer

PROMPTS = ["Who has the key?", "Dose?", "Who has the key?", "Name the ward, the room and the day."]


def make_chat(**options):
    return HFChat(tiny_model("qwen"), tiny_tokenizer(), progress=False, **options)


def answer_by_generate(model, tokenizer, prompt):
    messages = [{"role": "user", "content": prompt}]
    inputs = tokenizer.apply_chat_template(
        messages, add_generation_prompt=True, return_tensors="pt", return_dict=True
    )
    output = model.generate(**inputs, max_new_tokens=12, do_sample=False)[0, inputs["input_ids"].shape[1] :]
    return tokenizer.decode(output, skip_special_tokens=True).strip()


def test_greedy_answers_are_those_of_generate_in_order():
    chat = make_chat(batch_size=2)
    expected = [answer_by_generate(chat.model, chat.tokenizer, prompt) for prompt in PROMPTS]
    assert chat(PROMPTS, max_new_tokens=12) == expected
    assert len(set(expected)) == 3  # prompts 0 and 2 are the same


def test_system_message_reaches_the_model():
    tokenizer = tiny_tokenizer()
    plain, told = (
        tokenizer.decode(prompt_ids(tokenizer, ["Hi"], system=system)[0]) for system in (None, "Be brief.")
    )
    assert plain == "<|user|>\nHi<|end|>\n<|assistant|>\n"
    assert told == "<|system|>\nBe brief.<|end|>\n" + plain
    assert make_chat()(["Hi"]) != make_chat(system="Be brief.")(["Hi"])


def test_sampling_depends_on_seed_and_place_not_on_batching():
    wide, narrow = make_chat(batch_size=8), make_chat(batch_size=1)
    answers = wide(PROMPTS, temperature=1.0, seed=3)
    assert answers == narrow(PROMPTS, temperature=1.0, seed=3)
    assert answers != wide(PROMPTS, temperature=1.0, seed=4)
    assert answers[0] != answers[2]  # the same question asked twice gets two draws


def test_sampling_follows_the_distribution():
    chat = make_chat()
    ids = torch.tensor(prompt_ids(chat.tokenizer, ["Dose?"]))
    with torch.inference_mode():
        chances = chat.model(ids).logits[0, -1].softmax(-1)
    expected = Counter()  # several tokens can look the same, and special tokens are not shown
    for token, chance in enumerate(chances.tolist()):
        expected[chat.tokenizer.decode([token], skip_special_tokens=True).strip()] += chance
    drawn = Counter(chat(["Dose?"] * 1000, max_new_tokens=1, temperature=1.0))
    for word, chance in expected.most_common(3):
        assert drawn[word] / 1000 == pytest.approx(chance, abs=4 * (chance * (1 - chance) / 1000) ** 0.5)


def test_cold_sampling_is_greedy():
    chat = make_chat()
    assert chat(PROMPTS, max_new_tokens=5, temperature=1e-4) == chat(PROMPTS, max_new_tokens=5)


def test_sampling_leaves_the_global_generator_alone():
    state = torch.random.get_rng_state()
    make_chat()(["Dose?"], temperature=1.0)
    assert torch.equal(state, torch.random.get_rng_state())


def test_answers_in_eval_mode_and_puts_the_mode_back():
    chat = make_chat()
    expected = chat(["Dose?"])
    chat.model.train()
    assert chat(["Dose?"]) == expected
    assert chat.model.training


def test_prompt_and_answer_share_the_context_window():
    chat = make_chat()
    window = chat.model.config.max_position_embeddings
    frame = len(prompt_ids(chat.tokenizer, [""])[0])
    with pytest.raises(DataError, match=rf"Prompt 1 has {window} tokens.*{window}.*at least 1 tokens"):
        chat(["short", "x" * (window - frame)])
    assert len(chat(["x" * (window - frame - 3)], max_new_tokens=10)) == 1  # three tokens fit


def test_nothing_in_nothing_out():
    assert make_chat()([]) == []
    assert ScriptedChat(str.upper)([]) == []


def test_scripted_chat():
    assert ScriptedChat(str.upper)(["a", "b"], max_new_tokens=1, temperature=2.0, seed=9) == ["A", "B"]


@pytest.mark.parametrize("chat", [ScriptedChat(str.upper), make_chat()])
def test_one_text_instead_of_a_list(chat):
    with pytest.raises(ConfigError, match="list of prompts"):
        chat("Who has the key?")
    with pytest.raises(DataError, match="prompt 1 is a int"):
        chat(["a", 7])


@pytest.mark.parametrize("options", [{"max_new_tokens": 0}, {"temperature": -1.0}])
def test_numbers_out_of_range(options):
    with pytest.raises(ConfigError, match="Expected"):
        make_chat()(["a"], **options)


def test_batch_size_of_zero():
    with pytest.raises(ConfigError, match="batch_size"):
        make_chat(batch_size=0)


def test_answer_end_is_what_the_template_writes():
    tokenizer = tiny_tokenizer()
    assert tokenizer.convert_ids_to_tokens(answer_end(tokenizer)) == ["<|end|>"]
    tokenizer.chat_template = "{% for m in messages %}{{ m['content'] }} <|user|>{% endfor %}"
    assert tokenizer.convert_ids_to_tokens(answer_end(tokenizer)) == ["Ġ", "<|user|>"]
    tokenizer.chat_template = "{% for m in messages %}{{ m['content'] }}\n{% endfor %}"
    assert tokenizer.convert_ids_to_tokens(answer_end(tokenizer)) == [
        "<|end|>"
    ]  # nothing written: end of text


def test_no_end_token_at_all():
    tokenizer = tiny_tokenizer()
    tokenizer.chat_template = "{{ messages[-1]['content'] }}"
    tokenizer.eos_token = None
    with pytest.raises(ConfigError, match="end-of-text"):
        answer_end(tokenizer)


def test_plain_template_by_hand():
    tokenizer = tiny_tokenizer()
    tokenizer.chat_template = PLAIN_CHAT_TEMPLATE
    chat = [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Ho"}]
    assert tokenizer.apply_chat_template(chat, tokenize=False) == "User: Hi\nAssistant: Ho<|end|>\n"
    assert tokenizer.decode(prompt_ids(tokenizer, ["Hi"])[0]) == "User: Hi\nAssistant: "
