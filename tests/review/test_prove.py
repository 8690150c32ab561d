"""Fixes: each applies, removes its finding, brings no other, keeps the tests; otherwise none is offered."""

import ast
import shutil
import subprocess

import pytest

from domainlab.data.security_pairs import CodePair
from domainlab.errors import DataError
from domainlab.review.edits import apply_edits, as_patch, replaced, with_import
from domainlab.review.fixers import FIXERS
from domainlab.review.fixers_sql import parts_of, statement
from domainlab.review.knowledge import page
from domainlab.review.measure_fixes import apply_patch, fix_table, summary
from domainlab.review.prove import CHANGES_BEHAVIOUR, propose
from domainlab.review.scan import scan

FLASK = "from flask import Flask, make_response, request\napp = Flask(__name__)\n\n@app.route('/')\ndef f():\n"
CASES = {
    22: ("import tarfile\n\ndef f(a, b):\n    tarfile.open(a).extractall(b)\n", 'extractall(b, filter="data")'),
    78: ("import os\n\ndef f(name):\n    os.system('ls ' + name)\n", "'ls ' + shlex.quote(name)"),
    79: (FLASK + "    n = request.args['n']\n    return f'<b>{n}</b>'\n", "<b>{html.escape(str(n))}</b>"),
    89: (
        "import sqlite3\n\ndef f(c, name):\n    return c.execute(f\"SELECT a FROM t WHERE n = '{name}'\")\n",
        'c.execute("SELECT a FROM t WHERE n = ?", (name,))',
    ),
    95: ("def f(text):\n    return eval(text)\n", "ast.literal_eval(text)"),
    208: ("def f(token, given):\n    return token == given\n", "hmac.compare_digest(token, given)"),
    276: ("import os\n\nos.umask(0)\n", "os.umask(0o022)"),
    295: ("import requests\n\nrequests.get('https://a', verify=False, timeout=3)\n", "'https://a', timeout=3)"),
    326: ("from Crypto.PublicKey import RSA\n\nkey = RSA.generate(1024)\n", "RSA.generate(2048)"),
    330: ("import random\n\ntoken = random.getrandbits(64)\n", "random.SystemRandom().getrandbits(64)"),
    489: ("from flask import Flask\n\nFlask('a').run(debug=True)\n", "debug=False"),
    502: ("import yaml\n\ndef f(t):\n    return yaml.load(t, Loader=yaml.Loader)\n", "yaml.safe_load(t)"),
    595: ("def f(a):\n    return a is 'x'\n", "a == 'x'"),
    614: (
        FLASK
        + "    r = make_response('')\n    r.set_cookie('session', 'a', httponly=True, samesite='Lax')\n    return r\n",
        "samesite='Lax', secure=True)",
    ),
    732: ("import os\n\ndef f(p):\n    os.chmod(p, 0o777)\n", "os.chmod(p, 0o755)"),
}


def first(code: str, cwe: int):
    return next(one for one in scan(code).findings if one.cwe == cwe)


def always(new: str) -> bool:
    return True


@pytest.mark.parametrize("cwe", CASES)
def test_the_fix_that_one_would_write(cwe):
    code, wanted = CASES[cwe]
    fix = propose(code, first(code, cwe), behaves=always)
    assert wanted in fix.source
    assert cwe not in {one.cwe for one in scan(fix.source).findings}
    assert fix.behaviour == "tests passed"


@pytest.mark.skipif(shutil.which("patch") is None, reason="needs the program patch")
@pytest.mark.parametrize("cwe", [78, 89, 614])
def test_the_patch_applies_with_the_ordinary_tool(cwe, tmp_path):
    code, _ = CASES[cwe]
    (tmp_path / "code.py").write_text(code, encoding="utf-8")
    fix = propose(code, first(code, cwe))
    run = subprocess.run(["patch", "-p1"], input=fix.patch, text=True, cwd=tmp_path, capture_output=True, check=False)
    assert run.returncode == 0, run.stdout
    assert (tmp_path / "code.py").read_text(encoding="utf-8") == fix.source


def test_a_fix_that_fails_the_tests_is_not_offered():
    code, _ = CASES[78]
    assert propose(code, first(code, 78), behaves=lambda new: False) is None


@pytest.mark.parametrize("cwe", sorted(CHANGES_BEHAVIOUR & set(CASES)))
def test_fixes_that_refuse_more_need_tests(cwe):
    code, _ = CASES[cwe]
    assert propose(code, first(code, cwe)) is None


def test_without_tests_the_fix_says_so():
    code, _ = CASES[276]
    assert propose(code, first(code, 276)).behaviour == "not tested"


def test_a_statement_for_an_unknown_driver_is_left_alone():
    code = "def f(db, name):\n    return db.execute(f\"SELECT a FROM t WHERE n = '{name}'\")\n"
    assert propose(code, first(code, 89)) is None


def test_a_table_cannot_become_a_parameter():
    code = "import sqlite3\n\ndef f(c, kind):\n    return c.execute('SELECT a FROM ' + kind + ' WHERE n = 1')\n"
    assert propose(code, first(code, 89)) is None


@pytest.mark.parametrize(
    ("text", "made"),
    [
        ("f\"SELECT a FROM t WHERE n = '{x}'\"", ('"SELECT a FROM t WHERE n = ?"', ["x"])),
        ("f\"SELECT a FROM t WHERE n LIKE '%{x}%'\"", ('"SELECT a FROM t WHERE n LIKE ?"', ["'%' + str(x) + '%'"])),
        ("'SELECT a FROM t WHERE n = %s AND m = %s' % (x, y)", ('"SELECT a FROM t WHERE n = ? AND m = ?"', ["x", "y"])),
        ('"DELETE FROM t WHERE n = \'" + x + "\'"', ('"DELETE FROM t WHERE n = ?"', ["x"])),
        ("'INSERT INTO t VALUES ({}, {})'.format(x, y)", ('"INSERT INTO t VALUES (?, ?)"', ["x", "y"])),
        ("f'SELECT a FROM {x}'", None),
        ("f'SELECT a FROM t ORDER BY {x}'", None),
    ],
)
def test_statements_with_placeholders(text, made):
    assert statement(parts_of(ast.parse(text, mode="eval").body), "?") == made


@pytest.mark.parametrize("cwe", sorted(FIXERS))
def test_whatever_is_offered_for_the_examples_holds(cwe):
    for code in page(cwe).vulnerable:
        finding = next(one for one in scan(code).findings if one.cwe == cwe)
        fix = propose(code, finding, behaves=always)
        if fix is not None:
            assert len([one for one in scan(fix.source).findings if one.cwe == cwe]) < len(
                [one for one in scan(code).findings if one.cwe == cwe]
            )
            ast.parse(fix.source)


def test_edits_touch_nothing_else():
    code = "# first\nx = f(a,  b)  # keep\n\n\ny = 'müll' + g(c)\n"
    tree = ast.parse(code)
    call = tree.body[1].value.right
    assert apply_edits(code, [replaced(call, "h(c)")]) == code.replace("g(c)", "h(c)")


def test_an_import_comes_after_docstring_and_future_and_only_once():
    code = '"""Text."""\nfrom __future__ import annotations\nimport os\n'
    made = with_import(code, "import shlex")
    assert made.splitlines()[2] == "import shlex"
    assert with_import(made, "import shlex") == made


def test_a_patch_says_when_a_file_ends_without_a_line_end():
    assert "\\ No newline at end of file" in as_patch("a", "b", "x.py")


def test_a_patch_is_applied_without_tolerance():
    code, _ = CASES[89]
    fix = propose(code, first(code, 89))
    assert apply_patch(code, fix.patch) == fix.source
    with pytest.raises(DataError, match=r"does not apply"):
        apply_patch(code.replace("SELECT", "select"), fix.patch)


@pytest.mark.parametrize(("old", "new"), [("a\nb\n", "a\nc\n"), ("a\nb", "a\nc"), ("", "a\n"), ("a\n", "b\na\n")])
def test_patches_are_read_as_they_are_written(old, new):
    assert apply_patch(old, as_patch(old, new, "x.py")) == new


def pair(behaviour: str) -> CodePair:
    code = "import os\n\ndef mask():\n    return os.umask(0)\n"
    fixed = code.replace("0)", "0o22)")
    return CodePair(
        id="p", cwe="CWE-276", group="g", split="train", vulnerable=code, fixed=fixed, lines=(4,), behaviour=behaviour
    )  # fmt: skip


def test_fixes_of_pairs_are_counted_and_checked_again():
    table = fix_table([pair("assert mask() >= 0"), pair("assert False"), pair("")])
    assert table["offered"].tolist() == [True, False, True]
    assert table["tested"].tolist() == [True, False, False]
    assert "2 fixes offered (1 of them with behaviour tests): 2 apply" in summary(table)
