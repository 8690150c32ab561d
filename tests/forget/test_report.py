"""The report: nothing lost by a model that did not change, a loss found where there is one, for several families."""

import json

import numpy as np
import pytest

from domainlab.errors import AdapterError, DataError
from domainlab.forget.__main__ import main
from domainlab.forget.report import compare_scores, forgetting_report
from domainlab.forget.suites import Probe, Suite, TextSuite
from domainlab.models import HFChat
from domainlab.records import Example
from domainlab.testing import FAMILIES, save_tiny_checkpoint, tiny_model, tiny_tokenizer
from domainlab.train.attach import attach
from domainlab.train.config import TrainConfig
from domainlab.train.finetune import finetune
from domainlab.train.save import save_adapter

TEXT = TextSuite(name="text", texts=("A short text.", "Another one."))
TRAINING = [Example(id=f"d{n}", prompt=f"Bed {n}?", response="Q", domain="d", group="") for n in range(12)]


def known_suite(family="llama", n=20, tokens=3):
    """What the random model says is made the right answer: then it knows something that it can lose."""
    prompts = [f"Ward {number}?" for number in range(n)]
    said = HFChat(tiny_model(family), tiny_tokenizer(), progress=False)(prompts, max_new_tokens=tokens)
    probes = [Probe(id=p, prompt=p, answers=(a or "?",), chance=0.0) for p, a in zip(prompts, said, strict=True)]
    return Suite(name="wards", probes=tuple(probes), max_new_tokens=tokens)


def domain_suite():
    return Suite(name="beds", probes=(Probe(id="b", prompt="Bed 99?", answers=("Q",), chance=0.0),), max_new_tokens=3)


def tuned(family="llama", method="lora"):
    model = attach(tiny_model(family), method, **({} if method == "full" else {"rank": 4}))
    finetune(model, tiny_tokenizer(), TRAINING, TrainConfig(learning_rate=3e-2, epochs=20), progress=False)
    return model


def report(base, after, **options):
    return forgetting_report(base, after, [known_suite(), TEXT], tokenizer=tiny_tokenizer(), **options)


def test_an_adapter_that_does_nothing_has_lost_nothing():
    found = report(tiny_model(), attach(tiny_model(), "lora", rank=4))
    row = found.table.set_index("suite").loc["wards"]
    assert (row["change"], row["retention"], found.retention) == (0, 1, 1)
    assert found.verdict == "no loss shown"
    assert max(found.drift.values()) < 1e-6


@pytest.mark.parametrize("family", FAMILIES)
def test_a_trained_adapter_has_lost_and_gained_in_every_family(family):
    found = forgetting_report(
        tiny_model(family), tuned(family), [known_suite(family), TEXT], tokenizer=tiny_tokenizer(),
        domain=domain_suite(), training=TRAINING,
    )  # fmt: skip
    rows = found.table.set_index("suite")
    assert found.verdict == "forgot"
    assert rows.loc["wards", "retention"] < 0.9
    assert rows.loc["beds", "change"] == 1
    assert found.drift["KL(base || tuned), general prompts"] > 0
    assert "wards" in found.words
    assert "beds changed by +100 points" in found.words


def test_a_row_by_hand():
    suite = known_suite(n=4)
    row = compare_scores(suite, np.array([1, 1, 1, 0.0]), np.array([[1, 0, 0, 0], [1, 1, 0, 0.0]]))
    assert (row["before"], row["after"]) == (0.75, 0.375)
    assert row["change"] == pytest.approx(-0.375)
    assert row["retention"] == pytest.approx(0.5)
    assert row["change_low"] <= row["change"] <= row["change_high"] <= 0


def test_no_loss_shown_says_what_could_still_hide():
    found = report(tiny_model(), tiny_model())
    assert "could still hide" in found.words


def test_the_page_holds_table_figure_and_verdict_and_asks_no_network():
    page = report(tiny_model(), tuned()).html()
    assert "forgot" in page
    assert "wards" in page
    assert 'src="data:image/png' in page
    assert "http" not in page


def write_probes(path, suite):
    rows = [{"id": p.id, "prompt": p.prompt, "answers": list(p.answers), "chance": 0.0} for p in suite.probes]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return str(path)


def test_the_command_on_an_adapter_and_on_a_checkpoint(tmp_path, capsys):
    base = save_tiny_checkpoint(tmp_path / "base")
    adapter = tuned()
    save_adapter(
        adapter, tmp_path / "adapter", base=str(base), examples=TRAINING,
        config=TrainConfig(learning_rate=3e-2), scores={},
    )  # fmt: skip
    probes, page = write_probes(tmp_path / "wards.jsonl", known_suite(tokens=48)), tmp_path / "page.html"
    for after, code in ((tmp_path / "adapter", 1), (base, 0)):
        assert main([str(base), str(after), "--suites", probes, "--html", str(page)]) == code
        assert "wards" in page.read_text()
    assert "could still hide" in capsys.readouterr().out
    assert main([str(base), str(base), "--suites", str(tmp_path / "none.jsonl"), "--html", str(page)]) == 2
    assert "no such file" in capsys.readouterr().err


def test_wrong_pairs_and_wrong_suites_are_refused():
    with pytest.raises(AdapterError, match="was trained on"):
        report(tiny_model(seed=1), attach(tiny_model(), "lora", rank=4))
    with pytest.raises(DataError, match="at least one suite"):
        forgetting_report(tiny_model(), tiny_model(), [TEXT], tokenizer=tiny_tokenizer())
    with pytest.raises(DataError, match="different name"):
        forgetting_report(tiny_model(), tiny_model(), [known_suite()] * 2, tokenizer=tiny_tokenizer())
    seen = [Example(id="x", prompt="Ward 3?", response="x", domain="", group="")]
    with pytest.raises(DataError, match="overlap with the training data: Ward 3"):
        report(tiny_model(), tiny_model(), training=seen)
