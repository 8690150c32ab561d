"""The template language, by hand: versions, variants, marked lines, surroundings, and wrong templates."""

import pytest

from domainlab.data.security_templates import FOLDER, all_templates, expand, read_templates
from domainlab.errors import DataError

TEXT = """==== lookup train
vary noun = order | tax_rate
----
import sqlite3


def find_<noun>(db, name):
#{ vulnerable 0
    return db.execute("... " + name)
#{ vulnerable 1 2
    return db.execute(f"... {name}")
#{ fixed
    return db.execute("... ?", (name,))
#}


class <Noun>:
    pass
---- near_miss
print("<noun>")
---- behaviour
assert find_<noun>
"""


@pytest.fixture
def template(tmp_path):
    path = tmp_path / "cwe_089.txt"
    path.write_text(TEXT)
    (only,) = read_templates(path)
    return only


def test_the_first_variant_is_the_code_as_written(template):
    made = expand(template, 0)
    assert (template.group, template.split, template.variants) == ("cwe-89-lookup", "train", 3)
    assert made["vulnerable"] == (
        'import sqlite3\n\n\ndef find_order(db, name):\n    return db.execute("... " + name)\n'
        "\n\nclass Order:\n    pass\n"
    )
    assert made["fixed"] == made["vulnerable"].replace('"... " + name', '"... ?", (name,)')
    assert made["lines"] == (5,)
    assert made["near_miss"] == 'print("order")\n'
    assert made["behaviour"] == "assert find_order\n"


def test_other_variants_have_other_names_code_and_surroundings(template):
    made = expand(template, 1)
    assert "def find_tax_rate(" in made["vulnerable"]
    assert "class TaxRate:" in made["vulnerable"]
    flawed = [made["vulnerable"].splitlines()[line - 1] for line in made["lines"]]
    assert flawed == ['    return db.execute(f"... {name}")']
    assert len(made["vulnerable"].splitlines()) > 9  # something stands around it
    assert made["vulnerable"].replace(flawed[0], "") == made["fixed"].replace(
        '    return db.execute("... ?", (name,))', ""
    )
    assert "find_order(" in expand(template, 2)["vulnerable"]  # names go round


def test_marked_lines_are_the_flaw(tmp_path):
    path = tmp_path / "cwe_022.txt"
    path.write_text("==== x train\n----\ndef f(a):\n#{ fixed\n    a = clean(a)\n#}\n    return open(a)  #!\n")
    made = expand(read_templates(path)[0], 0)
    assert made["lines"] == (2,)
    assert made["vulnerable"] == "def f(a):\n    return open(a)\n"
    assert made["fixed"] == "def f(a):\n    a = clean(a)\n    return open(a)\n"


def test_the_sides_share_no_surroundings():
    neutral = (FOLDER / "surroundings.txt").read_text().strip("\n").split("\n----\n")
    met = {"train": set(), "held_out": set()}
    for template in all_templates():
        for variant in range(1, template.variants):
            code = expand(template, variant)["fixed"]
            met[template.split] |= {number for number, text in enumerate(neutral) if text in code}
    assert len(met["train"]) >= 6
    assert len(met["held_out"]) >= 6
    assert not met["train"] & met["held_out"]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("==== a test\n----\nx = 1\n", "got '==== a test'"),
        ("==== a train\n", "expected '==== name"),
        ("==== a train\n----\nx = 1\n---- notes\ny\n", r"got \['notes'\]"),
        ("==== a train\nvary noun = b\n----\nx = 1\n", "of a used key"),
        ("==== a train\nnames noun = b\n----\nx = '<noun>'\n", "of a used key"),
        ("==== a train\n----\nx\n==== a train\n----\ny\n", "two templates are named 'a'"),
    ],
)
def test_refuses_a_wrong_template(tmp_path, text, reason):
    path = tmp_path / "cwe_001.txt"
    path.write_text(text)
    with pytest.raises(DataError, match=reason):
        read_templates(path)


def test_refuses_code_that_does_not_parse(tmp_path):
    path = tmp_path / "cwe_001.txt"
    path.write_text("==== a train\n----\nx = (\n")
    with pytest.raises(DataError, match="does not parse"):
        expand(read_templates(path)[0], 0)
