"""Seconds per file and peak memory of the code review, beside one call of the language model on each of some files.

python benchmarks/review_scan.py FOLDER
"""

import argparse
import resource
import time
from pathlib import Path

from machine import describe_machine

from domainlab.models import HFChat, load_base
from domainlab.review.config import ReviewConfig
from domainlab.review.files import find_files, read_source
from domainlab.review.pool import scan_paths
from domainlab.settings import current_scale

ASKED, NEW_TOKENS, CHARACTERS = 20, 64, 400


def seconds_per_call(files: list[Path], largest: int) -> float:
    """Mean seconds of one answer about the beginning of a file, one by one."""
    scale = current_scale()
    model, tokenizer = load_base(scale.base_model, revision=scale.revision, device=scale.device, dtype=scale.dtype)
    chat = HFChat(model, tokenizer, progress=False)
    sources = [read_source(path, largest)[0][:CHARACTERS] for path in files[:ASKED]]
    prompts = [f"Is this code safe?\n{source}" for source in sources if source]
    chat(prompts[:1], max_new_tokens=NEW_TOKENS)  # warm up
    start = time.perf_counter()
    for prompt in prompts:
        chat([prompt], max_new_tokens=NEW_TOKENS)
    return (time.perf_counter() - start) / len(prompts)


def main() -> None:
    """Scan a folder on all cores, then ask the model, and print both."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    folder, config = parser.parse_args().folder, ReviewConfig()
    start = time.perf_counter()
    report = scan_paths([folder], config)
    seconds = (time.perf_counter() - start) / max(report.files, 1)
    workers = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    asked = seconds_per_call(find_files([folder])[0], config.largest)
    print(f"{report.files} files, {len(report.findings)} findings, {len(report.skipped)} skipped")
    print(f"scan {1000 * seconds:.1f} ms per file, {config.jobs} processes")
    print(f"peak memory {own:.0f} MB, {workers:.0f} MB in the largest worker")
    print(f"one model call {1000 * asked:.0f} ms: {asked / seconds:.0f}x the time of scanning a file")
    print(describe_machine())


if __name__ == "__main__":
    main()
