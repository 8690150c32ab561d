"""All rules, found by their file names."""

import importlib
from functools import cache
from pathlib import Path

from domainlab.review.rule import Catalogue, Rule

FOLDER = Path(__file__).with_name("rules")


@cache
def catalogue() -> Catalogue:
    """Every rule of `rules/`, in the order of the weaknesses' numbers."""
    names = sorted(path.stem for path in FOLDER.glob("cwe_*.py"))
    modules = [importlib.import_module(f"domainlab.review.rules.{name}") for name in names]
    rules: list[Rule] = [module.RULE for module in modules]
    return Catalogue(tuple(rules))
