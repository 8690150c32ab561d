"""How good notes are: what a writer says before any check, and what is delivered after all checks."""

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from domainlab.assist.assistant import TOKENS, Material
from domainlab.assist.check import NUMBER, check_reply, plain, words
from domainlab.assist.facts import SECTIONS, Fact
from domainlab.assist.note import Note
from domainlab.assist.verify import foreign_records, untraceable_in
from domainlab.assist.writer import blind_prompt, in_portions, section_prompt
from domainlab.chat import Chat
from domainlab.prompts import CITATION


@dataclass(frozen=True, kw_only=True)
class Draft:
    """What one writer said about one chart, section by section, before any check."""

    material: Material
    asked: tuple[tuple[str, tuple[Fact, ...]], ...]  # section and facts of each prompt
    replies: tuple[str, ...]


def write_drafts(materials: Sequence[Material], chat: Chat, *, size: int, records: bool = True) -> list[Draft]:
    """Ask once for every portion of every chart, greedily; the raw material of the 2x2.

    Args:
        materials: one per chart.
        chat: the writer.
        size: facts per prompt.
        records: whether the facts are shown; without them the writer gets section and patient id only.
    """
    asked = [(material, section, tuple(part)) for material in materials for section in SECTIONS
             for part in in_portions([fact for fact in material.facts if fact.section == section], size)]  # fmt: skip
    prompts = [
        section_prompt(section, part) if records else blind_prompt(section, material.chart.patient_id)
        for material, section, part in asked
    ]
    replies = chat(prompts, max_new_tokens=TOKENS * size // 2)
    drafts = []
    for material in materials:
        own = [at for at, (owner, _, _) in enumerate(asked) if owner is material]
        pairs = tuple((asked[at][1], asked[at][2]) for at in own)
        drafts.append(Draft(material=material, asked=pairs, replies=tuple(replies[at] for at in own)))
    return drafts


def draft_scores(drafts: Sequence[Draft]) -> pd.DataFrame:
    """One row per draft, all shares from 0 to 1.

    `facts_score`: facts all of whose words and numbers stand in the reply, in whatever form. `format_score`: replies
    that begin with their heading and cite on every line. `fact_and_format_score`: facts that stand in a sentence
    of the required form, under the right heading, with the right citation. `omitted_error`: 1 - facts_score.
    `invented_error`: of the numbers said, those that the facts do not have; 0 where no number is said.
    """
    return pd.DataFrame([_draft_row(draft) for draft in drafts])


def _draft_row(draft: Draft) -> dict[str, float]:
    stated = formed = both = numbers = invented = 0
    for (section, facts), reply in zip(draft.asked, draft.replies, strict=True):
        heading, lines = check_reply(reply, section, facts)
        stated += sum(words(fact.says) <= words(CITATION.sub(" ", reply)) for fact in facts)
        formed += heading and bool(lines) and all(line.fact is not None for line in lines)
        both += sum(not line.wrong for line in lines) if heading else 0
        allowed = {number for fact in facts for number in NUMBER.findall(fact.says)}
        said = [number for line in lines for number in NUMBER.findall(line.text)]
        numbers, invented = numbers + len(said), invented + sum(number not in allowed for number in said)
    total = sum(len(facts) for _, facts in draft.asked)
    return {
        "facts_score": stated / total, "format_score": formed / len(draft.replies),
        "fact_and_format_score": both / total,
        "omitted_error": 1 - stated / total, "invented_error": invented / numbers if numbers else 0.0,
    }  # fmt: skip


def note_scores(notes: Sequence[Note], materials: Sequence[Material]) -> pd.DataFrame:
    """One row per delivered note: sections present, share of facts stated, untraceable, leaked, flags shown."""
    rows = []
    for note, material in zip(notes, materials, strict=True):
        wanted = [flag.text for flag in material.flags if flag.sort == "interaction"]
        shown = {flag.text for flag in note.flags}
        said = {plain(one.text) for name in SECTIONS for one in note.sections[name]}
        stated = sum(plain(fact.text) in said for fact in material.facts)
        rows.append({
            "sections": sum(bool(note.sections[name]) for name in SECTIONS),
            "facts_score": stated / len(material.facts),
            "untraceable": len(untraceable_in(note, material.chart)),
            "leaks": len(foreign_records(note, material.chart)),
            "interactions": len(wanted), "interactions_flagged": sum(text in shown for text in wanted),
            "left_out": len(note.left_out), "words": sum(len(one.text.split()) for one in note.sentences()),
        })  # fmt: skip
    return pd.DataFrame(rows)
