import pytest


@pytest.fixture
def ledger(tmp_path, monkeypatch):
    """A ledger of its own for one test, at scale tiny."""
    monkeypatch.setenv("DOMAINLAB_CLAIMS", str(tmp_path / "claims"))
    monkeypatch.setenv("DOMAINLAB_SCALE", "tiny")
    return tmp_path / "claims"
