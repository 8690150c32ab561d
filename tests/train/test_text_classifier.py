import json
from dataclasses import replace

import numpy as np
import pytest
import torch
from transformers import BertConfig, BertModel, BertTokenizerFast

from domainlab.errors import AdapterError, ConfigError, DataError
from domainlab.train.teach_classifier import calibrate, fit_classifier
from domainlab.train.text_classifier import ClassifierConfig, TextClassifier, load_classifier, read_classifier_card

WORDS = "build make find stop a the virus worm hole mail in for our their".split()
CONFIG = ClassifierConfig(rank=2, epochs=40, batch_size=8, learning_rate=1e-2, dropout=0.0)
TEXTS = [f"{verb} a {noun}" for verb in ("build", "make", "find", "stop") for noun in ("virus", "worm", "hole")]
SIDES = ["harmful" if text.split()[0] in ("build", "make") else "legitimate" for text in TEXTS]


@pytest.fixture(scope="module")
def encoder(tmp_path_factory):
    """A random encoder of one small layer, saved as a folder."""
    folder = tmp_path_factory.mktemp("encoder")
    vocabulary = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *WORDS]
    (folder / "vocab.txt").write_text("\n".join(vocabulary))
    BertTokenizerFast(vocab=str(folder / "vocab.txt")).save_pretrained(folder)
    torch.manual_seed(0)
    sizes = {"hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 32}
    BertModel(BertConfig(vocab_size=len(vocabulary), **sizes)).save_pretrained(folder)
    return str(folder)


@pytest.fixture(scope="module")
def taught(encoder):
    classifier = TextClassifier(encoder, ("harmful", "legitimate"), CONFIG)
    losses = fit_classifier(classifier, TEXTS, SIDES, progress=False)
    return classifier, losses


def test_it_learns_the_verb_and_ignores_the_noun(taught):
    classifier, losses = taught
    assert losses[-1] < losses[0]
    chosen = classifier(["build a mail", "stop a mail"]).argmax(axis=1)
    assert [classifier.labels[at] for at in chosen] == ["harmful", "legitimate"]


def test_only_adapter_and_head_move(encoder, taught):
    fresh = TextClassifier(encoder, ("harmful", "legitimate"), CONFIG)
    before, after = (dict(one.model.named_parameters()) for one in (fresh, taught[0]))
    moved = {name for name in before if not torch.equal(before[name], after[name])}
    assert moved
    assert all("lora_" in name for name in moved)


def test_rows_sum_to_one_and_do_not_depend_on_the_batch(taught):
    classifier = taught[0]
    together = classifier(TEXTS)
    np.testing.assert_allclose(together.sum(axis=1), 1)
    np.testing.assert_allclose(together[3], classifier([TEXTS[3]])[0], atol=1e-5)


def test_saved_and_loaded_it_says_the_same(tmp_path, encoder, taught):
    taught[0].save(tmp_path, threshold=0.7)
    again = load_classifier(tmp_path, encoder)
    np.testing.assert_allclose(again(TEXTS), taught[0](TEXTS), atol=1e-6)
    assert read_classifier_card(tmp_path)["threshold"] == 0.7


def test_a_single_step_is_enough_to_be_a_training(encoder):
    classifier = TextClassifier(encoder, ("a", "b"), replace(CONFIG, epochs=1))
    assert len(fit_classifier(classifier, ["find a hole"], ["a"], progress=False)) == 1


def test_calibration_finds_the_best_temperature(encoder):
    classifier = TextClassifier(encoder, ("a", "b"), CONFIG)
    classifier.logits = lambda texts: torch.tensor([[4.0, 0.0]] * 3 + [[0.0, 4.0]])  # sure, and right in 3 of 4
    found = calibrate(classifier, ["x"] * 4, ["a"] * 4)
    # the likeliest probability is 3/4: logit 4 / T = log 3
    assert found == pytest.approx(4 / np.log(3), rel=1e-2)


def test_bad_input_is_refused(tmp_path, encoder, taught):
    with pytest.raises(ConfigError, match="two or more"):
        TextClassifier(encoder, ("one",), CONFIG)
    with pytest.raises(ConfigError, match="Could not load"):
        TextClassifier(str(tmp_path / "nothing"), ("a", "b"), CONFIG)
    with pytest.raises(ConfigError, match="rank"):
        ClassifierConfig(rank=0)
    with pytest.raises(DataError, match="one label per text"):
        fit_classifier(taught[0], TEXTS, SIDES[:2])
    with pytest.raises(DataError, match="labels must be"):
        fit_classifier(taught[0], ["x"], ["unknown"])
    with pytest.raises(AdapterError, match="no classifier"):
        load_classifier(tmp_path, encoder)
    taught[0].save(tmp_path)
    card = json.loads((tmp_path / "classifier.json").read_text())
    (tmp_path / "classifier.json").write_text(json.dumps({**card, "labels": ["a", "b", "c"]}))
    with pytest.raises(AdapterError, match="does not fit"):
        load_classifier(tmp_path, encoder)
