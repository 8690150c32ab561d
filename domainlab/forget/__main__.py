"""Write a forgetting report: python -m domainlab.forget BASE TUNED --suites general my_probes.jsonl.

TUNED is a checkpoint folder, or an adapter folder as `save_adapter` writes it. The exit code is 0 when no loss
was shown, 1 when the model forgot, 2 when nothing could be measured.
"""

import argparse
import sys
from pathlib import Path

from transformers import PreTrainedModel

from domainlab.data.read import read_examples, write_text
from domainlab.errors import DomainlabError
from domainlab.forget.general_suites import general_suites
from domainlab.forget.report import VERDICTS, forgetting_report
from domainlab.forget.suites import read_suite
from domainlab.models import load_base
from domainlab.train.save import CARD, load_adapter


def load_tuned(base: str, tuned: Path) -> PreTrainedModel:
    """The tuned model: an adapter goes onto a fresh copy of the base."""
    if (tuned / CARD).is_file():
        return load_adapter(load_base(base)[0], tuned)
    return load_base(tuned)[0]


def parse(arguments: list[str] | None) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m domainlab.forget", description=__doc__.splitlines()[0])
    parser.add_argument("base", help="checkpoint folder or hub name of the model before training")
    parser.add_argument("tuned", type=Path, help="checkpoint or adapter folder after training")
    parser.add_argument("--suites", nargs="+", default=["general"], help='"general" and JSONL files of probes')
    parser.add_argument("--domain", help="JSONL file of probes of what the training was for")
    parser.add_argument("--training", help="JSONL file of the training examples, to refuse probes that overlap")
    parser.add_argument("--items", type=int, default=100, help="probes of each general suite")
    parser.add_argument("--html", type=Path, default=Path("build/forgetting.html"), help="where the page goes")
    return parser.parse_args(arguments)


def main(arguments: list[str] | None = None) -> int:
    """Run the command and return its exit code."""
    options = parse(arguments)
    try:
        suites = []
        for name in options.suites:
            suites += general_suites(options.items) if name == "general" else [read_suite(name)]
        base, tokenizer = load_base(options.base)
        report = forgetting_report(
            base, load_tuned(options.base, options.tuned), suites, tokenizer=tokenizer,
            domain=read_suite(options.domain) if options.domain else None,
            training=read_examples(options.training) if options.training else (),
        )  # fmt: skip
    except DomainlabError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    write_text(options.html, report.html())
    sys.stdout.write(f"{report.table.round(3).to_string(index=False)}\n{report.words}\nWritten to {options.html}\n")
    return 1 if report.verdict == VERDICTS[0] else 0


if __name__ == "__main__":
    sys.exit(main())
