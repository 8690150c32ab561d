"""Filters: what becomes a condition, and what is refused."""

import pytest

from domainlab.errors import ConfigError
from domainlab.retrieve.filters import chroma_where

KNOWN = {"patient", "kind"}


def test_no_filter_is_no_condition():
    assert chroma_where(None, as_of="ever", known=()) is None
    assert chroma_where({}, as_of="ever", known=KNOWN) is None


def test_several_filters_must_all_hold():
    found = chroma_where({"patient": "p7", "kind": ["labs", "vitals"]}, as_of="2026-03-01", known=KNOWN)
    assert found == {
        "$and": [
            {"tag.patient": {"$eq": "p7"}},
            {"tag.kind": {"$in": ["labs", "vitals"]}},
            {"since": {"$lte": 20260301}},
            {"until": {"$gt": 20260301}},
        ]
    }


def test_a_tag_is_never_taken_for_a_field():
    assert chroma_where({"doc_id": "d"}, as_of="ever", known=()) == {"doc_id": {"$eq": "d"}}
    assert chroma_where({"until": "d"}, as_of="ever", known={"until"}) == {"tag.until": {"$eq": "d"}}


@pytest.mark.parametrize("where", [{"colour": "red"}, {"until": "x"}, {"patient": []}, {"patient": 7}, {"kind": [7]}])
def test_wrong_filters_are_refused(where):
    with pytest.raises(ConfigError, match="filter"):
        chroma_where(where, as_of="ever", known=KNOWN)
