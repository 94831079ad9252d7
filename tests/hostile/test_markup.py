"""A page of tags that never end is read in proportion to its length, and nothing in it is lost."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest

from piiguard.read.apart import markup
from tests.corpora import values

[NUMBER] = values("KZ_IIN", 1)
UNITS = ('<a href="', "<a href='", "<a ", "<!--", "<!", "<?", "<![CDATA[", "<![x", "</a ", "<a b=", "<a\n", "<p <", "&#", "&amp", "<script>", "<style>")  # fmt: skip


@pytest.fixture
def looked(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many signs the parser was given, each time that it looked for the end of something."""
    signs: list[int] = []
    feed = HTMLParser.feed

    def counting(self: HTMLParser, data: str) -> None:
        signs.append(len(data))
        feed(self, data)

    def closing(self: HTMLParser) -> None:
        raise AssertionError("it looks for an end from every sign")

    monkeypatch.setattr(HTMLParser, "feed", counting)
    monkeypatch.setattr(HTMLParser, "close", closing)
    return signs


@pytest.mark.parametrize("unit", UNITS)
def test_what_never_ends_is_looked_for_a_bounded_number_of_times(unit: str, looked: list[int]) -> None:
    for count in (100, 200, 400):
        looked.clear()
        markup.shown(unit * count)
        assert sum(looked) <= 40 * len(unit) * count


@pytest.mark.parametrize("unit", UNITS)
@pytest.mark.parametrize("count", [1, 100])
def test_nothing_behind_it_is_lost(unit: str, count: int) -> None:
    for end in ("", ">", "-->", '">'):
        text, hidden = markup.shown(f"<p>{NUMBER}</p>{unit * count} {end} ИИН {NUMBER}\n")
        assert text.startswith(f"\n{NUMBER}\n")
        assert (text + hidden).count(NUMBER) == 2


def test_text_behind_a_tag_without_an_end_is_shown_as_text() -> None:
    text, _ = markup.shown(f"a < b <p>ИИН {NUMBER}</p> &lt;b> <i")
    assert text.split() == ["a", "<", "b", "ИИН", NUMBER, "<b>", "<i"]
