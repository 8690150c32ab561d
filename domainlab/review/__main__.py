"""Review code from the command line.

python -m domainlab.review src                          findings as text
python -m domainlab.review src --format sarif -o out    for the tools that read SARIF 2.1.0
python -m domainlab.review measure --split held_out     detection and false alarms beside bandit, with intervals

Exit codes add up: 0 nothing, 1 findings at or above the threshold, 4 files were skipped, 5 both; 2 is wrong use.
"""

import argparse
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from domainlab.errors import DomainlabError
from domainlab.review.config import ReviewConfig, read_config
from domainlab.review.findings import CONFIDENCES, SEVERITIES, Report
from domainlab.review.measure import measure_command
from domainlab.review.pool import scan_paths
from domainlab.review.report import as_json, as_sarif, as_text

FOUND, WRONG_USE, SKIPPED = 1, 2, 4
FORMATS = {"text": as_text, "json": as_json, "sarif": as_sarif}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns its exit code."""
    arguments = sys.argv[1:] if arguments is None else list(arguments)
    try:
        if arguments[:1] == ["measure"]:
            sys.stdout.write(measure_command(arguments[1:]) + "\n")
            return 0
        return review_command(arguments)
    except DomainlabError as error:
        sys.stderr.write(f"{error}\n")
        return WRONG_USE


def review_command(arguments: Sequence[str]) -> int:
    """Scan paths and write the report."""
    chosen = parser().parse_args(arguments)
    config = read_config(chosen.config, Path.cwd())
    given = {name: getattr(chosen, name) for name in ("threshold", "confidence", "jobs") if getattr(chosen, name)}
    config = replace(config, **given, bandit=config.bandit and not chosen.no_bandit)
    report = scan_paths(chosen.paths, config)
    text = FORMATS[chosen.format](report) + "\n"
    if chosen.output:
        chosen.output.write_text(text, encoding="utf-8")
    else:
        sys.stdout.write(text)
    return exit_code(report, config)


def exit_code(report: Report, config: ReviewConfig) -> int:
    """1 for findings at or above the threshold, plus 4 when files were skipped."""
    least = SEVERITIES.index(config.threshold)
    found = any(SEVERITIES.index(one.severity) >= least for one in report.findings)
    return FOUND * found + SKIPPED * bool(report.skipped)


def parser() -> argparse.ArgumentParser:
    """The options of the command."""
    one = argparse.ArgumentParser(
        prog="python -m domainlab.review", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    one.add_argument("paths", nargs="+", type=Path, help="files and folders")
    one.add_argument("--format", choices=FORMATS, default="text")
    one.add_argument("-o", "--output", type=Path, help="write the report to a file")
    one.add_argument("--config", type=Path, help="TOML file (default: domainlab-review.toml, then pyproject.toml)")
    one.add_argument("--threshold", choices=SEVERITIES, help="least severity that makes the command fail")
    one.add_argument("--confidence", choices=CONFIDENCES, help="least confidence that is reported")
    one.add_argument("--jobs", type=int, help="processes (default: one per core)")
    one.add_argument("--no-bandit", action="store_true", help="leave bandit's findings out")
    return one


if __name__ == "__main__":
    sys.exit(main())
