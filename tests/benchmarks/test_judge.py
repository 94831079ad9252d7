"""The judge counts as it says: exactly, by overlap, and without what may be found either way; it prints no value."""

from collections import Counter

import pytest

from benchmarks.detection.corpus import Span
from benchmarks.detection.third import documents
from benchmarks.harness import Harness
from benchmarks.judge import figures, third
from benchmarks.judge.ordinary import CREDIT, around
from benchmarks.judge.tally import Tally
from benchmarks.judge.words import entered
from piiguard.detect.engine import Engine


def judged(spans: list[Span], found: list[Span]) -> Tally:
    tally = Tally()
    tally.add(spans, found)
    return tally


def test_a_finding_of_the_same_characters_is_right_both_ways() -> None:
    score = judged([Span("PERSON", 0, 4)], [Span("PERSON", 0, 4)]).of("PERSON")
    assert score.exact == score.overlap == (1.0, 1.0, 1.0)


def test_a_finding_of_some_of_the_characters_is_right_by_overlap_only() -> None:
    score = judged([Span("PERSON", 0, 9)], [Span("PERSON", 0, 4), Span("PERSON", 5, 9)]).of("PERSON")
    assert (score.exact, score.overlap) == ((0.0, 0.0, 0.0), (1.0, 1.0, 1.0))


def test_another_entity_is_wrong_and_leaves_the_value_missed() -> None:
    tally = judged([Span("KZ_IIN", 0, 12)], [Span("KZ_BIN", 0, 12)])
    assert tally.of("KZ_BIN").exact == (0.0, None, None)
    assert tally.of("KZ_IIN").exact == (None, 0.0, 0.0)


def test_what_touches_a_free_span_counts_neither_way() -> None:
    tally = judged([Span("", 0, 5)], [Span("PERSON", 2, 8)])
    assert tally.of("all").findings == 0


def test_a_finding_that_reaches_from_a_value_into_a_free_span_counts() -> None:
    assert judged([Span("PERSON", 0, 4), Span("", 5, 9)], [Span("PERSON", 0, 9)]).of("PERSON").hitting == 1


def test_every_row_has_a_count_and_six_figures() -> None:
    assert [len(row) for row in figures(judged([Span("PERSON", 0, 4)], []))] == [8, 8]


def test_no_value_of_the_unread_half_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    third(Harness(write=False), [Engine(entities=["KZ_IIN"]), Engine(entities=["EMAIL_ADDRESS"])], "unread")
    printed = capsys.readouterr().out
    values = {d.text[s.start : s.end] for d in documents("unread") for s in d.spans if s.end - s.start > 3}
    assert "KZ_IIN" in printed
    assert Counter(value in printed for value in values)[True] == 0


@pytest.mark.parametrize("line", ["# Copyright 1904 Сынақ Үлгі", "Last-Translator: Ulgi <ulgi@example.kz>"])
def test_lines_that_name_authors_are_told(line: str) -> None:
    assert CREDIT.search(around(f"a\n{line}\nb", 5, 8))


def test_entries_are_words_without_comments_sections_and_stems() -> None:
    assert entered("# of\n[kk]\nАйна # glass\nПавел (Павл), Паша\n") == ["Айна", "Павел", "Паша"]
