"""Each phenomenon is broken once, and the claim that rests on it must fail: otherwise the claim asserts nothing.

The breaking happens at the end of the notebook's own test run, in its kernel, with everything that it measured at
hand: a line of sabotage (a random retriever, the adapter off, shuffled labels), then the cells that measure, then the
cell with the claim. Afterwards the notebook's variables are as before.
"""

from dataclasses import dataclass

from IPython import get_ipython
from IPython.utils.capture import capture_output
from nbformat import NotebookNode

from domainlab.lab.claims import ClaimFailed


@dataclass(frozen=True, kw_only=True)
class Break:
    claim: str  # the claim that must fail
    sabotage: str  # one or two lines that break its cause
    rerun: tuple[str, ...]  # ids of the cells that measure, and last the one that claims


SAY_NOTHING = "chat = lambda prompts, **options: [''] * len(prompts)"
SAY_EVERYTHING = (
    "from domainlab.data.medical import stable_questions as known_by_heart\n"
    "book = {q.text: q.answer for q in known_by_heart(wordings='held_out')}\n"
    "chat = lambda prompts, **options: [book.get(prompt, '') for prompt in prompts]"
)
MEASURE = ("measure-arms", "table")
RANDOM = "from domainlab.retrieve.controls import random_retriever\nindex = random_retriever(bulletins, seed=1)"
OFF = "tuned = [base] * len(tuned)"
ALWAYS_FIND = "honest_ask = ask\nask = lambda chat, questions, retriever=None: honest_ask(chat, questions, index)"
UNTRAINED = "train_adapter = lambda examples, seed: base"
SHUFFLED = "tuned = [confused] * len(tuned)"
BREAKS = {
    "00": (
        Break(claim="00.a", sabotage=SAY_NOTHING, rerun=("measure", "claim-reads")),
        Break(claim="00.b", sabotage=SAY_EVERYTHING, rerun=("claim-ignorant",)),
    ),
    "01": (
        Break(claim="01.a", sabotage=RANDOM, rerun=(*MEASURE, "claim-changed")),
        Break(claim="01.b", sabotage=OFF, rerun=(*MEASURE, "claim-style")),
        Break(claim="01.c", sabotage=OFF, rerun=(*MEASURE, "claim-stable")),
        Break(claim="01.d", sabotage=SHUFFLED, rerun=(*MEASURE, "claim-recall")),
        Break(claim="01.e", sabotage=OFF, rerun=(*MEASURE, "claim-hybrid")),
        Break(claim="01.g", sabotage=OFF, rerun=("general", "claim-general")),
        Break(claim="01.h", sabotage="update_seconds = training_seconds", rerun=("claim-cost",)),
        Break(claim="01.i", sabotage=ALWAYS_FIND, rerun=("control-random",)),
        Break(claim="01.j", sabotage=UNTRAINED, rerun=("control-shuffled",)),
    ),
}  # fmt: skip


def breaking_cell(notebook: NotebookNode) -> str:
    """The code of the cell that a test run appends to a notebook."""
    sources = {cell.id: cell.source for cell in notebook.cells if cell.cell_type == "code"}
    notebook_id = notebook.metadata.get("domainlab", {}).get("id")
    if notebook_id not in BREAKS:
        return ""
    return f"from breaking import break_claims\nbreak_claims({notebook_id!r}, {sources!r})"


def break_claims(notebook_id: str, sources: dict[str, str]) -> None:
    """Break every phenomenon of a notebook in turn and see its claim fail."""
    shell = get_ipython()
    for broken in BREAKS[notebook_id]:
        kept, show = dict(shell.user_ns), shell.showtraceback
        shell.showtraceback = lambda *given, **options: None  # an expected failure is no output of the notebook
        with capture_output():
            results = [shell.run_cell(code) for code in (broken.sabotage, *(sources[name] for name in broken.rerun))]
        shell.showtraceback = show
        shell.user_ns.clear()
        shell.user_ns.update(kept)
        for result in results[:-1]:
            result.raise_error()
        error = results[-1].error_in_exec
        if not isinstance(error, ClaimFailed) or broken.claim not in str(error):
            raise AssertionError(f"claim {broken.claim} still holds after: {broken.sabotage}") from error
