r"""What stands behind escapes, and the way back."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from piiguard.detect.escapes import Shown, Spelled, is_spelled


@given(
    st.text(
        st.characters(
            blacklist_categories=["Cs", "Cc", "Cf", "Zl", "Zp", "Zs", "Co", "Cn"], blacklist_characters="\\"
        )
    )
)
def test_view_of_json_is_the_text(text: str) -> None:
    assert Spelled(json.dumps(text)[1:-1]).view == Spelled(text).view


@given(st.text(max_size=40), st.integers(0, 40), st.integers(0, 40))
def test_way_back_never_cuts_an_escape(text: str, start: int, length: int) -> None:
    written = json.dumps(text)
    # of a text with several readings, each is written where the first one is
    spelled = Spelled(written, once=True)
    start = min(start, len(spelled.view))
    end = min(start + length, len(spelled.view))
    left, right = spelled.span(start, end)
    parts = (written[:left], written[left:right], written[right:])
    assert "".join(Spelled(part, once=True).view for part in parts) == spelled.view
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
        (r"D:\101\060702483768.pdf \123", r"D:\101\060702483768.pdf \123"),
        ("100 % of 5%, a & b; &none; %u04", "100 % of 5%, a & b; &none; %u04"),
        (
            "2026-03-12T10:00:00+05:00 1+1=2, a=+77011234567",
            "2026-03-12T10:00:00+05:00 1+1=2, a=+77011234567",
        ),
        ("?mail=some+one@example.kz", "?mail=some+one@example.kz"),
    ],
)
def test_what_is_no_escape_stays(written: str, view: str) -> None:
    assert Spelled(written).view == view


@pytest.mark.parametrize(
    ("written", "view"),
    [
        ("%D0%98%d0%b8n %u0418", "Ииn И"),
        ("%25D0%2598 %252B7%2B701 %25252B", "И +7 701 +"),
        ("%98%D0 %C8", "%98%D0 %C8"),  # no UTF-8
        ("/s?phone=%2B7+701%20123&fio=A+B#x+y", "/s?phone=+7 701 123&fio=A B#x+y"),
        ("p=%2B7%28701%29&q=1+1", "p=+7(701)&q=1 1"),
        (r"\xD0\xA1\\xd1\\x8b \x22", 'Сы "'),
        (r"\320\230\320\230\320\235 \060\065\060\063 \342\204\226", "ИИН 0503 №"),
        (r"\xE2\x84\x96 \xF0\x9F\x98\x80", "№ \U0001f600"),
        ("&#1048;&#x418;&#48 &quot;&nbsp;&amp;", 'ИИ0 " &'),
        ("&amp;#48;&amp;amp;#49;", "01"),
        ("０５０３ ＋７ a＠b．kz", "0503 +7 a@b.kz"),
        ("٠٥٠٣ ۰۵", "0503 05"),
        ("05\u200b03\u00ad12", "050312"),
    ],
)
def test_what_is_spelled_in_another_way_is_read(written: str, view: str) -> None:
    spelled = Spelled(written)
    assert spelled.view == view
    assert is_spelled(written) or written == view
    block = Shown.of(f"above\n{written}\nbelow".encode())
    assert block.data.decode() == f"above\n{view}\nbelow"
    assert [block.place(1, at) for at in range(len(view))] == [spelled.place(at) for at in range(len(view))]
