"""Scan many files on all cores: each file on its own, results in order, one bad file never ends the scan."""

import fnmatch
import logging
import multiprocessing
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import replace
from functools import partial
from pathlib import Path

from domainlab.review.config import ReviewConfig
from domainlab.review.files import find_files, read_source
from domainlab.review.findings import CONFIDENCES, FileReview, Finding, Report, Skipped
from domainlab.review.ignores import split_ignored
from domainlab.review.lexical import lexical_findings
from domainlab.review.scan import scan

LOG = logging.getLogger(__name__)
BATCH = 64  # files that are on their way at a time: memory does not grow with the number of files


def scan_paths(paths: Iterable[str | Path], config: ReviewConfig, *, root: Path | None = None) -> Report:
    """Review every Python file under some paths.

    Args:
        paths: files and folders.
        config: what to report.
        root: findings name paths relative to it, so that their ids do not depend on where a checkout lies.

    Raises:
        ConfigError: a path does not exist.
    """
    files, skipped = find_files(paths, config.exclude)
    findings, suppressed = [], []
    for review in review_files(files, config, root or Path.cwd()):
        findings += review.findings
        suppressed += review.suppressed
        skipped += [review.skipped] if review.skipped else []
    return Report(
        findings=tuple(findings), skipped=tuple(skipped), files=len(files), suppressed=tuple(suppressed)
    )  # fmt: skip


def review_files(files: list[Path], config: ReviewConfig, root: Path) -> Iterator[FileReview]:
    """The reviews of some files, in their order."""
    work = partial(review_file, config=config, root=root)
    if min(config.jobs, len(files)) < 2:
        yield from map(work, files)
        return
    context = multiprocessing.get_context("forkserver")
    with ProcessPoolExecutor(config.jobs, mp_context=context) as pool:
        done = 0
        while done < len(files):
            try:
                reviews = list(pool.map(work, files[done : done + BATCH], chunksize=4))
            except BrokenProcessPool:
                break
            done += len(reviews)
            yield from reviews
    for path in files[done:]:  # a file has killed a worker: each of the rest gets a process of its own
        yield alone(path, work)


def alone(path: Path, work) -> FileReview:
    """One file in a process of its own, whose death is reported."""
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("forkserver")) as pool:
        try:
            return pool.submit(work, path).result()
        except BrokenProcessPool:
            return FileReview(
                path=str(path), findings=(), skipped=Skipped(path=str(path), reason="its analysis ended the process")
            )  # fmt: skip


def review_file(path: Path, config: ReviewConfig, root: Path) -> FileReview:
    """Read, scan and select; `path` as findings name it is relative to the root where it lies under it."""
    name = shown(path, root)
    source, wrong = read_source(path, config.largest)
    try:
        review = scan(source, name, bandit=config.bandit) if not wrong else None
    except Exception as error:  # a fault of the reviewer itself: told, and the other files are still read
        LOG.exception("The review of %s failed", name)
        review, wrong = None, f"the reviewer failed on it ({type(error).__name__}: {error})"
    if review is None:
        found = tuple(lexical_findings(source, name))
        review = FileReview(path=name, findings=found, skipped=Skipped(path=name, reason=wrong, lexical=bool(source)))
    kept, suppressed = review.findings, []
    if config.inline_ignores:
        kept, suppressed = split_ignored(review.findings, source)
    return replace(review, findings=select(kept, config), suppressed=tuple(suppressed))


def select(findings: Iterable[Finding], config: ReviewConfig) -> tuple[Finding, ...]:
    """The findings that the settings let through, with the severities that they give."""
    least = CONFIDENCES.index(config.confidence)
    return tuple(
        replace(one, severity=config.severities.get(f"CWE-{one.cwe}", one.severity))
        for one in findings
        if CONFIDENCES.index(one.confidence) >= least or "lexical" in one.origins
        if f"CWE-{one.cwe}" not in config.ignore
        if not any(fnmatch.fnmatch(one.path, pattern) for pattern in config.exclude)
    )


def shown(path: Path, root: Path) -> str:
    """A path relative to the root, with slashes, or as it was given."""
    absolute = path.absolute()
    return absolute.relative_to(root).as_posix() if absolute.is_relative_to(root) else path.as_posix()
