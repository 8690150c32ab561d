import subprocess
import sys
from pathlib import Path

import pytest

from domainlab.memory import keep_freed_memory

ROOT = Path(__file__).resolve().parents[1]

# touches and frees 64 MB ten times and reports how often the kernel had to hand out a page
COUNT_FAULTS = """
import resource, sys
from domainlab.memory import keep_freed_memory
if sys.argv[1] == "keep":
    keep_freed_memory()
import numpy as np
np.ones(8_000_000)
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
for _ in range(10):
    np.ones(8_000_000)
sys.stdout.write(str(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before))
"""


def page_faults(mode):
    command = [sys.executable, "-c", COUNT_FAULTS, mode]
    return int(subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout)


@pytest.mark.skipif(not sys.platform.startswith("linux") or not keep_freed_memory(), reason="needs glibc")
def test_freed_memory_is_used_again_without_page_faults():
    assert page_faults("keep") < page_faults("default") / 4


def test_other_systems_are_left_alone(monkeypatch):
    monkeypatch.setattr(sys, "platform", "darwin")
    assert keep_freed_memory() is False
