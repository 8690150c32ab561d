from types import SimpleNamespace

from domainlab.lab import frontend
from domainlab.lab.frontend import Note, is_interactive, tell


def test_without_a_kernel_nobody_can_click():
    assert not is_interactive()


def test_a_kernel_is_interactive_unless_the_runner_says_headless(monkeypatch):
    monkeypatch.setattr(frontend, "get_ipython", lambda: SimpleNamespace(kernel=object()))
    monkeypatch.delenv("DOMAINLAB_HEADLESS", raising=False)
    assert is_interactive()
    monkeypatch.setenv("DOMAINLAB_HEADLESS", "1")
    assert not is_interactive()


def test_an_ipython_terminal_has_no_kernel_and_is_not_interactive(monkeypatch):
    monkeypatch.setattr(frontend, "get_ipython", lambda: SimpleNamespace())
    monkeypatch.delenv("DOMAINLAB_HEADLESS", raising=False)
    assert not is_interactive()


def test_a_note_offers_both_forms_and_prints_as_text():
    note = Note(html="<b>5</b>", text="5")
    assert note._repr_mimebundle_() == {"text/html": "<b>5</b>", "text/plain": "5"}
    assert repr(note) == "5"


def test_tell_reaches_a_terminal_as_plain_text(capsys):
    tell("1 < 2 & so on")
    assert capsys.readouterr().out == "1 < 2 & so on\n"


def test_tell_escapes_html(monkeypatch):
    shown = []
    monkeypatch.setattr(frontend, "display", shown.append)
    tell("<script>")
    assert "&lt;script&gt;" in shown[0].html
    assert "<script>" not in shown[0].html
