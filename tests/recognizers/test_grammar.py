"""A grammar reports nothing on a line that its prefilter skips, so engines that look only at hits miss nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import ClassVar

import pytest

from piiguard.recognizers.checks.person_name import FoundName
from piiguard.recognizers.names import KzPersonRecognizer
from piiguard.recognizers.presidio import KzGrammarRecognizer
from piiguard.recognizers.workplaces import KzWorkplaceRecognizer

from .conftest import marked


class Words(KzGrammarRecognizer):
    """Finds every word, on lines with a hash sign."""

    ENTITY = "WORD"
    PREFILTER: ClassVar[tuple[str, ...] | None] = ("#", "(?-i:Ұ)")

    def find(self, text: str) -> Iterator[FoundName]:
        for word in re.finditer("[a-z]+", text):
            yield FoundName(word.start(), word.end(), 0.5, "word", "")


class Everywhere(Words):
    """Finds every word on every line."""

    PREFILTER = ()


def words(recognizer: KzGrammarRecognizer, text: str) -> list[str]:
    return [text[found.start : found.end] for found in recognizer.analyze(text, ["WORD"])]


def test_only_lines_that_the_prefilter_hits_are_reported() -> None:
    text = "a b\nc #\nd\r\n\n# e f\n#\ng\nұ h\nҰ i"
    assert words(Words(), text) == ["c", "e", "f", "i"]


def test_without_a_prefilter_every_line_is_reported() -> None:
    assert words(Everywhere(), "a\nb #") == ["a", "b"]


def test_nothing_is_reported_of_an_entity_not_asked_for() -> None:
    assert Words().analyze("a #", ["PERSON"]) == []


@pytest.mark.parametrize(
    "text",
    [
        "MR.\r\u00a0\u00a0: Сынақов",
        "тегі\u000b=>Сынақов",
        "TEGI\u2011=>СЫНАҚОВ",
        "patronymic\u2029 : Сынақов",
        "OTCHESTVO\\\\'.. \u2014СЫНАҚОВ",
        "Қасым-Үkлгі Сынақов",  # a Latin letter that looks like none of ours
        "Abаy Streеt",  # a Cyrillic one in a Latin word
    ],
)
def test_odd_blanks_signs_and_mixed_scripts_make_no_name(text: str) -> None:
    assert KzPersonRecognizer().analyze(text, ["PERSON"]) == []


@pytest.mark.parametrize(
    "text",
    [
        "[Айгүл\u00a0Cынақова]",  # Latin C
        "[Cынақова Айгүл]",
        "[СЫНАҚОВ AЙГҮЛ]",
        "Әкесі [Hұрлан ұлы Асан]",
        "[Сергеи\u0306 Сынақов]",  # decomposed й
        "Фамилия          : [Сынақов]",
    ],
)
def test_letters_that_look_alike_and_aligned_forms_hide_no_name(text: str) -> None:
    plain, spans = marked(text)
    assert [(found.start, found.end) for found in KzPersonRecognizer().analyze(plain, ["PERSON"])] == spans


@pytest.mark.parametrize(
    "text", ["Сынақов Үлгі, [доцент]", "Сынақов Үлгі ([директор])", "[д.ф-м.н.]", "[к.\u00a0т.\u00a0н.]"]
)
def test_a_title_at_the_end_of_its_line_is_found(text: str) -> None:
    plain, spans = marked(text)
    found = KzWorkplaceRecognizer().analyze(plain, ["KZ_WORKPLACE"])
    assert [(each.start, each.end) for each in found] == spans
