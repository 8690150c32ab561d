"""What a base model can do, on items that no training step has seen: exact match per skill, with intervals."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy.stats import binomtest
from transformers import PreTrainedModel, PreTrainedTokenizerBase

from domainlab.data.arithmetic import arithmetic_questions
from domainlab.data.copying import copy_examples
from domainlab.data.formats import format_examples
from domainlab.data.general import general_questions
from domainlab.data.reading import reading_items
from domainlab.evaluate.likelihood import bits_per_byte
from domainlab.evaluate.wikitext import detokenise_wikitext
from domainlab.models import HFChat

SEED = 20_000  # of the generated items; names, values and wordings are of the held-out half anyway
Items = Sequence[tuple[str, tuple[str, ...]]]  # prompt, acceptable answers


def skill_items(n: int) -> dict[str, Items]:
    """`n` unseen items for every skill, as (prompt, acceptable answers)."""
    reading = reading_items(3 * n, split="held_out", seed=SEED)
    there = [(item.prompt, (item.response,)) for item in reading if item.citation]
    absent = [(item.prompt, (item.response,)) for item in reading if not item.citation]
    absent += [
        (item.prompt, (item.response,))
        for item in reading_items(8 * n, split="held_out", seed=SEED + 1)
        if not item.citation
    ]
    known = general_questions(wordings="held_out", seed=SEED)
    chosen = np.random.default_rng(SEED).permutation(len(known))[:n]
    sums = arithmetic_questions(n, split="held_out", seed=SEED)
    return {
        "reading, cited": there[:n],
        "does not say": absent[:n],
        "copying": [(e.prompt, (e.response,)) for e in copy_examples(n, split="held_out", seed=SEED)],
        "closed book": [(known[i].text, (known[i].answer, *known[i].aliases)) for i in chosen],
        "arithmetic": [(question.text, (question.answer,)) for question in sums],
        "format": [(e.prompt, (e.response,)) for e in format_examples(n, split="held_out", seed=SEED)],
    }


def measure_skills(
    model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase, *, items: int, wikitext: str | None = None
) -> pd.DataFrame:
    """One row per item and skill (skill, prompt, answer, expected, right), and bits per byte of a held-out text."""
    chat = HFChat(model, tokenizer, progress=False)
    rows = []
    for skill, asked in skill_items(items).items():
        answers = chat([prompt for prompt, _ in asked], max_new_tokens=160)
        for (prompt, expected), answer in zip(asked, answers, strict=True):
            rows.append(
                dict(skill=skill, prompt=prompt, answer=answer, expected=expected[0], right=answer.strip() in expected)
            )
    if wikitext is not None:
        text = detokenise_wikitext(wikitext)
        bits = bits_per_byte(
            model, tokenizer, [text], window=tokenizer.model_max_length, stride=tokenizer.model_max_length // 2
        )
        rows.append(dict(skill="WikiText-2 bits per byte", right=bits))
    return pd.DataFrame(rows)


def skills_table(measured: pd.DataFrame) -> pd.DataFrame:
    """Right answers per skill with a 95 % Wilson interval; the likelihood row carries its value as `share`."""
    rows = []
    for skill, group in measured.groupby("skill", sort=False):
        right, n = group["right"].sum(), len(group)
        if skill.endswith("per byte"):
            rows.append(dict(skill=skill, right="", n="", share=round(float(right), 3), low="", high=""))
            continue
        interval = binomtest(int(right), n).proportion_ci(method="wilson")
        low, high = round(interval.low, 3), round(interval.high, 3)
        rows.append(dict(skill=skill, right=int(right), n=n, share=round(right / n, 3), low=low, high=high))
    return pd.DataFrame(rows)
