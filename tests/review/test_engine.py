"""Data flow: how foreign data moves, and what stops it. Each case is a few lines whose answer is plain."""

import pytest

from domainlab.review.expressions import MOST_STEPS
from domainlab.review.scan import scan

HEAD = "import os, shlex, re\nfrom flask import request\n"
GET = "def f():\n    c = request.args['x']\n"
FLOWS = {
    "assignment": "def f():\n    a = request.args['x']\n    b = a\n    os.system(b)",
    "f-string": "def f():\n    os.system(f\"ls {request.args['x']}\")",
    "percent": "def f():\n    os.system('ls %s' % request.args['x'])",
    "format": "def f():\n    os.system('ls {}'.format(request.args['x']))",
    "plus": "def f():\n    os.system('ls ' + request.args['x'])",
    "augmented": "def f():\n    c = 'ls '\n    c += request.args['x']\n    os.system(c)",
    "join": "def f():\n    os.system(' '.join(['ls', request.args['x']]))",
    "append": "def f():\n    parts = ['ls']\n    parts.append(request.args['x'])\n    os.system(' '.join(parts))",
    "dict": "def f():\n    d = {'a': request.args['x']}\n    os.system(d['a'])",
    "method": "def f():\n    os.system(request.args['x'].strip().lower())",
    "branch": "def f(q):\n    c = 'ls'\n    if q:\n        c = request.args['x']\n    os.system(c)",
    "loop": "def f():\n    c = ''\n    for _ in range(2):\n        os.system(c)\n        c = request.args['x']",
    "return": "def g():\n    return request.args['x']\ndef f():\n    os.system(g())",
    "argument": "def g(c):\n    os.system(c)\ndef f():\n    g(request.args['x'])",
    "default": "def g(c, run=os.system):\n    run(c)\ndef f():\n    g(request.args['x'])",
    "attribute": "class A:\n    def __init__(self):\n        self.c = request.args['x']\n"
    "    def go(self):\n        os.system(self.c)",
    "class attribute": "class A:\n    c = request.args['x']\n    def go(self):\n        os.system(self.c)",
    "comprehension": "def f():\n    os.system(' '.join(p for p in request.args.getlist('x')))",
    "conditional": "def f(q):\n    os.system(request.args['x'] if q else 'ls')",
    "walrus": "def f():\n    if (c := request.args['x']):\n        os.system(c)",
    "exception": "def f():\n    try:\n        c = request.args['x']\n    except KeyError:\n        raise\n"
    "    os.system(c)",
    "closure": "def f():\n    c = request.args['x']\n    def g():\n        os.system(c)\n    g()",
    "match": "def f():\n    match request.args['x']:\n        case str() as c:\n            os.system(c)",
    "tuple": "def f():\n    a, b = 'ls', request.args['x']\n    os.system(b)",
    "known branch": GET
    + "    n = 86\n    if 7 * 42 - n > 200:\n        d = c\n    else:\n        d = 'ls'\n    os.system(d)",
    "flag": GET + "    d, done = 'ls', 0\n    for _ in range(2):\n        if done == 0:\n            done = 1\n"
    "        else:\n            d = c\n    os.system(d)",
    "global flag": "N = 0\n" + GET + "    if N == 1:\n        os.system(c)",
    "popped list": GET + "    d = ['ls', c]\n    d.pop(0)\n    os.system(d[0])",
    "known case": GET + "    k = 'AB'[1]\n    match k:\n        case 'A':\n            d = 'ls'\n        case 'B':\n"
    "            d = c\n        case _:\n            d = 'ps'\n    os.system(d)",
    "map": GET + "    list(map(os.system, [c]))",
    "thread": "import threading\n" + GET + "    threading.Thread(target=os.system, args=(c,)).start()",
    "own function by pool": "def g(c):\n    os.system(c)\ndef f(pool):\n    pool.submit(g, request.args['x'])",
    "locals": GET + "    os.system('ls %(c)s' % locals())",
    "decoded": "import base64\n" + GET + "    d = base64.b64encode(c.encode())\n    os.system(base64.b64decode(d))",
    "other field": "def f():\n    d = request.get_json()\n    if d['kind'] == 'a':\n        os.system(d['name'])",
    "option": "import configparser\n" + GET + "    p = configparser.ConfigParser()\n    p.set('s', 'a', 'ls')\n"
    "    p.set('s', 'b', c)\n    os.system(p.get('s', 'b'))",
    "recursion": "def g(c, n):\n    if n:\n        g(c, n - 1)\n    os.system(c)\ndef f():\n"
    "    g(request.args['x'], 3)",
}
STOPS = {
    "constant": "def f():\n    os.system('ls -l')",
    "number": "def f():\n    os.system('kill %d' % int(request.args['x']))",
    "quote": "def f():\n    os.system('ls ' + shlex.quote(request.args['x']))",
    "table": "T = {'a': 'ls'}\ndef f():\n    os.system(T[request.args['x']])",
    "member": GET + "    if c not in ('a', 'b'):\n        raise ValueError\n    os.system(c)",
    "equal": GET + "    if c == 'ls':\n        os.system(c)",
    "alnum": GET + "    if not c.isalnum():\n        return\n    os.system(c)",
    "pattern": GET + "    if not re.fullmatch('[a-z]+', c):\n        return\n    os.system(c)",
    "checker": GET + "    validate_name(c)\n    os.system(c)",
    "in every case": GET + "    if c != 'ls' and c not in ('a', 'b'):\n        return\n    os.system(c)",
    "overwritten": GET + "    c = 'ls'\n    os.system(c)",
    "other part": "def f():\n    a, b = 'ls', request.args['x']\n    os.system(a)",
    "length": "def f():\n    os.system('seq %s' % len(request.args['x']))",
    "conversion fails": GET + "    try:\n        int(c)\n    except ValueError:\n        return\n    os.system(c)",
    "known branch": GET + "    n = 86\n    if 7 * 42 - n > 200:\n        c = 'ls'\n    os.system(c)",
    "popped list": GET + "    d = ['ls', c]\n    d.pop(1)\n    os.system(d[0])",
    "known case": GET + "    k = 'AB'[0]\n    match k:\n        case 'A':\n            d = 'ls'\n        case _:\n"
    "            d = c\n    os.system(d)",
    "other option": "import configparser\n" + GET + "    p = configparser.ConfigParser()\n    p.set('s', 'a', 'ls')\n"
    "    p.set('s', 'b', c)\n    os.system(p.get('s', 'a'))",
    "unnamed local": GET + "    d = 'x'\n    os.system('ls %(d)s' % locals())",
    "same field": "def f():\n    d = request.get_json()\n    if d['kind'] == 'a':\n        os.system(d['kind'])",
    "deleted characters": "def f():\n    os.system(re.sub('[^a-z]', '', request.args['x']))",
}


def commands(code: str):
    return [one for one in scan(HEAD + code, bandit=False).findings if one.cwe == 78]


@pytest.mark.parametrize("name", FLOWS)
def test_foreign_data_arrives(name):
    found = commands(FLOWS[name])
    assert found
    assert found[0].source.kind == "request"


@pytest.mark.parametrize("name", STOPS)
def test_what_stops_it(name):
    assert not commands(STOPS[name])


def test_source_and_sink_are_named_with_their_lines():
    (found,) = commands(FLOWS["assignment"])
    assert (found.source.line, found.line, found.sink.text) == (4, 6, "os.system(b)")
    assert found.source.text.startswith("request.args")


def test_a_parameter_is_less_sure_than_a_request():
    code = "def f(name):\n    os.system('ls ' + name)"
    assert commands(code)[0].confidence == "medium"
    assert commands(FLOWS["plus"])[0].confidence == "high"


def test_a_local_source_makes_the_attack_local():
    (found,) = commands("import sys\nos.system('ls ' + sys.argv[1])")
    assert "/AV:L/" in found.vector
    assert found.score < commands(FLOWS["plus"])[0].score


def test_a_private_function_is_judged_by_its_calls():
    assert not commands("def _run(c):\n    os.system(c)\ndef f():\n    _run('ls')")
    assert commands("def run(c):\n    os.system('ls ' + c)")


def test_long_sums_and_deep_code_end():
    chain = " + ".join(["x"] * 2000)
    assert scan(f"def f(x):\n    return {chain}\n").skipped is None
    deep = "(" * 150 + "1" + ")" * 150
    assert scan(f"x = {deep}\n").skipped is None


def test_a_file_beyond_all_measure_is_cut_off(monkeypatch):
    monkeypatch.setattr("domainlab.review.expressions.MOST_STEPS", 50)
    review = scan(
        "import os\nfrom flask import request\ndef f():\n    os.system(request.args['x'])\n" + "x = 1\n" * 200
    )
    assert "too large" in review.skipped.reason
    assert MOST_STEPS > 10**6


def test_the_same_source_gives_the_same_findings():
    assert scan(HEAD + FLOWS["join"]) == scan(HEAD + FLOWS["join"])
