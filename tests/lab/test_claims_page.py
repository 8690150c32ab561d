import re
import xml.etree.ElementTree as ET
from dataclasses import replace

import pandas as pd
import pytest

from domainlab.lab.claims_page import WIDTH, claims_page, write_claims_html
from domainlab.lab.ledger import COLUMNS, Claim

CLAIM = Claim(
    notebook="05", claim_id="05.b", sentence="Replay keeps <95 %> & more.", measured=0.97, relation=">=",
    threshold=0.95, margin=0.0, low=0.96, high=0.98, seeds=3, source="this notebook",
    contradicts="Folk & lore.", scale="tiny", status="held", settled=True, machine="Linux, 2 cores",
    date="2026-01-02",
)  # fmt: skip


def page_of(*claims):
    return claims_page(pd.DataFrame(list(claims), columns=list(COLUMNS)))


def drawing_of(claim):
    return ET.fromstring(re.search(r"<svg.*</svg>", page_of(claim), re.DOTALL)[0])


def test_page_needs_nothing_from_outside():
    page = page_of(CLAIM, replace(CLAIM, claim_id="01.a", notebook="01"))
    assert not re.search(r"https?:|src=|href=|@import|url\(", page)
    assert "prefers-color-scheme:dark" in page


def test_page_is_well_formed_and_escapes_what_people_wrote():
    page = page_of(CLAIM)
    body = re.search(r"<main>.*</main>", page, re.DOTALL)[0]
    text = "".join(ET.fromstring(body).itertext())
    assert "Replay keeps <95 %> & more." in text
    assert "Contradicted: Folk & lore." in text


def test_every_drawing_has_words_for_a_screen_reader():
    drawing = drawing_of(CLAIM)
    assert drawing.get("role") == "img"
    assert drawing.get("aria-label") == "measured 0.97 [0.96, 0.98], asked >= 0.95: held"


def test_the_mark_lies_on_the_right_side_of_the_threshold():
    drawing = drawing_of(CLAIM)
    band, mark = drawing.find("rect"), drawing.find("circle")
    assert float(band.get("x")) < float(mark.get("cx")) < WIDTH
    assert float(band.get("x")) + float(band.get("width")) == pytest.approx(WIDTH)


def test_a_failed_claim_lies_outside_the_band_and_has_another_shape():
    drawing = drawing_of(replace(CLAIM, relation="<", status="failed"))
    band = drawing.find("rect")
    assert drawing.find("circle") is None
    assert 'class="failed"' in page_of(replace(CLAIM, status="failed"))
    assert float(band.get("x")) == 0
    written = drawing.findall("text")
    assert float(band.get("width")) < float(written[0].get("x"))  # the measured number is right of the band


def test_margin_moves_the_threshold_line():
    moved = drawing_of(replace(CLAIM, margin=0.01)).findall("text")[1].text
    assert moved == "0.96"


@pytest.mark.parametrize("claim", [
    replace(CLAIM, measured=0.0, threshold=0.0, relation="==", low=None, high=None),
    replace(CLAIM, measured=-5.0, threshold=-5.0, relation="<=", low=None, high=None),
    replace(CLAIM, measured=1e9, threshold=1e-9, low=None, high=None),
    replace(CLAIM, relation="==", margin=0.5),
])  # fmt: skip
def test_odd_numbers_stay_inside_the_drawing(claim):
    drawing = drawing_of(claim)
    for text in drawing.findall("text"):
        assert 0 <= float(text.get("x")) <= WIDTH


def test_an_unfinished_page_never_replaces_a_whole_one(tmp_path):
    path = tmp_path / "build" / "claims.html"
    write_claims_html(pd.DataFrame([CLAIM], columns=list(COLUMNS)), path)
    before = path.read_text()
    with pytest.raises(KeyError):
        write_claims_html(pd.DataFrame({"wrong": [1]}), path)
    assert path.read_text() == before
    assert [found.name for found in path.parent.iterdir()] == ["claims.html"]
