"""Generate a progress note for a patient: records, knowledge, writer, checks. The one file that wires them.

A draft is made from one `Chart`, which holds one patient; `Clinic` hands out charts by exact id only. The
writer sees a few facts at a time; each sentence is checked; facts whose sentence fails are asked for again
alone, a fixed number of times, and then left out by name. Flags are rules, they do not wait for a model.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from domainlab.assist.check import check_reply
from domainlab.assist.facts import SECTIONS, Fact, chart_facts
from domainlab.assist.knowledge import Find, Flag, allergy_flags, interaction_flags, plan_facts, red_flags
from domainlab.assist.note import Note, Sentence
from domainlab.assist.remarks import Search, earlier_remarks
from domainlab.assist.verify import untraceable
from domainlab.assist.writer import in_portions, section_prompt
from domainlab.chat import Chat
from domainlab.data.chart import Chart
from domainlab.errors import DataError

ATTEMPTS = 3  # per fact: in a portion, alone, alone with chance
NOTHING = "nothing could be written here so that it agrees with the record; see what was left out"
TOKENS = 160  # longest reply per fact


@dataclass(frozen=True, kw_only=True)
class Material:
    """What a note is made of, before anything is written."""

    chart: Chart
    facts: tuple[Fact, ...]
    flags: tuple[Flag, ...]
    left_out: tuple[str, ...]


class Clinic:
    """Charts by patient id; there is no other way in, and no search across patients."""

    def __init__(self, charts: Iterable[Chart]) -> None:
        """Take charts in; an id that comes twice is an error, because the two could be different people."""
        self._charts: dict[str, Chart] = {}
        for chart in charts:
            if chart.patient_id in self._charts:
                raise DataError(f"Two charts have the patient id {chart.patient_id!r}; expected one chart per id.")
            self._charts[chart.patient_id] = chart

    def chart(self, patient_id: str) -> Chart:
        """The chart of exactly this id; nothing is trimmed, guessed or completed.

        Raises:
            DataError: there is no such patient.
        """
        if not isinstance(patient_id, str) or patient_id not in self._charts:
            raise DataError(
                f"There is no patient with the id {str(patient_id)[:60]!r}; expected an id exactly as recorded."
            )
        return self._charts[patient_id]

    def __len__(self) -> int:
        """How many patients there are."""
        return len(self._charts)


def gather(chart: Chart, *, find: Find, search: Search) -> Material:
    """Everything that the note of one chart is made of.

    Args:
        chart: one patient's.
        find: guidelines that may fit a condition or drug.
        search: over the sentences of the chart's own notes.
    """
    remarks = earlier_remarks(chart, search)
    facts, cut = chart_facts(chart, list(remarks.chosen))
    pairs = interaction_flags(chart)
    facts += plan_facts(chart, pairs, find)
    flags = [*red_flags(chart), *allergy_flags(chart), *(flag for _, flag in pairs)]
    left_out = [f"{problem}" for problem in chart.problems]
    left_out += [
        f"{entry.record}: {entry.name} is on record and not shown; the chart is longer than a note." for entry in cut
    ]
    left_out += [
        f"{record}: text that addresses its reader is data, not an instruction; not used." for record in remarks.refused
    ]
    return Material(chart=chart, facts=tuple(facts), flags=tuple(flags), left_out=tuple(left_out))


def draft_notes(materials: Sequence[Material], chat: Chat, *, size: int, attempts: int = ATTEMPTS) -> list[Note]:
    """One draft per chart; all charts' portions go to the writer in one call, each with its own facts only.

    Args:
        materials: as `gather` makes them.
        chat: the writer; any `Chat`, also an untrained one: then more is left out, nothing more is wrong.
        size: facts per prompt at the first attempt, `Scale.passages`.
        attempts: how often a fact is asked for before it is left out, at least 1.
    """
    written: dict[tuple[int, int], str] = {}  # (chart, fact) -> its sentence
    for attempt in range(attempts):
        asked = _portions(materials, written, size=size if attempt == 0 else 1)
        if not asked:
            break
        prompts = [section_prompt(section, [materials[at].facts[n] for n in numbers]) for at, section, numbers in asked]
        warmth = 0.7 if attempt > 1 else 0.0  # greedy replies repeat themselves
        replies = chat(prompts, max_new_tokens=TOKENS * size, temperature=warmth, seed=attempt)
        for (at, section, numbers), reply in zip(asked, replies, strict=True):
            _, lines = check_reply(reply, section, [materials[at].facts[number] for number in numbers])
            written |= {(at, numbers[line.fact]): line.text for line in lines if not line.wrong}
    return [_note(material, {n: text for (owner, n), text in written.items() if owner == at})
            for at, material in enumerate(materials)]  # fmt: skip


def _portions(
    materials: Sequence[Material], written: Mapping[tuple[int, int], str], *, size: int
) -> list[tuple[int, str, list[int]]]:
    """(chart, section, numbers of its facts) of everything that is not written yet."""
    asked = []
    for at, material in enumerate(materials):
        for section in SECTIONS:
            numbers = [n for n, fact in enumerate(material.facts) if fact.section == section and (at, n) not in written]
            asked += [(at, section, part) for part in in_portions(numbers, size)]
    return asked


def _note(material: Material, written: Mapping[int, str]) -> Note:
    """Put the checked sentences of one chart together, and look at all of it once more."""
    chart, left_out = material.chart, list(material.left_out)
    sections: dict[str, list[Sentence]] = {name: [] for name in SECTIONS}
    for number, fact in enumerate(material.facts):
        if number in written:
            sections[fact.section].append(Sentence(text=written[number], records=fact.records))
        else:
            what = f"{fact.kind} ({', '.join(fact.records)})"
            left_out.append(f"{fact.section}: {what} could not be written so that it agrees with the record.")
    flags = [Sentence(text=flag.text, records=flag.records) for flag in material.flags]
    about = _about(chart)
    for group in (about, flags, *sections.values()):
        for one in [one for one in group if untraceable(one, chart)]:
            group.remove(one)
            left_out.append(f"{', '.join(one.records)}: a statement that its records do not bear out; not shown.")
    for name in SECTIONS:
        if not sections[name]:
            sections[name].append(Sentence(text=NOTHING, records=(f"Patient/{chart.patient_id}",)))
    return Note(
        patient_id=chart.patient_id, about=tuple(about), flags=tuple(flags), left_out=tuple(dict.fromkeys(left_out)),
        sections={name: tuple(group) for name, group in sections.items()},
    )  # fmt: skip


def _about(chart: Chart) -> list[Sentence]:
    records = (f"Patient/{chart.patient_id}",)
    born = f"born {chart.birth_date}" if chart.birth_date else "birth date not documented"
    visit = f"Visit of {chart.visit_date}" if chart.visit_date else "Date of the visit not documented"
    return [Sentence(text=f"{chart.sex or 'Sex not documented'}, {born}".capitalize(), records=records),
            Sentence(text=visit, records=records)]  # fmt: skip
