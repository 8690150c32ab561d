import json

import numpy as np
import pytest

from domainlab.errors import ConfigError, DataError
from domainlab.pretrain.corpus import is_general, pack_source, short_sentences


def test_medical_and_security_documents_are_left_out(tmp_path, tokenizer):
    rows = [
        {"text": "The patient took the drug against the infection. " * 5},
        {"text": "The boat is on the lake. " * 5},
    ]
    (tmp_path / "mixed.jsonl").write_text("\n".join(map(json.dumps, rows)))
    packed = pack_source(str(tmp_path / "mixed.jsonl"), tokenizer, tmp_path / "cache", max_tokens=10_000)
    assert "boat" in tokenizer.decode(packed)
    assert "patient" not in tokenizer.decode(packed)
    assert packed[0] == tokenizer.bos_token_id


def test_a_long_general_text_may_mention_a_hospital_once():
    assert is_general("The train stops at the lake. " * 40 + "The hospital is near.")
    assert not is_general("Malware and exploits hit the firewall.")


def test_packed_tokens_are_cached_and_capped(text_root, tokenizer, tmp_path):
    source = str(text_root / "river.jsonl")
    packed = pack_source(source, tokenizer, tmp_path / "cache", max_tokens=100)
    again = pack_source(source, tokenizer, tmp_path / "cache", max_tokens=100)
    np.testing.assert_array_equal(packed, again)
    assert list((tmp_path / "cache").glob("*.part*")) == []


def test_bad_input_names_file_and_line(tmp_path, tokenizer):
    (tmp_path / "bad.jsonl").write_text('{"text": "fine"}\n{"txet": "typo"}\n')
    with pytest.raises(DataError, match=r"bad\.jsonl:2"):
        pack_source(str(tmp_path / "bad.jsonl"), tokenizer, tmp_path / "c", max_tokens=10)
    (tmp_path / "empty.jsonl").write_text("")
    with pytest.raises(DataError, match="no general text"):
        pack_source(str(tmp_path / "empty.jsonl"), tokenizer, tmp_path / "c", max_tokens=10)
    with pytest.raises(ConfigError, match="does not exist"):
        pack_source(str(tmp_path / "none.jsonl"), tokenizer, tmp_path / "c", max_tokens=10)


def test_sentences_between_facts_are_short_plain_and_general(tmp_path):
    general = "The boat is on the wide lake. See [1] for the map of it. Short. " + "Long " * 40 + "."
    texts = [general, "The patient took the drug."]
    (tmp_path / "mixed.jsonl").write_text("\n".join(json.dumps({"text": text}) for text in texts))
    assert short_sentences(str(tmp_path / "mixed.jsonl")) == ["The boat is on the wide lake."]
    assert short_sentences(str(tmp_path / "mixed.jsonl"), most=0) == []
