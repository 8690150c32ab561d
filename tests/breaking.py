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
MOVED = "class LoRA(LoRA):\n def __init__(self, *given):\n  super().__init__(*given)\n  nn.init.normal_(self.B)"
UNSCALED = "class LoRA(LoRA):\n def forward(self, x):\n  return self.base(x) + x @ self.A.T @ self.B.T"
NOTHING_LOST = "lost = lost | {'LoRA': np.array([known - general(base)])}"
NOT_MERGED = "apart = [(logits(expert) - logits(model)).abs().max().item()]"
LEFT_ON = "off = (logits(both) - logits(model)).abs().max().item()"
UNTUNED = "np.array([score(base)] * len(scale.seeds))"
SMALL_RANK = "training_cost = lambda config, method, rank, honest=training_cost: honest(config, method, rank=8)"
DELIVERED = ("delivered", "claim-delivered")
CHANGED = "from dataclasses import replace as with_changes\nnotes = [with_changes(n, {}) for n in notes]"
ONE_EACH = "sections={k: v[:1] for k, v in n.sections.items()}"
TURNED = "signals = signals.copy()\nsignals[half:] *= -1"
FOREIGN = "about=(*n.about, type(n.about[0])(text='Seen', records=('Observation/strange',)))"
LENIENT = "class Lenient:\n    chart = lambda self, name: charts[1]\nclinic = Lenient()"
GULLIBLE = "import domainlab.assist.remarks as remarks\nremarks.quotable = lambda sentence: True"
UNCHANGED = "after = {name: np.array([scores] * len(tuned)) for name, scores in before.items()}"
LATE = (
    "for board in boards:\n"
    "    board.rows = [{**row, 'mean': row['mean'] if row['step'] == board.step else 100.0} for row in board.rows]"
)
NO_CHANCE = (
    "from dataclasses import replace\n"
    "blind = lambda suite: replace(suite, probes=tuple(replace(probe, chance=0.0) for probe in suite.probes))\n"
    "task = replace(task, general=tuple(blind(suite) for suite in task.general))"
)
NO_REPLAY = "runs = {(name, seed): runs['full', seed] for name, seed in runs}"
SUMS_HELD = "skills['arithmetic']['replay 20 %'] = skills['arithmetic']['full']"
NO_CURE = "at = at.assign(kept=at.loc['full', 'kept'])"
ABSTAIN = "at = at.assign(gain=[0.0 if 'routed' in name else gain for name, gain in at['gain'].items()])"
DECAY_CURES = "arms = arms.assign(kept=[1.0 if name == 'weight decay' else 0.5 for name in arms.index])"
FALLING_CURES = "arms = arms.assign(kept=[1.0 if name.startswith('falling') else 0.5 for name in arms.index])"
NEVER_OFF = "from contextlib import nullcontext\nmodels['LoRA', scale.seeds[0]].disable_adapter = nullcontext"
FROM_ONE_SIDE = "ranked = ranked | {{'hybrid': ranked['{}']}}"
ALL_RIGHT = "right = [{chunk.id for chunk in current}] * len(texts)"
HEARS_NOT = (
    "from types import SimpleNamespace\nheard = index.dense.embed\n"
    "hears = lambda texts: heard(texts) * (-1 if ' not ' in texts[0] else 1)\n"
    "index = SimpleNamespace(dense=SimpleNamespace(embed=hears))"
)
NO_VERSIONS = (
    "from types import SimpleNamespace\nhonest = index\n"
    "index = SimpleNamespace(search_many=lambda q, as_of, **rest: honest.search_many(q, as_of='ever', **rest))"
)
BLIND = (
    "from types import SimpleNamespace\nfrom domainlab.retrieve.controls import random_retriever as blindly\n"
    "index = SimpleNamespace(search_many=lambda q, k, mode: blindly(current, seed=1).search_many(q, k=k))"
)
LIKE = (
    "results = results.copy()\n"
    "results.loc[results.reviewer == {!r}, [*COLUMNS]] = results.loc[results.reviewer == {!r}, [*COLUMNS]].to_numpy()"
)
OBEDIENT = (
    "class Nothing:\n    findings = ()\nhonest = scan\n"
    "scan = lambda code: Nothing if 'Ignore all rules' in code else honest(code)"
)
INVENTED = (
    "from dataclasses import replace as other\n"
    "shown = [(other(told, finding=other(told.finding, cwe=1)), code) for told, code in shown]"
)
REFUSE_FROM = (
    "import domainlab.review.assistant_intent as minds\nloaded = minds.load_intent_model\n"
    "minds.load_intent_model = lambda load=loaded: (lambda m: setattr(m, 'threshold', {}) or m)(load())"
)
NOISY = "results = results.assign(false_alarm=1 - results['false_alarm'])"
STILL = "class Still:\n    sample = lambda self, items, count: list(items)\ndraw = Still()"
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
    "02": (
        Break(claim="02.a", sabotage=FROM_ONE_SIDE.format("dense"), rerun=("scores", "claim-hybrid")),
        Break(claim="02.b", sabotage=FROM_ONE_SIDE.format("lexical"), rerun=("scores", "claim-hybrid")),
        Break(claim="02.c", sabotage="rr = rr | {'rrf': rr['hybrid']}", rerun=("claim-rrf",)),
        Break(claim="02.d", sabotage=HEARS_NOT, rerun=("negation",)),
        Break(claim="02.e", sabotage="shown = dict.fromkeys(shown, shown[50])", rerun=("claim-chunks",)),
        Break(claim="02.f", sabotage="read_k = dict.fromkeys(read_k, read_k[1])", rerun=("claim-reader",)),
        Break(claim="02.g", sabotage=NO_VERSIONS, rerun=("change", "claim-change")),
        Break(claim="02.h", sabotage=BLIND, rerun=("abstain",)),
        Break(claim="02.i", sabotage=ALL_RIGHT, rerun=("control-random",)),
    ),
    "03": (
        Break(claim="03.a", sabotage=MOVED, rerun=("identity", "claim-fair")),
        Break(claim="03.b", sabotage=f"right = right | {{'LoRA': {UNTUNED}}}", rerun=("claim-fair",)),
        Break(claim="03.c", sabotage="borrowed = right['LoRA']", rerun=("claim-fair",)),
        Break(claim="03.d", sabotage=f"arms = arms | {{('rank 1', 'all layers'): {UNTUNED}}}", rerun=("claim-little",)),
        Break(claim="03.e", sabotage=f"sizes = sizes | {{40: {UNTUNED}}}", rerun=("claim-little",)),
        Break(claim="03.f", sabotage="costs = costs | {'LoRA': costs['full']}", rerun=("claim-cost",)),
        Break(claim="03.g", sabotage=SMALL_RANK, rerun=("claim-cost",)),
        Break(claim="03.h", sabotage=NOTHING_LOST, rerun=("claim-general",)),
        Break(claim="03.i", sabotage=NOT_MERGED, rerun=("claim-switch",)),
        Break(claim="03.j", sabotage="switched = switched.assign(hours=switched['letters'])", rerun=("claim-switch",)),
        Break(claim="03.k", sabotage=LEFT_ON, rerun=("claim-switch",)),
        Break(claim="03.l", sabotage="train = lambda *given: tuned['LoRA'][0]", rerun=("control-shuffled",)),
        Break(claim="03.m", sabotage=UNSCALED, rerun=("library",)),
    ),
    "07": (
        Break(claim="07.a", sabotage=LIKE.format("combined", "bandit"), rerun=("table", "claim-detection")),
        Break(claim="07.n", sabotage=NOISY, rerun=("table", "claim-detection")),
        Break(claim="07.b", sabotage=LIKE.format("combined", "rules"), rerun=("table", "claim-filter")),
        Break(claim="07.c", sabotage=LIKE.format("detector", "rules"), rerun=("table", "claim-filter")),
        Break(claim="07.d", sabotage="results = results.assign(false_alarm=0.0)", rerun=("table", "claim-base-rate")),
        Break(claim="07.e", sabotage="scores = scores | {'explained': scores['bandit']}", rerun=("claim-explained",)),
        Break(claim="07.f", sabotage=INVENTED, rerun=("claim-explained",)),
        Break(claim="07.g", sabotage="official = any_link", rerun=("claim-official",)),
        Break(claim="07.j", sabotage=OFF, rerun=("skills", "adapter-figure", "claim-adapter")),
        Break(claim="07.k", sabotage="loss = 0 * loss", rerun=("adapter-figure", "claim-adapter")),
        Break(claim="07.l", sabotage=STILL, rerun=("control-shuffled",)),
        Break(claim="07.m", sabotage=OBEDIENT, rerun=("control-injection",)),
        Break(claim="07.h", sabotage=REFUSE_FROM.format(1.1), rerun=("assistant",)),  # never
        Break(claim="07.i", sabotage=REFUSE_FROM.format(-1.0), rerun=("assistant",)),  # always
    ),
    "08": (
        Break(
            claim="08.a",
            sabotage='drafts = drafts | {"both": drafts["RAG"] * len(tuned)}',  # the adapter off
            rerun=("table", "claim-hybrid"),
        ),
        Break(
            claim="08.b", sabotage='drafts = drafts | {"fine-tuned": drafts["both"]}', rerun=("table", "claim-invented")
        ),
        Break(claim="08.c", sabotage=CHANGED.format("sections=n.sections | {'Plan': ()}"), rerun=DELIVERED),
        Break(claim="08.d", sabotage="materials = materials[1:] + materials[:1]", rerun=DELIVERED),
        Break(claim="08.e", sabotage=CHANGED.format(ONE_EACH), rerun=DELIVERED),
        Break(claim="08.f", sabotage=CHANGED.format("flags=()"), rerun=DELIVERED),
        Break(claim="08.g", sabotage=CHANGED.format(FOREIGN), rerun=DELIVERED),
        Break(claim="08.h", sabotage=LENIENT, rerun=("control-ids",)),
        Break(claim="08.j", sabotage="draft_notes = lambda *given, **options: notes[:8]", rerun=("control-change",)),
        Break(claim="08.k", sabotage=TURNED, rerun=("confidence", "claim-confidence")),
        Break(claim="08.i", sabotage=GULLIBLE, rerun=("control-injection",)),
    ),
    "04": (
        Break(claim="04.a", sabotage=UNCHANGED, rerun=("claim-worst",)),
        Break(claim="04.b", sabotage=UNCHANGED, rerun=("claim-gain",)),
        Break(claim="04.c", sabotage=UNCHANGED, rerun=("claim-kept",)),
        Break(claim="04.d", sabotage=LATE, rerun=("claim-when",)),
        Break(claim="04.e", sabotage="small = idle", rerun=("claim-kl",)),
        Break(claim="04.f", sabotage="stages = stages[[0, 1, 1]]", rerun=("sequence-table", "claim-sequence")),
        Break(claim="04.g", sabotage="idle = full", rerun=("claim-nothing",)),
        Break(claim="04.h", sabotage="cheaper = change['knowledge'] - change['knowledge']", rerun=("claim-general",)),
        Break(claim="04.i", sabotage=NO_CHANCE, rerun=("control-guess",)),
    ),
    "05": (
        Break(claim="05.a", sabotage="mixes['per new example'] = mixes['of examples']", rerun=("claim-denominator",)),
        Break(claim="05.b", sabotage=NO_REPLAY, rerun=("claim-replay",)),
        Break(claim="05.c", sabotage=NO_CURE, rerun=("claim-ewc",)),
        Break(claim="05.d", sabotage=NO_CURE, rerun=("claim-routed",)),
        Break(claim="05.e", sabotage=ABSTAIN, rerun=("claim-routed", "claim-matched")),
        Break(claim="05.f", sabotage="at = at.assign(kept=1.0)", rerun=("claim-on",)),
        Break(claim="05.h", sabotage="arms = arms.assign(kept=1.0)", rerun=("claim-sweep",)),
        Break(claim="05.i", sabotage=DECAY_CURES, rerun=("claim-decay",)),
        Break(claim="05.j", sabotage=FALLING_CURES, rerun=("claim-schedule",)),
        Break(claim="05.k", sabotage="live = live.assign(kept=live['kept'] - 0.5)", rerun=("control", "claim-record")),
        Break(claim="05.g", sabotage=NEVER_OFF, rerun=("detached",)),
        Break(claim="05.l", sabotage=SUMS_HELD, rerun=("claim-sweep",)),
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
    """Break every phenomenon of a notebook in turn and see its claim fail; reports all that hurt nothing."""
    unhurt = [told for broken in BREAKS[notebook_id] if (told := run_broken(broken, sources))]
    if unhurt:
        raise AssertionError("\n".join(unhurt))


def run_broken(broken: Break, sources: dict[str, str]) -> str:
    """Run one breakage and put the notebook's variables back; what went otherwise than it should, "" if nothing."""
    shell = get_ipython()
    kept, show = dict(shell.user_ns), shell.showtraceback
    shell.showtraceback = lambda *given, **options: None  # an expected failure is no output of the notebook
    with capture_output():
        results = [shell.run_cell(code) for code in (broken.sabotage, *(sources[name] for name in broken.rerun))]
    shell.showtraceback = show
    shell.user_ns.clear()
    shell.user_ns.update(kept)
    crashed = [result.error_in_exec or result.error_before_exec for result in results[:-1] if not result.success]
    if crashed:
        return f"the breakage of claim {broken.claim} crashed: {crashed[0]!r}"
    error = results[-1].error_in_exec
    if not isinstance(error, ClaimFailed) or broken.claim not in str(error):
        return f"claim {broken.claim} still holds after: {broken.sabotage} ({error!r})"
    return ""
