"""What the model sees at each step: rows of natural text, repeated random sequences, numbered pieces, and tasks.

A step's batch depends on (seed, step) alone, so a resumed run sees exactly what an unbroken one would.
Answer tokens weigh more than natural text and prompt tokens less; the first half of a repeat weighs nothing.
"""

import random
from collections import Counter
from collections.abc import Callable, Sequence

import numpy as np
from transformers import PreTrainedTokenizerFast

from domainlab.data.arithmetic import arithmetic_questions
from domainlab.data.copying import copy_examples
from domainlab.data.formats import format_examples
from domainlab.data.general import fact_sentences, general_questions
from domainlab.data.reading import FILLERS, ReadingItem, reading_conversations
from domainlab.pretrain.config import PretrainConfig
from domainlab.pretrain.corpus import is_general
from domainlab.prompts import NOT_FOUND
from domainlab.records import Example, Question

Pair = tuple[str, str]  # prompt, response
Talk = Sequence[Pair]  # the turns of one conversation
TALKS_PER_DRAW = 24
MOST_PIECES = 6  # in a row of numbered pieces


def question_pairs(questions: Sequence[Question]) -> list[Pair]:
    """Questions as (prompt, response) pairs."""
    return [(question.text, question.answer) for question in questions]


def example_pairs(examples: Sequence[Example]) -> list[Pair]:
    """Examples as (prompt, response) pairs."""
    return [(example.prompt, example.response) for example in examples]


def instruction_pairs(rows: Sequence[dict]) -> list[Pair]:
    """Short general instruction rows (dolly, alpaca or plain form) as pairs; medical and security rows left out."""
    pairs = []
    for row in rows:
        prompt = "\n".join(filter(None, (row["instruction"], row.get("context") or row.get("input"))))
        response = row.get("response") or row.get("output") or ""
        if response and len(prompt) + len(response) < 900 and is_general(f"{prompt} {response}"):
            pairs.append((prompt.strip(), response.strip()))
    return pairs


class Mixture:
    """Batches for pretraining; `batch(step)` gives ids and loss weights, both `(rows, length)`."""

    def __init__(
        self, config: PretrainConfig, tokenizer: PreTrainedTokenizerFast,
        corpus: Sequence[tuple[np.ndarray, float]], instructions: Sequence[Pair], fillers: Sequence[str] = FILLERS,
    ) -> None:  # fmt: skip
        """Pack the fact sentences and measure the tasks' lengths; `fillers` stand between facts in reading tasks."""
        self.config = config
        self.fillers = tuple(fillers)
        self.tokenizer = tokenizer
        self.markers = [self._ids(f"\n[{number}]")[1:] for number in range(1, MOST_PIECES + 1)]  # how passages begin
        self.citations = [self._ids(f"x [{number}]")[-3:] for number in range(1, MOST_PIECES + 1)]  # how answers end
        self.line_end, self.closing = self._ids("x\n")[-1], self.citations[0][-1]
        facts = self._encode_texts(fact_sentences(seed=config.seed))
        self.corpus = [*corpus, (facts, 0.06 * sum(weight for _, weight in corpus))]
        self.closed_book = question_pairs(general_questions(wordings="train", seed=config.seed))
        self.instructions = list(instructions)
        sizes = random.Random(config.seed)
        self.lengths = {  # mean tokens per example, so that shares of tokens become odds of examples
            task: float(np.mean([len(ids) for ids, _ in self.encode(self._talks(task, 200, 0.3, sizes))]))
            for task in config.tasks
        }

    def _ids(self, text: str) -> list[int]:
        return self.tokenizer(text, add_special_tokens=False)["input_ids"]

    def _encode_texts(self, texts: Sequence[str]) -> np.ndarray:
        shuffled = random.Random(self.config.seed).sample(list(texts), len(texts))
        groups = [" ".join(shuffled[i : i + 8]) for i in range(0, len(shuffled), 8)]
        encoded = self.tokenizer(groups, add_special_tokens=False)["input_ids"]
        return np.concatenate([np.asarray([self.tokenizer.bos_token_id, *ids], np.uint16) for ids in encoded])

    def batch(self, step: int) -> tuple[np.ndarray, np.ndarray]:
        """Token ids (int64) and loss weights (float32) of one step, both `(rows, length)`."""
        config = self.config
        length = config.row_length(step)
        rng = random.Random(f"{config.seed}-{step}")
        rows = config.batch_tokens // length
        n_text = self._round(rows * config.text_share, rng)
        n_repeat = self._round(rows * config.repeat_share, rng)
        n_locate = self._round(rows * config.locate_share, rng)
        made = [self._text_row(length, rng) for _ in range(n_text)]
        made += [self._repeat_row(length, rng) for _ in range(n_repeat)]
        made += [self._locate_row(length, rng) for _ in range(n_locate)]
        made += self._task_rows(rows - len(made), length, step, rng)
        return np.stack([ids for ids, _ in made]).astype(np.int64), np.stack([w for _, w in made])

    @staticmethod
    def _round(value: float, rng: random.Random) -> int:
        """Round up or down at random, so that the mean is exact."""
        return int(value) + (rng.random() < value % 1)

    def _text_row(self, length: int, rng: random.Random) -> tuple[np.ndarray, np.ndarray]:
        tokens, _ = rng.choices(self.corpus, weights=[weight for _, weight in self.corpus])[0]
        start = rng.randrange(max(1, len(tokens) - length))
        ids = np.resize(tokens[start : start + length], length).astype(np.int64)
        ids[0] = self.tokenizer.bos_token_id
        return ids, np.ones(length, np.float32)

    def _repeat_row(self, length: int, rng: random.Random) -> tuple[np.ndarray, np.ndarray]:
        draw = np.random.default_rng(rng.getrandbits(32))
        ids, weights = [], []
        while len(ids) < length:
            n = rng.randint(8, min(64, length // 3))
            piece = draw.integers(len(self.tokenizer.all_special_ids) + 3, self.config.vocab_size, n).tolist()
            times = rng.randint(2, 3)
            ids += [self.tokenizer.bos_token_id, *piece * times]
            weights += [0.0] * (n + 1) + [1.0] * n * (times - 1)
        return np.asarray(ids[:length]), np.asarray(weights[:length], np.float32)

    def _locate_row(self, length: int, rng: random.Random) -> tuple[np.ndarray, np.ndarray]:
        """Numbered pieces of text or of random tokens, then spans of them with the number to tell: citing, densely."""
        ids, weights = [], []
        while len(ids) < length:
            pieces = [self._piece(rng) for _ in range(rng.randint(2, MOST_PIECES))]
            ids.append(self.tokenizer.bos_token_id)
            for marker, piece in zip(self.markers, pieces, strict=False):
                ids += [*marker, *piece]
            ids.append(self.line_end)
            weights += [0.0] * (len(ids) - len(weights))
            for _ in range(3 * len(pieces)):
                where, size = rng.randrange(len(pieces)), rng.randint(2, 4)
                start = rng.randrange(len(pieces[where]) - size + 1)
                ids += [*pieces[where][start : start + size], *self.citations[where], self.line_end]
                weights += [0.0] * (size + 1) + [self.config.citation_weight, 0.0, 0.0]
        return np.asarray(ids[:length]), np.asarray(weights[:length], np.float32)

    def _piece(self, rng: random.Random) -> list[int]:
        size = rng.randint(4, 14)
        if rng.random() < 0.5:
            return [rng.randrange(len(self.tokenizer.all_special_ids) + 3, self.config.vocab_size) for _ in range(size)]
        tokens, _ = rng.choices(self.corpus, weights=[weight for _, weight in self.corpus])[0]
        start = rng.randrange(max(1, len(tokens) - size))
        return tokens[start : start + size].tolist()

    def _task_rows(
        self, n_rows: int, length: int, step: int, rng: random.Random
    ) -> list[tuple[np.ndarray, np.ndarray]]:
        queue, rows = [], []
        while len(rows) < n_rows:
            ids, weights = [], []
            while True:
                if not queue:
                    queue = self._draw_tasks(step, rng)
                example_ids, example_weights = queue[-1]
                if len(example_ids) > length:
                    queue.pop()
                    continue
                if len(ids) + len(example_ids) > length:
                    break
                queue.pop()
                ids += example_ids
                weights += example_weights
            tail, tail_weights = self._text_row(max(length - len(ids), 1), rng)
            rows.append(
                (
                    np.concatenate([np.asarray(ids, np.int64), tail])[:length],
                    np.concatenate([np.asarray(weights, np.float32), tail_weights])[:length],
                )
            )
        return rows

    def _draw_tasks(self, step: int, rng: random.Random) -> list[tuple[list[int], list[float]]]:
        """Encoded conversations as (ids, loss weights), tasks in proportion to their share of tokens."""
        tasks = list(self.config.tasks)
        odds = [self.config.tasks[task] / self.lengths[task] for task in tasks]
        wanted = Counter(rng.choices(tasks, weights=odds, k=TALKS_PER_DRAW))
        encoded = self.encode(
            [talk for task, n in wanted.items() for talk in self._talks(task, n, step / self.config.steps, rng)]
        )
        rng.shuffle(encoded)
        return encoded

    def encode(self, talks: Sequence[Talk]) -> list[tuple[list[int], list[float]]]:
        """Conversations in the chat template's form, as (ids, loss weights)."""
        user, assistant, end = self.tokenizer.convert_tokens_to_ids(["<|user|>", "<|assistant|>", "<|end|>"])
        texts = [text for talk in talks for pair in talk for text in pair]
        pieces = iter(self.tokenizer(texts, add_special_tokens=False)["input_ids"])
        encoded = []
        for talk in talks:
            ids, weights = [self.tokenizer.bos_token_id], [0.0]
            for _ in talk:
                prompt, answer = [user, *next(pieces), end, assistant], [*next(pieces), end]
                ids += prompt + answer
                weights += [self.config.prompt_weight] * len(prompt) + [self.config.answer_weight] * len(answer)
                if answer[-2] == self.closing:
                    weights[-3] = self.config.citation_weight
            encoded.append((ids, weights))
        return encoded

    def _talks(self, task: str, n: int, progress: float, rng: random.Random) -> list[Talk]:
        if task == "reading":
            return self._reading(n, progress, rng)
        makers: dict[str, Callable[[], list[Pair]]] = {
            "closed_book": lambda: rng.choices(self.closed_book, k=n),
            "arithmetic": lambda: question_pairs(arithmetic_questions(n, split="train", seed=rng.getrandbits(32))),
            "copy": lambda: example_pairs(copy_examples(n, split="train", seed=rng.getrandbits(32))),
            "format": lambda: example_pairs(format_examples(n, split="train", seed=rng.getrandbits(32))),
            "instruction": lambda: rng.choices(self.instructions, k=n),
        }
        return [(pair,) for pair in makers[task]()]

    def _reading(self, n: int, progress: float, rng: random.Random) -> list[Talk]:
        """Few facts per passage at first, up to seven later: copying has to be learned before searching.

        Up to six questions share their passages, so that more of what is read is learned from.
        """
        grown = min(1.0, progress / self.config.curriculum_share)
        most = rng.randint(2, 2 + round(6 * grown))
        fillers = rng.sample(self.fillers, min(40, len(self.fillers))) if rng.random() < 0.4 else FILLERS
        talks = reading_conversations(
            n, split="train", seed=rng.getrandbits(32), turns=rng.randint(1, 6), max_facts=most, fillers=fillers
        )
        return [[(items[0].prompt, items[0].response), *(_later_turn(item, rng) for item in items[1:])]
                for items in talks]  # fmt: skip


def _later_turn(item: ReadingItem, rng: random.Random) -> Pair:
    """Another question about the same passages; now and then only the passage is asked for, to practise citing."""
    if rng.random() < 0.2:
        return f"Which passage answers this? {item.question.text}", f"[{item.citation}]" if item.citation else NOT_FOUND
    return f"Question: {item.question.text}", item.response
