"""The corpus of the detection benchmark: labelled exactly, the same for one seed, and half of it empty."""

from __future__ import annotations

from benchmarks.detection.corpus import Line, Span, generate
from benchmarks.detection.prose import prose, unmarked
from benchmarks.detection.score import Scores
from benchmarks.detection.second import HALVES, texts
from benchmarks.detection.second import unmarked as unmarked_second


def test_corpus_is_the_same_for_one_seed() -> None:
    assert list(generate(7, 20)) == list(generate(7, 20))
    assert list(generate(7, 20)) != list(generate(8, 20))


def test_as_many_lines_hold_nothing_as_hold_something() -> None:
    lines = list(generate(7, 50))
    assert sum(not line.spans for line in lines) == len(lines) // 2


def test_spans_mark_values_and_not_the_blanks_around() -> None:
    for line in generate(7, 200):
        for span in line.spans:
            value = line.text[span.start : span.end]
            assert value
            assert value == value.strip()


def test_prose_is_unmarked_with_exact_spans() -> None:
    line = unmarked("ru", "Пришёл [[PERSON|Савелий Громов]].")
    assert line == Line("ru", "Пришёл Савелий Громов.", (Span("PERSON", 7, 21),))
    assert all("[[" not in line.text for line in prose())
    assert {line.language for line in prose()} == {"en", "kk", "ru"}


def test_scores_count_exact_hits_misses_and_covered_values() -> None:
    line = Line("ru", "0123456789", (Span("A", 0, 10),))
    scores = Scores()
    scores.add(line, [Span("A", 0, 10)])
    scores.add(line, [Span("A", 0, 9)])
    scores.add(line, [])
    score = scores.of("A", "ru")
    assert (score.right, score.wrong, score.missed, score.covered) == (1, 1, 2, 2)
    assert score.precision == 0.5
    assert round(score.recall, 3) == 0.333


def test_second_corpus_fills_every_slot_and_holds_more_lines_without_values() -> None:
    for half in HALVES:
        lines = list(texts(7, half))
        assert lines == list(texts(7, half))
        assert not any(sign in line.text for line in lines for sign in "⟦⟧⟨⟩")
        assert sum(not line.spans for line in lines) >= len(lines) / 2
        assert {line.language for line in lines} == {"en", "kk", "ru"}


def test_what_may_be_found_or_not_counts_neither_way() -> None:
    line = unmarked_second("ru", "ИП ⟦|Образцов⟧ и ⟦PERSON|Савелий Громов⟧")
    scores = Scores()
    scores.add(line, [Span("PERSON", 3, 11), Span("PERSON", 14, 28)])
    score = scores.of("PERSON", "ru")
    assert (score.right, score.wrong, score.missed) == (1, 0, 0)
