"""WikiText's tokens become text again."""

import pytest

from domainlab.evaluate.wikitext import detokenise_wikitext


@pytest.mark.parametrize(
    ("tokens", "text"),
    [
        ("red @-@ tipped", "red-tipped"),
        ("1 @,@ 000 @.@ 5 km", "1,000.5 km"),
        ("60 cm ( 24 in ) , and", "60 cm (24 in), and"),
        ('only " lobster red " on', 'only "lobster red" on'),
        ('he said , " It is . " Then " he " left', 'he said, "It is." Then "he" left'),
        ("the lobster 's claws don 't , do n't", "the lobster's claws don't, don't"),
        ("weigh 5 – 6 kg", "weigh 5–6 kg"),
        ("he – they said – left", "he – they said – left"),
        ("a [ note ] ; $ 5 : 50 % !", "a [note]; $5: 50%!"),
        (" = Title = ", "Title"),
        (" = = = Deep title = = = ", "Deep title"),
        ("x = 5 = y", "x = 5 = y"),
        ("a <unk> lobster", "a <unk> lobster"),
        (" \n = A = \n \n One . \n \n \n Two . \n ", "A\nOne.\nTwo."),
        ("", ""),
    ],
)
def test_rules(tokens, text):
    assert detokenise_wikitext(tokens) == text


def test_a_quotation_does_not_reach_into_the_next_line():
    assert detokenise_wikitext('one " open\nand " here " closed') == 'one " open\nand "here" closed'


def test_plain_text_stays_as_it_is():
    text = 'Ana (the cook) said: "Soup, at 12:30!" It cost $5.50, i.e. 10% more.\nIt\'s well-known.'
    assert detokenise_wikitext(text) == text
    assert detokenise_wikitext(detokenise_wikitext("a @-@ b , c .")) == detokenise_wikitext("a @-@ b , c .")
