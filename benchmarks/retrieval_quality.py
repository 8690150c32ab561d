"""Dense, lexical and the two fused searches on questions with a known passage, from any JSONL file.

    python benchmarks/retrieval_quality.py questions.jsonl.xz --question question --passage context --limit 400

Each line has a question and the passage that answers it. All passages of the file are searched; a passage is cut off
where the sentence encoder stops reading, for every search alike. Nothing is tuned: k1 = 1.5, b = 0.75, k = 60, and four
fifths for the dense search, whatever the file.
"""

import argparse
import json
import lzma
import random
from pathlib import Path

from domainlab.evaluate.compare import bootstrap_mean, paired_difference
from domainlab.evaluate.ranking import ndcg_at_k, recall_at_k, reciprocal_rank
from domainlab.records import Chunk
from domainlab.retrieve.embed import SentenceEmbedder
from domainlab.retrieve.hybrid import MODES, HybridIndex

CHARACTERS = 1000  # about 256 tokens
SCORES = {
    "MRR@10": lambda rows, right: reciprocal_rank(rows, right, k=10),
    "nDCG@10": lambda rows, right: ndcg_at_k(rows, right, k=10),
    "recall@1": lambda rows, right: recall_at_k(rows, right, k=1),
    "recall@5": lambda rows, right: recall_at_k(rows, right, k=5),
}


def read_pairs(path: Path, question: str, passage: str) -> list[tuple[str, str]]:
    """Question and passage of every line; a passage given as a list of paragraphs is joined."""
    content = lzma.decompress(path.read_bytes()) if path.suffix == ".xz" else path.read_bytes()
    rows = [json.loads(line) for line in content.decode("utf-8").splitlines() if line]
    joined = [" ".join(row[passage]) if isinstance(row[passage], list) else row[passage] for row in rows]
    return [(row[question], text[:CHARACTERS]) for row, text in zip(rows, joined, strict=True) if text.strip()]


def main() -> None:
    """Index the passages, ask the questions, print scores and paired differences with their intervals."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("file", type=Path)
    parser.add_argument("--question", default="question")
    parser.add_argument("--passage", default="context")
    parser.add_argument("--limit", type=int, default=400, help="questions asked, drawn with seed 0")
    parser.add_argument("--passages", type=int, default=3000, help="passages searched, those of the questions included")
    options = parser.parse_args()
    pairs = read_pairs(options.file, options.question, options.passage)
    random.Random(0).shuffle(pairs)
    asked, texts = pairs[: options.limit], list(dict.fromkeys(text for _, text in pairs))[: options.passages]
    ids = {text: f"p{number:06d}" for number, text in enumerate(texts)}
    index = HybridIndex(SentenceEmbedder())
    index.add([Chunk(id=ids[text], doc_id=ids[text], start=0, end=len(text), text=text) for text in texts])
    right = [{ids[text]} for _, text in asked]
    ranked = {}
    for mode in MODES:
        found = index.search_many([question for question, _ in asked], k=10, mode=mode)
        ranked[mode] = [[hit.chunk.id for hit in hits] for hits in found]
    print(f"{options.file.name}: {len(asked)} questions, {len(texts)} passages")
    for name, score in SCORES.items():
        scores = {mode: score(rows, right) for mode, rows in ranked.items()}
        for mode in MODES:
            print(f"{name:9} {mode:8} {bootstrap_mean(scores[mode])}")
        for mode in MODES[1:]:
            difference, p = paired_difference(scores["hybrid"], scores[mode])
            print(f"{name:9} hybrid - {mode}: {difference}, p = {p:.4f}")


if __name__ == "__main__":
    main()
