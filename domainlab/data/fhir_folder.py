"""A folder of FHIR R4 bundles, one file at a time: charts out of each, and a reason for every file without one."""

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

from domainlab.data.chart import Chart
from domainlab.data.fhir_read import read_charts
from domainlab.errors import DataError


@dataclass(kw_only=True)
class Skipped:
    """What a reading left out, and why; filled while the charts are read."""

    files: dict[str, str] = field(default_factory=dict)  # file name -> reason
    resources: Counter[str] = field(default_factory=Counter)  # resource type -> how many were not read
    problems: dict[str, tuple[str, ...]] = field(default_factory=dict)  # patient id -> what could not be used


def read_folder(folder: str | Path, *, today: str, skipped: Skipped) -> Iterator[Chart]:
    """The chart of every patient in the `*.json` files of a folder, by file name; one file is in memory at a time.

    Args:
        folder: searched with its sub-folders.
        today: ISO day; what is dated later is a problem, unless the bundle says that it was made later.
        skipped: told what was left out.

    Raises:
        DataError: no such folder, or no JSON file in it.
    """
    folder = Path(folder)
    paths = sorted(path for path in folder.rglob("*.json") if path.is_file())
    if not paths:
        raise DataError(f"{folder}: expected a folder with FHIR bundles (*.json); there is none in it.")
    homes: dict[str, str] = {}  # patient id -> file that it was read from
    for path in paths:
        name = path.relative_to(folder).as_posix()
        try:
            charts = read_charts(read_bundle(path), today=today, where=name)
        except DataError as error:
            skipped.files[name] = str(error)
            continue
        if not charts:
            skipped.files[name] = "no patient in it"
        for chart in charts:
            if chart.patient_id in homes:
                first = homes[chart.patient_id]
                skipped.files[name] = f"its patient id was already read from {first}; one chart per id, none is merged"
                continue
            homes[chart.patient_id] = name
            skipped.resources.update(chart.unused)
            if chart.problems:
                skipped.problems[chart.patient_id] = chart.problems
            yield chart


def read_bundle(path: str | Path) -> Any:
    """The JSON of a file, with numbers as they are written there.

    Raises:
        DataError: the file cannot be read, is not UTF-8, or is not JSON.
    """
    path = Path(path)
    try:
        return json.loads(path.read_text(encoding="utf-8-sig"), parse_float=Decimal, parse_constant=str)
    except OSError as error:
        raise DataError(f"{path.name}: cannot be read ({error.strerror}).") from error
    except UnicodeDecodeError as error:
        raise DataError(f"{path.name}: not UTF-8 (byte {error.start}). Save the file as UTF-8.") from error
    except (ValueError, RecursionError) as error:
        raise DataError(f"{path.name}: not JSON ({str(error)[:80]}). Expected one FHIR bundle.") from error
