"""Tags and comments that nothing closes: each was tried to the end of the page, so 180 kB took a minute."""

from __future__ import annotations

from typing import Any

import pytest

from piiguard.read.apart import markup

from .files import iin

UNITS = {
    "tag": '<a href="',
    "tag without a quote": "<a href=",
    "name": "<a",
    "end": "</a",
    "comment": "<!--",
    "comment and a sign": "<!--x>",
    "declaration": "<!DOCTYPE",
    "section": "<![CDATA[",
    "instruction": "<?x",
    "script": "<script></",
    "mixed": "<!--<a b='",
}
PARTS = (
    "parse_starttag",
    "parse_endtag",
    "parse_comment",
    "parse_html_declaration",
    "parse_pi",
    "parse_marked_section",
)


@pytest.mark.parametrize("unit", UNITS)
def test_what_nothing_closes_is_tried_a_bounded_number_of_times(
    unit: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def tries(units: int) -> int:
        calls: list[str] = []
        for name in PARTS:
            was = getattr(markup._Page, name)

            def counted(page: Any, *rest: Any, was: Any = was, name: str = name) -> Any:
                calls.append(name)
                return was(page, *rest)

            with monkeypatch.context() as patched:
                patched.setattr(markup._Page, name, counted)
                markup.shown("<p>" + UNITS[unit] * units)
        return len(calls)

    assert tries(2_000) == tries(500) < 200


@pytest.mark.parametrize("unit", UNITS)
@pytest.mark.parametrize("units", [1, 5, 500])
def test_a_value_behind_what_nothing_closes_is_read(unit: str, units: int) -> None:
    text, hidden = markup.shown(f"<p>x{UNITS[unit] * units} {iin(1)}\n")
    assert iin(1) in text + hidden


def test_a_page_that_is_cut_off_is_shown_to_there() -> None:
    text, hidden = markup.shown('<p>a &lt; b</p><table title="c"><tr><td>d')
    assert text.split() == ["a", "<", "b", "d"]
    assert hidden == "title: c\n"


@pytest.mark.parametrize("kind", ["script", "style"])
@pytest.mark.parametrize("end", ["", "{}", "</", "<!--", "</p></{}", "</{}>"])
def test_what_stands_in_a_script_or_a_style_is_read_to_its_end(kind: str, end: str) -> None:
    text, hidden = markup.shown(f"<p>x<{kind}>/* ИИН {iin(1)} */ {end.format(kind)} {iin(2)}")
    assert iin(1) in hidden
    assert iin(2) in text + hidden


@pytest.mark.parametrize("name", ["id", "class", "width", "title", "data-x", "style", "src"])
@pytest.mark.parametrize(
    "value", [iin(1), f"client-{iin(1)}", "ИИН 050-101 300 018", f"data:text/plain,{iin(1)}", "a@b.kz"]
)
def test_every_attribute_that_could_hold_a_value_is_read(name: str, value: str) -> None:
    assert value in markup.shown(f'<p {name}="{value}">x</p>')[1]


def test_dull_attributes_and_pictures_are_left() -> None:
    page = '<p class="btn btn-lg" id="main" width="100%"><img src="data:image/png;base64,iVBORw0KGgo="></p>'
    assert markup.shown(page)[1] == ""
