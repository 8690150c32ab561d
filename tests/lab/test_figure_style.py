import matplotlib.colors
import numpy as np
import pandas as pd
import pytest

from domainlab.errors import ConfigError, DataError
from domainlab.lab.figure_style import PALETTE, DescribedFigure, arm_looks, check_intervals, new_figure

FRAME = pd.DataFrame({"arm": ["a", "b"], "mean": [1.0, 2.0], "low": [0.5, 2.0], "high": [1.5, 2.5]})


def check(frame):
    check_intervals(frame, ("arm",), mean="mean", low="low", high="high")


def test_palette_is_okabe_and_ito_and_can_be_told_apart_in_grey():
    luminance = sorted(
        np.dot(matplotlib.colors.to_rgb(colour), (0.2126, 0.7152, 0.0722)) for colour in PALETTE[:3]
    )
    assert np.diff(luminance).min() > 0.02
    assert len(set(PALETTE)) == 7


def test_figure_carries_title_alt_and_resolution():
    figure, axes = new_figure(title="Replay repairs most of the loss", alt="Two lines.")
    assert isinstance(figure, DescribedFigure)
    assert axes.get_title(loc="left") == "Replay repairs most of the loss"
    assert repr(figure) == figure.alt == "Two lines."
    assert figure.dpi == 110


def test_the_same_figure_gives_the_same_bytes():
    pictures = {new_figure(title="One", alt="Nothing.")[0].png() for _ in range(2)}
    assert len(pictures) == 1
    assert pictures.pop().startswith(b"\x89PNG")


@pytest.mark.parametrize(("title", "alt"), [("", "x"), ("x", " ")])
def test_title_and_alt_are_required(title, alt):
    with pytest.raises(ConfigError, match="needs a title"):
        new_figure(title=title, alt=alt)


def test_a_good_table_passes():
    check(FRAME)


@pytest.mark.parametrize(
    ("frame", "words"),
    [
        (FRAME.drop(columns="low"), "columns low"),
        (FRAME.iloc[:0], "with rows"),
        (FRAME.assign(mean=[1.0, np.nan]), "finite numbers; row 1"),
        (FRAME.assign(high=[0.7, 2.5]), "low <= mean <= high; row 0"),
        (FRAME.assign(low=[0.5, 2.1]), "low <= mean <= high; row 1"),
    ],
)
def test_a_bad_table_is_refused(frame, words):
    with pytest.raises(DataError, match=words):
        check(frame)


def test_looks_follow_first_appearance_and_are_all_different():
    looks = arm_looks(["b", "a", "b"])
    assert list(looks) == ["b", "a"]
    assert looks["b"][0] == PALETTE[0]
    assert len(set(looks.values())) == 2


def test_too_many_arms_are_refused():
    with pytest.raises(ConfigError, match="at most 7 arms; got 8"):
        arm_looks("abcdefgh")
