"""Confidence that separates right from wrong, signals that are the model's own, and replies that hold back."""

import numpy as np
import pytest
import torch
from sklearn.metrics import roc_auc_score

from domainlab.assist.questions import ASK, EMERGENCY, Confidence, answer_signals, reply_to
from domainlab.chat import HFChat
from domainlab.chat_format import prompt_ids
from domainlab.data.house_style import DISCLAIMER
from domainlab.errors import ConfigError, DataError
from domainlab.prompts import NOT_FOUND, reading_prompt
from domainlab.records import Answer, Chunk, Hit
from domainlab.testing import tiny_model, tiny_tokenizer


def answer(text):
    return Answer(text=text, raw=text, citations=(), invalid_citations=(), hits=())


def hit(text, score):
    return Hit(chunk=Chunk(id="c", doc_id="d", start=0, end=len(text), text=text), score=score, rank=1)


def test_confidence_learns_which_signal_matters():
    rng = np.random.default_rng(0)
    signals = rng.normal(size=(600, 2))
    right = (signals[:, 0] + rng.normal(size=600) > 0).astype(int)
    sure = Confidence(signals[:300], right[:300])(signals[300:])
    assert roc_auc_score(right[300:], sure) > 0.75
    assert abs(sure.mean() - right[300:].mean()) < 0.1
    assert ((sure > 0) & (sure < 1)).all()


def test_confidence_needs_both_outcomes_and_two_signals():
    for signals, right in ((np.zeros((3, 2)), [1, 1, 1]), (np.zeros(3), [0, 1, 1]), (np.zeros((2, 2)), [0, 1, 1])):
        with pytest.raises(DataError):
            Confidence(signals, right)


def test_signals_are_the_mean_log_probability_of_the_models_own_words():
    model, tokenizer = tiny_model(), tiny_tokenizer()
    found = [[hit("Ana has the key.", 0.8)], []]
    answers, signals = answer_signals(["Who has the key?", "Why?"], found, model, tokenizer)
    prompt = reading_prompt("Who has the key?", ["Ana has the key."])
    (reply,) = HFChat(model, tokenizer)([prompt], max_new_tokens=32)
    assert answers[0].raw == reply
    assert answers[1].text == NOT_FOUND
    assert signals[1].tolist() == [-10.0, -1.0]
    assert signals[0, 1] == 0.8
    if reply:
        ids = prompt_ids(tokenizer, [prompt])[0]
        said = tokenizer(reply, add_special_tokens=False)["input_ids"]
        with torch.inference_mode():
            logs = model(torch.tensor([[tokenizer.eos_token_id, *ids, *said]])).logits[0].log_softmax(-1)
        start = 1 + len(ids)
        expected = np.mean([float(logs[start + at - 1, token]) for at, token in enumerate(said)])
        assert signals[0, 0] == pytest.approx(expected, abs=1e-4)


def test_what_is_said_at_each_confidence():
    sure = reply_to("What is the class of lisinopril?", answer("ACE inhibitor"), 0.9)
    assert sure.text == f"ACE inhibitor (confidence 90%)\n{DISCLAIMER}"
    for text, confidence in (("ACE inhibitor", 0.69), (NOT_FOUND, 0.99), ("", 0.99)):
        held = reply_to("What is it?", answer(text), confidence)
        assert held.text == f"{ASK}\n{DISCLAIMER}"
        assert held.withheld
    urgent = reply_to("I have crushing chest pain", answer("aspirin"), 0.99)
    assert urgent.text.startswith(EMERGENCY)
    assert "aspirin" not in urgent.text
    with pytest.raises(ConfigError):
        reply_to("What?", answer("x"), 0.5, threshold=1.5)
