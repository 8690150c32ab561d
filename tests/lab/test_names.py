"""What `lab.` offers, and what importing it costs."""

import subprocess
import sys
from pathlib import Path

import pytest

from domainlab import lab

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("name", sorted(lab.HOMES))
def test_every_name_resolves_to_something_callable(name):
    assert callable(getattr(lab, name))


def test_no_file_has_the_name_of_a_function():
    # importing domainlab.lab.start, a file, would silently replace the function lab.start
    files = {path.stem for path in Path(lab.__file__).parent.iterdir()}
    assert not files & set(lab.HOMES)


def test_unknown_name_is_refused_with_the_known_ones():
    with pytest.raises(AttributeError, match="predict"):
        _ = lab.predcit


def test_dir_lists_the_names():
    assert dir(lab) == sorted(lab.HOMES)


def test_importing_lab_loads_neither_torch_nor_matplotlib():
    heavy = "{'torch', 'matplotlib', 'pandas', 'transformers', 'chromadb'}"
    code = f"import sys; from domainlab import lab; raise SystemExit(bool({heavy} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0


def test_reading_every_lab_file_loads_no_torch():
    code = (
        "import sys; from domainlab import lab; [getattr(lab, name) for name in dir(lab)];"
        "raise SystemExit('torch' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0
