"""The shape of the package: who may import whom, how long things are, what is never written.

Layers: core <- stages <- apps. The files beside domainlab/__init__.py are the core, the folders in APPS are
apps, every other folder is a stage. A stage imports the core and itself; an app everything but other apps.
"""

import ast
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

from domainlab.settings import ROOT
from pins import PIN, pin_lines, pinned_modules

PACKAGE = ROOT / "domainlab"
APPS = {"pretrain", "forget", "review", "assist"}
FILES = sorted(PACKAGE.rglob("*.py"))
CORE = {path.stem for path in PACKAGE.glob("*.py")} - {"__init__"}
FOLDERS = {path.parent.name for path in PACKAGE.glob("*/*.py")}

FILE_LINES, FUNCTION_LINES = 250, 40
HEAVY_HOMES = {"chromadb": ["retrieve/store.py"], "peft": ["train/"], "trl": ["train/"]}
HEAVY = {"torch", "transformers", "peft", "trl", "datasets", "chromadb", "sentence_transformers", "pandas"}
FORBIDDEN_MODULES = {"pickle", "dill", "cloudpickle", "marshal", "shelve"}
FORBIDDEN_NAMES = {"utils", "helpers", "manager", "misc", "common", "v2"}

every_file = pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(PACKAGE).as_posix())


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def imported(path: Path) -> set[str]:
    """The full names of all modules that a file imports, wherever in the file."""
    names = set()
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names |= {f"{node.module}.{alias.name}" for alias in node.names} | {node.module}
    return names


def inside(path: Path) -> set[str]:
    """The first-level names of domainlab that a file imports: {"errors", "lab"}."""
    parts = [name.split(".") for name in imported(path) if name.startswith("domainlab.")]
    return {part[1] for part in parts}


def functions(path: Path) -> list[ast.FunctionDef]:
    kinds = ast.FunctionDef | ast.AsyncFunctionDef
    return [node for node in ast.walk(tree(path)) if isinstance(node, kinds)]


def length(function: ast.FunctionDef) -> int:
    """Lines from `def` to the end without the docstring, which may be as long as it needs to be."""
    first = function.body[0]
    told = first.end_lineno - first.lineno + 1 if ast.get_docstring(function) else 0
    return function.end_lineno - function.lineno + 1 - told


def where(path: Path, node: ast.AST) -> str:
    return f"{path.relative_to(ROOT).as_posix()}:{node.lineno}"


def forbidden_layers(home: str) -> set[str]:
    """What a file in the folder `home` ("" for the core) must not import."""
    if home in APPS:
        return APPS - {home}
    return FOLDERS - {home}


@every_file
def test_imports_point_down(path):
    parts = path.relative_to(PACKAGE).parts
    home = parts[0] if len(parts) > 1 else ""
    wrong = inside(path) & forbidden_layers(home)
    assert not wrong, f"{home or 'the core'} must not import {sorted(wrong)}; wire them in an app"
    assert inside(path) <= CORE | FOLDERS | {"__version__"}, "an import names a file by its full path"


@every_file
def test_a_file_is_one_idea(path):
    lines = len(path.read_text(encoding="utf-8").splitlines())
    assert lines <= FILE_LINES, f"{lines} lines; split it, {FILE_LINES} is the limit"
    assert path.stem not in FORBIDDEN_NAMES, "name the file after the idea in it"


@every_file
def test_a_function_fits_on_a_screen(path):
    sizes = {f"{where(path, node)} {node.name}": length(node) for node in functions(path)}
    assert not {name: lines for name, lines in sizes.items() if lines > FUNCTION_LINES}


@every_file
def test_everything_public_has_a_docstring(path):
    module = tree(path)
    public = [node for node in ast.walk(module) if isinstance(node, ast.ClassDef)] + functions(path)
    private = [node for node in ast.walk(module) if isinstance(node, ast.ClassDef) and node.name.startswith("_")]
    nested = {id(inner) for node in [*functions(path), *private] for inner in ast.walk(node) if inner is not node}
    bare = [
        f"{where(path, node)} {node.name}"
        for node in public
        if not node.name.startswith("_") and id(node) not in nested and not ast.get_docstring(node)
    ]
    assert ast.get_docstring(module), "the file has no docstring"
    assert not bare, bare


@every_file
def test_what_is_never_written(path):
    found = [f"{where(path, node)} {found}" for node in ast.walk(tree(path)) if (found := never(node))]
    assert not found, found


def never(node: ast.AST) -> str:
    """Why a piece of code has no place in the package; "" where it has."""
    if isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("print", "eval", "exec"):
        return f"{node.func.id}()"
    if isinstance(node, ast.Assert):
        return "assert: raise one of domainlab.errors, -O removes an assert"
    if isinstance(node, ast.ExceptHandler) and (node.type is None or swallows(node)):
        return "an except that hides what went wrong"
    if isinstance(node, ast.Try) and any(isinstance(line, ast.Import | ast.ImportFrom) for line in node.body):
        return "import inside try: requirements.txt says what is there"
    if isinstance(node, ast.keyword) and node.arg in ("trust_remote_code", "allow_pickle"):
        return "" if getattr(node.value, "value", True) is False else f"{node.arg} runs code from a file"
    if isinstance(node, ast.ImportFrom) and node.level:
        return "relative import: write the full path"
    return ""


def swallows(handler: ast.ExceptHandler) -> bool:
    """Whether a handler catches everything and does nothing."""
    broad = isinstance(handler.type, ast.Name) and handler.type.id in ("Exception", "BaseException")
    return broad and all(isinstance(line, ast.Pass) for line in handler.body)


@every_file
def test_no_module_that_runs_code_from_data(path):
    wrong = {name.split(".")[0] for name in imported(path)} & FORBIDDEN_MODULES
    assert not wrong, f"{sorted(wrong)} runs code when it reads; use JSON, safetensors or numpy"


@every_file
def test_a_heavy_library_has_one_home(path):
    name = path.relative_to(PACKAGE).as_posix()
    for library in {one.split(".")[0] for one in imported(path)} & set(HEAVY_HOMES):
        assert name.startswith(tuple(HEAVY_HOMES[library])), f"{library} belongs in {HEAVY_HOMES[library]}"


@every_file
def test_what_is_imported_is_pinned(path):
    outside = {name.split(".")[0] for name in imported(path)} - sys.stdlib_module_names - {"domainlab"}
    assert outside <= pinned_modules(), f"not in requirements.txt: {sorted(outside - pinned_modules())}"


@pytest.mark.parametrize("folder", sorted(FOLDERS))
def test_a_stage_s_init_holds_only_its_map(folder):
    body = tree(PACKAGE / folder / "__init__.py").body
    # lab is what notebooks import: its __init__ loads the file of a name on first use
    assert folder == "lab" or len(body) == 1, "an __init__ holds a docstring and nothing else"


@pytest.mark.parametrize("module", ["domainlab", "domainlab.lab", "domainlab.settings", "domainlab.records"])
def test_importing_the_surface_loads_nothing_heavy(module):
    command = f"import sys, {module}; print(sorted({HEAVY} & set(sys.modules)))"
    shown = subprocess.run([sys.executable, "-c", command], capture_output=True, text=True, check=True)
    assert shown.stdout.strip() == "[]"


def test_every_requirement_is_an_exact_pin():
    assert pin_lines()
    for line in pin_lines():
        assert PIN.fullmatch(line), f"requirements.txt: {line!r} must be name==version"


def test_the_conda_environment_reads_the_same_pins():
    text = (ROOT / "environment.yml").read_text(encoding="utf-8")
    assert "-r requirements.txt" in text
    assert "==" not in text


def test_continuous_integration_runs_what_the_makefile_runs():
    assert "make test" in (ROOT / ".ci" / "run").read_text(encoding="utf-8").splitlines()
    assert (ROOT / ".ci" / "run").stat().st_mode & 0o111


@pytest.mark.parametrize(
    ("source", "why"),
    [
        ("print(1)", "print()"),
        ("assert x", "assert"),
        ("try:\n    f()\nexcept:\n    g()", "except"),
        ("try:\n    f()\nexcept Exception:\n    pass", "except"),
        ("try:\n    import torch\nexcept ImportError:\n    torch = None", "import inside try"),
        ("f(trust_remote_code=True)", "trust_remote_code"),
        ("f(trust_remote_code=trust)", "trust_remote_code"),
        ("f(trust_remote_code=False)", ""),
        ("from . import x", "relative import"),
        ("try:\n    f()\nexcept OSError:\n    pass", ""),
        ("log(1)", ""),
    ],
)
def test_the_rule_notices(source, why):
    found = [reason for node in ast.walk(ast.parse(source)) if (reason := never(node))]
    assert bool(found) == bool(why)
    assert not why or why in found[0]


def test_a_docstring_does_not_count_as_length():
    written = 'def f(x):\n    """Two\n    lines."""\n    return x'
    assert length(ast.parse(written).body[0]) == 2


def test_the_layers_are_what_the_design_says():
    assert forbidden_layers("") == FOLDERS
    assert FOLDERS - {"train"} == forbidden_layers("train")
    assert APPS - {"pretrain"} == forbidden_layers("pretrain")
    assert {"errors", "records", "settings"} <= CORE
