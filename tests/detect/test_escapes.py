r"""What stands behind escapes, and the way back."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from piiguard.detect.escapes import Spelled


@given(
    st.text(
        st.characters(
            blacklist_categories=["Cs", "Cc", "Cf", "Zl", "Zp", "Zs", "Co", "Cn"], blacklist_characters="\\"
        )
    )
)
def test_view_of_json_is_the_text(text: str) -> None:
    assert Spelled(json.dumps(text)[1:-1]).view == text


@given(st.text(max_size=40), st.integers(0, 40), st.integers(0, 40))
def test_way_back_never_cuts_an_escape(text: str, start: int, length: int) -> None:
    written = json.dumps(text)
    spelled = Spelled(written)
    start = min(start, len(spelled.view))
    end = min(start + length, len(spelled.view))
    left, right = spelled.span(start, end)
    assert (
        Spelled(written[:left]).view + Spelled(written[left:right]).view + Spelled(written[right:]).view
        == spelled.view
    )
    assert spelled.place(len(spelled.view)) == len(written)


@pytest.mark.parametrize(
    ("written", "view"),
    [
        (r"C:\Data\app.log", r"C:\Data\app.log"),
        (r"a\\nb", "a b"),
        (r"\\\"x\\\"", '"x"'),
        (r"\u0418\u04", "И\\u04"),
        (r"\ud83d\ude00!", "\U0001f600!"),
        (r"\ud83d!", " !"),
        ("no escapes", "no escapes"),
    ],
)
def test_what_is_no_escape_stays(written: str, view: str) -> None:
    assert Spelled(written).view == view
