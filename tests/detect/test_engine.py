from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest
from presidio_analyzer import Pattern, PatternRecognizer
from presidio_analyzer.recognizer_registry import RecognizerRegistryProvider

from piiguard.detect import Engine, Match, engine
from piiguard.detect.engine import Backend
from piiguard.errors import MissingExtra
from piiguard.recognizers import kz_recognizers

IIN = "050312300015"
YAML = """
supported_languages: [ru]
global_regex_flags: 26
recognizers:
  - name: Badge
    type: custom
    supported_entity: BADGE
    supported_language: ru
    patterns: [{name: badge, regex: 'B-\\d{4}', score: 0.6}]
"""


def _badge(regex: str = r"B-\d{4}", **options: Any) -> PatternRecognizer:
    return PatternRecognizer(
        "BADGE", name="Badge", supported_language="ru", patterns=[Pattern("badge", regex, 0.6)], **options
    )


@pytest.fixture(scope="module")
def ours() -> Engine:
    return Engine()


def test_the_fastest_backend_there_is_does_the_work(ours: Engine) -> None:
    assert (ours.backend, ours.notes) == ("hyperscan", ())
    assert {"KZ_IIN", "PERSON", "KZ_ADDRESS", "EMAIL_ADDRESS"} <= set(ours.entities)


def test_without_hyperscan_re2_does_and_without_both_presidio(monkeypatch: pytest.MonkeyPatch) -> None:
    there = {"hyperscan", "re2"}
    monkeypatch.setattr(engine, "find_spec", lambda name: name if name in there else None)
    there.remove("hyperscan")
    assert Engine([_badge()]).backend == "re2"
    there.clear()
    slow = Engine([_badge()])
    assert slow.backend == "presidio"
    assert "every line is read by every recognizer" in slow.notes[0]


@pytest.mark.parametrize("backend", ["hyperscan", "re2"])
def test_a_backend_that_is_asked_for_but_not_installed_is_an_error(
    backend: Backend, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "find_spec", lambda _: None)
    with pytest.raises(MissingExtra):
        Engine([_badge()], backend=backend)


def test_only_the_entities_asked_for_are_found() -> None:
    chosen = Engine(entities=["KZ_IIN", "KZ_PHONE"])
    assert chosen.entities == ("KZ_IIN", "KZ_PHONE")
    assert [match.entity for match in chosen.find(f"ИИН {IIN}, user@mail.example.kz")] == ["KZ_IIN"]


def test_copies_of_a_recognizer_for_other_languages_do_not_run_again(ours: Engine) -> None:
    every_language = Engine(kz_recognizers(languages=("kk", "ru", "en")), entities=["KZ_IIN"])
    assert len(every_language._plan.rules) == 1
    assert every_language.find(f"ЖСН {IIN}") == ours.find(f"ЖСН {IIN}")


def test_recognizers_of_a_yaml_file_take_part(tmp_path: Path) -> None:
    file = tmp_path / "recognizers.yaml"
    file.write_text(YAML)
    registry = RecognizerRegistryProvider(conf_file=file).create_recognizer_registry()
    mine = Engine([*registry.recognizers, *kz_recognizers(languages=("ru",))])
    assert mine.notes == ()
    assert [match.entity for match in mine.find(f"B-1234 ИИН {IIN}")] == ["BADGE", "KZ_IIN"]


def test_a_recognizer_that_cannot_be_prefiltered_runs_with_a_note() -> None:
    odd = Engine([_badge(r"(\d)\1\1"), *kz_recognizers(languages=("ru",))])
    assert odd.notes == ("Badge: runs on every line, since it has a back reference or a condition",)
    assert [(number, matches) for number, _, matches in odd.lines(b"none\n x777\n")] == [
        (1, [Match("BADGE", 2, 5, 0.6)])
    ]


def test_a_pattern_that_gives_up_is_counted_not_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("presidio_analyzer.pattern_recognizer.REGEX_TIMEOUT_SECONDS", 0.001)
    slow = Engine([_badge(r"(?:x+x+)+y")])
    assert slow.find("x" * 5000 + "B") == []
    assert slow.timeouts == {} or slow.timeouts == {"Badge": 1}
    slow.find("xxy" + "x" * 5000 + "B")
    assert slow.timeouts["Badge"] >= 1


def test_a_column_name_labels_what_a_cell_holds(ours: Engine) -> None:
    cells = ["", "12345678", "x"]
    assert list(ours.find_many(cells)) == []
    assert [(place, found[0].entity) for place, found in ours.find_many(cells, ["passport_number"])] == [
        (1, "KZ_PASSPORT")
    ]


def test_a_text_with_lone_surrogates_is_searched(ours: Engine) -> None:
    assert [match.entity for match in ours.find(f"\ud800 ИИН {IIN} \udfff")] == ["KZ_IIN"]


def test_threads_share_an_engine(ours: Engine) -> None:
    text, failed = f"ИИН {IIN}, тел. +7 701 123 45 67\n", list[int]()
    wanted = ours.find(text)

    def search() -> None:
        failed.extend(1 for _ in range(30) if ours.find(text) != wanted)

    threads = [threading.Thread(target=search) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wanted
    assert not failed


def test_nothing_is_asked_of_the_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("a connection was tried")

    monkeypatch.setattr("socket.socket.connect", refuse)
    assert [match.entity for match in Engine().find("почта user@mail.example.kz")] == ["EMAIL_ADDRESS"]


@pytest.mark.parametrize("backend", ["hyperscan", "re2"])
def test_a_pattern_that_the_fast_engine_refuses_takes_no_other_of_its_recognizer_away(backend: Any) -> None:
    """Both would be asked for by one automaton, which knows only the other."""
    long = "|".join(f"код{number:05}слово" for number in range(2_000))
    patterns = [Pattern("long", rf"\b(?:{long})\b", 0.6), Pattern("short", r"\bZZ[0-9]{6}\b", 0.6)]
    mine = PatternRecognizer("MINE", patterns=patterns, supported_language="ru")
    engine = Engine([mine], backend=backend)
    for text in ("ZZ123456", "код00007слово"):
        assert [match.entity for match in engine.find(text)] == ["MINE"], text
