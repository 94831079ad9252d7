"""Places are counted once over, and are what counting each by itself gives."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from presidio_analyzer import EntityRecognizer, RecognizerResult

from piiguard.detect import candidates
from piiguard.recognizers.base import Rule
from piiguard.recognizers.candidate import Candidate, distinct

TEXTS = st.text(st.sampled_from("aИ ж١𝟎\u0301\n"), max_size=40)
BYTES = st.binary(max_size=40) | TEXTS.map(str.encode)


@given(BYTES, st.data())
def test_places_in_bytes_become_places_in_characters(data: bytes, draw: st.DataObject) -> None:
    start = 0
    hits = [(place, 1) for place in sorted(draw.draw(st.lists(st.integers(start, len(data)))))]
    length = len(data.decode("utf-8", "replace"))
    expected = [(len(data[start:place].decode("utf-8", "replace")), number) for place, number in hits]
    assert list(candidates.in_characters(hits, data, start, len(data), length)) == expected


@given(TEXTS, st.data())
def test_places_in_characters_become_places_in_bytes(text: str, draw: st.DataObject) -> None:
    ends = sorted(draw.draw(st.lists(st.integers(0, len(text)))))
    assert list(candidates.in_bytes(text, ends)) == [len(text[:end].encode()) for end in ends]


RESULTS = st.lists(
    st.builds(
        lambda entity, start, length, score: RecognizerResult(entity, start, start + length, score),
        st.sampled_from(["KZ_IIN", "KZ_PHONE"]),
        st.integers(0, 20),
        st.integers(1, 8),
        st.sampled_from([0.0, 0.3, 0.85]),
    ),
    max_size=12,
)


@given(RESULTS)
def test_duplicates_are_those_of_presidio(found: list[RecognizerResult]) -> None:
    def told(results: list[RecognizerResult]) -> list[tuple[str, int, int, float]]:
        return sorted((each.entity_type, each.start, each.end, each.score) for each in results if each.score)

    rule = Rule(entity="", name="")
    candidates = [Candidate(rule, each.entity_type, each.start, each.end, each.score) for each in found]
    ours = [RecognizerResult(each.entity, each.start, each.end, each.score) for each in distinct(candidates)]
    assert told(ours) == told(EntityRecognizer.remove_duplicates(list(found)))
