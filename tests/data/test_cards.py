"""Cards: what they record, and that a changed, missing or extra file is noticed."""

import hashlib
import json

import pytest

from domainlab.data.cards import check_card, write_card
from domainlab.errors import DataError


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "a.jsonl").write_bytes(b"{}\n{}\n")
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "note.txt").write_bytes(b"hello")
    (tmp_path / ".hidden").write_bytes(b"x")
    write_card(tmp_path, source="made up", licence="CC0-1.0", made_by="make it")
    return tmp_path


def test_the_card_holds_rows_and_checksums(folder):
    card = json.loads((folder / "card.json").read_text())
    assert card == check_card(folder)
    assert card["rows"] == {"a.jsonl": 2}
    assert card["sha256"] == {
        "a.jsonl": hashlib.sha256(b"{}\n{}\n").hexdigest(),
        "sub/note.txt": hashlib.sha256(b"hello").hexdigest(),
    }
    assert (card["source"], card["licence"], card["made_by"]) == ("made up", "CC0-1.0", "make it")


def test_writing_again_changes_nothing(folder):
    before = (folder / "card.json").read_bytes()
    write_card(folder, source="made up", licence="CC0-1.0", made_by="make it")
    assert (folder / "card.json").read_bytes() == before


def test_notices_a_changed_a_missing_and_an_extra_file(folder):
    (folder / "extra.txt").write_text("x")
    with pytest.raises(DataError, match=r"extra\.txt: not on the card"):
        check_card(folder)
    (folder / "extra.txt").unlink()
    (folder / "a.jsonl").write_bytes(b"{}\n{ }\n")
    with pytest.raises(DataError, match=r"a\.jsonl: changed.*make it"):
        check_card(folder)
    (folder / "a.jsonl").unlink()
    with pytest.raises(DataError, match=r"a\.jsonl: on the card but not there"):
        check_card(folder)


@pytest.mark.parametrize(
    "text", ["{", "[]", '{"source": "s"}', '{"source":1,"licence":1,"made_by":1,"rows":{},"sha256":[]}']
)
def test_refuses_a_card_that_is_none(folder, text):
    (folder / "card.json").write_text(text)
    with pytest.raises(DataError, match=r"card\.json"):
        check_card(folder)


def test_refuses_a_folder_without_card_or_files(tmp_path):
    with pytest.raises(DataError, match="no card"):
        check_card(tmp_path)
    with pytest.raises(DataError, match="no files to describe"):
        write_card(tmp_path, source="s", licence="l", made_by="m")
