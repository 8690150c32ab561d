"""Natural text: any folder of JSONL files (field "text"), or a hub data set, as packed uint16 tokens.

Documents that are dense in medical or security words are left out, so that the base model knows neither
domain and adaptation has something to add. Packed files are cached beside the run and reused.
"""

import json
import logging
import lzma
import os
import random
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
from tqdm.auto import tqdm
from transformers import PreTrainedTokenizerFast

from domainlab.errors import ConfigError, DataError

log = logging.getLogger(__name__)

DOMAIN_WORDS = re.compile(
    r"\b(patients?|clinical\w*|diagnos\w+|symptoms?|disease\w*|syndrome\w*|therap\w+|medication\w*|drugs?|dose[sd]?|dosage|"
    r"hospital\w*|physician\w*|surger\w+|cancer\w*|tumou?r\w*|infection\w*|antibiotic\w*|vaccin\w+|hypertension|diabet\w+|"
    r"vulnerabilit\w+|exploit(?:s|ed|ing|ation)?|malware|ransomware|phishing|hackers?|hacking|cyber\w*|encrypt\w+|"
    r"authenticat\w+|passwords?|firewall\w*)\b",
    re.IGNORECASE,
)
MOST_DOMAIN_WORDS = 6  # per 1 000 words of a document


def is_general(text: str) -> bool:
    """Whether a text is neither medical nor about security, judged by its words.

    >>> is_general("The river is long and the boats are slow.")
    True
    >>> is_general("The patient was given a drug against the infection.")
    False
    """
    words = text.count(" ") + 1
    return 1000 * len(DOMAIN_WORDS.findall(text)) <= MOST_DOMAIN_WORDS * max(words, 100)


def read_texts(source: str) -> Iterator[str]:
    """Texts of one source: a `.jsonl` or `.jsonl.xz` file, or the name of a hub data set with a "text" column."""
    path = Path(source)
    if not path.exists():
        if path.suffix or path.is_absolute():
            raise ConfigError(f"expected a JSONL file or a hub data set; {source!r} does not exist")
        from datasets import load_dataset

        yield from (row["text"] for row in load_dataset(source, split="train", streaming=True))
        return
    opener = lzma.open if path.suffix == ".xz" else open
    with opener(path, "rt", encoding="utf-8") as lines:
        for number, line in enumerate(lines, start=1):
            try:
                yield json.loads(line)["text"]
            except (json.JSONDecodeError, KeyError, TypeError) as error:
                raise DataError(f'{path}:{number}: expected an object with "text", got {line[:80]!r}') from error


def short_sentences(source: str, *, most: int = 3000) -> list[str]:
    """Up to `most` plain sentences of 20 to 110 characters from the general texts of a source."""
    found = []
    for text in read_texts(source):
        if is_general(text):
            pieces = re.split(r"(?<=[.!?])\s+", text)
            found += [piece for piece in pieces if 20 <= len(piece) <= 110 and piece.isascii() and "[" not in piece]
        if len(found) >= most:
            break
    return found[:most]


def pack_source(source: str, tokenizer: PreTrainedTokenizerFast, cache: Path, *, max_tokens: int) -> np.ndarray:
    """All general documents of a source as one token array `(n,)`, each document starting with BOS."""
    target = cache / f"{Path(source).name.split('.')[0]}.npy"
    if target.exists():
        return np.load(target, mmap_mode="r")
    parts, total = [], 0
    texts = [text for text in read_texts(source) if is_general(text)]
    random.Random(source).shuffle(texts)
    for start in tqdm(range(0, len(texts), 64), desc=f"tokens of {target.stem}", leave=False):
        for ids in tokenizer(texts[start : start + 64], add_special_tokens=False)["input_ids"]:
            parts.append(np.asarray([tokenizer.bos_token_id, *ids], dtype=np.uint16))
            total += len(ids) + 1
        if total >= max_tokens:
            break
    if not parts:
        raise DataError(f"{source}: no general text found; expected documents with a non-empty text field")
    cache.mkdir(parents=True, exist_ok=True)
    part = target.with_suffix(".part.npy")
    np.save(part, np.concatenate(parts))
    os.replace(part, target)
    log.info("%s: %d documents, %d tokens", source, len(parts), total)
    return np.load(target, mmap_mode="r")


def pack_corpus(
    sources: Mapping[str, float], tokenizer: PreTrainedTokenizerFast, cache: Path, *, max_tokens: int
) -> list[tuple[np.ndarray, float]]:
    """Every source packed, with its weight (expected share of the natural text, before normalising)."""
    return [(pack_source(name, tokenizer, cache, max_tokens=max_tokens), weight) for name, weight in sources.items()]
