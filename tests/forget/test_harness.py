"""The same items and the same model in lm-evaluation-harness: equal accuracy and equal log-likelihoods.

It is no requirement of the course; `pip install lm-eval==0.4.13` makes this file run.
"""

import json

import pytest

from domainlab.evaluate.likelihood import continuation_loglikelihood
from domainlab.forget.general_suites import general_suites
from domainlab.forget.suites import Probe, Suite, suite_scores
from domainlab.models import load_base
from domainlab.settings import SCALES

lm_eval = pytest.importorskip("lm_eval")
from lm_eval.api.task import ConfigurableTask  # noqa: E402 - only where it is installed
from lm_eval.models.huggingface import HFLM  # noqa: E402

ITEMS = 24


@pytest.fixture(scope="module")
def loaded():
    model, tokenizer = load_base(SCALES["tiny"].base_model)
    return model, tokenizer, HFLM(pretrained=model, tokenizer=tokenizer, batch_size=8)


def evaluate(harness, tmp_path, rows, **config):
    path = tmp_path / "items.json"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    shared = {
        "task": "probes", "dataset_path": "json", "test_split": "test", "doc_to_text": "{{prompt}}",
        "dataset_kwargs": {"data_files": {"test": str(path)}}, "target_delimiter": "", "num_fewshot": 0,
    }  # fmt: skip
    task = ConfigurableTask(config={**shared, **config})
    return lm_eval.simple_evaluate(
        model=harness, tasks=[task], apply_chat_template=True, bootstrap_iters=0, log_samples=True, verbosity="ERROR"
    )


def knowledge():
    return general_suites(4 * ITEMS)[0].probes


def different(*choices):
    return tuple(dict.fromkeys(choices))


def choice_suite():
    probes = knowledge()
    others = [probe.answers[0] for probe in probes]
    made = [
        Probe(id=p.id, prompt=p.prompt, answers=p.answers[:1], choices=different(p.answers[0], *others[n : n + 3]))
        for n, p in enumerate(probes[:ITEMS], start=1)
    ]  # fmt: skip
    return Suite(name="choices", probes=tuple(made))


def test_multiple_choice_has_the_same_accuracy_and_log_likelihoods(loaded, tmp_path):
    model, tokenizer, harness = loaded
    suite = choice_suite()
    rows = [{"prompt": p.prompt, "choices": list(p.choices)} for p in suite.probes]
    found = evaluate(
        harness, tmp_path, rows, output_type="multiple_choice", doc_to_choice="{{choices}}", doc_to_target=0,
        metric_list=[{"metric": "acc", "aggregation": "mean", "higher_is_better": True}],
    )  # fmt: skip
    scores = suite_scores(model, tokenizer, suite)
    assert found["results"]["probes"]["acc,none"] == scores.mean()
    chats = [[{"role": "user", "content": probe.prompt}] for probe in suite.probes]
    asked = tokenizer.apply_chat_template(chats, tokenize=False, add_generation_prompt=True)
    for sample in found["samples"]["probes"]:
        at = sample["doc_id"]
        ours = continuation_loglikelihood(model, tokenizer, [asked[at]] * len(rows[at]["choices"]), rows[at]["choices"])
        theirs = [float(answer[0][0]) for answer in sample["resps"]]
        assert ours == pytest.approx(theirs, abs=1e-4, rel=0)


def test_written_answers_have_the_same_accuracy(loaded, tmp_path):
    model, tokenizer, harness = loaded
    suite = Suite(name="knowledge", probes=knowledge()[:ITEMS], max_new_tokens=16)
    suite = Suite(
        name="knowledge", max_new_tokens=16,
        probes=tuple(Probe(id=p.id, prompt=p.prompt, answers=p.answers[:1], chance=p.chance) for p in suite.probes),
    )  # fmt: skip
    exact = {
        "metric": "exact_match", "aggregation": "mean", "higher_is_better": True, "ignore_case": True,
        "ignore_punctuation": True,
    }  # fmt: skip
    found = evaluate(
        harness, tmp_path, [{"prompt": p.prompt, "answer": p.answers[0]} for p in suite.probes],
        output_type="generate_until", doc_to_target="{{answer}}", metric_list=[exact],
        generation_kwargs={"until": [tokenizer.eos_token], "max_gen_toks": 16, "do_sample": False},
    )  # fmt: skip
    assert found["results"]["probes"]["exact_match,none"] == suite_scores(model, tokenizer, suite).mean()
