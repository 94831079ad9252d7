from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from piiguard.detect.match import Match
from piiguard.detect.overlaps import resolve

MATCHES = st.builds(
    lambda entity, start, length, score: Match(entity, start, start + length, score),
    st.sampled_from(["KZ_IIN", "KZ_BIN", "KZ_PHONE", "PERSON", "SOMEBODY_ELSES"]),
    st.integers(0, 40),
    st.integers(1, 12),
    st.sampled_from([0.3, 0.5, 0.85]),
)


def _overlap(one: Match, other: Match) -> bool:
    return one.start < other.end and other.start < one.end


@given(st.lists(MATCHES, max_size=12))
def test_what_is_kept_is_disjoint_sorted_and_beats_what_is_not(matches: list[Match]) -> None:
    kept = resolve(matches)
    assert kept == sorted(kept, key=lambda match: match.start)
    assert not [1 for number, one in enumerate(kept) for other in kept[number + 1 :] if _overlap(one, other)]
    for lost in set(matches) - set(kept):
        assert any(_overlap(lost, match) and match.score >= lost.score for match in kept)


@given(st.lists(MATCHES, max_size=8).flatmap(lambda found: st.tuples(st.just(found), st.permutations(found))))
def test_the_order_of_recognizers_does_not_matter(both: tuple[list[Match], list[Match]]) -> None:
    assert resolve(both[0]) == resolve(both[1])


def test_a_longer_span_wins_over_an_equal_score() -> None:
    email, phone = Match("EMAIL_ADDRESS", 0, 20, 0.8), Match("KZ_PHONE", 0, 11, 0.8)
    assert resolve([phone, email]) == [email]


def test_a_person_s_number_wins_over_an_organisation_s() -> None:
    iin, organisation = Match("KZ_IIN", 0, 12, 0.5), Match("KZ_BIN", 0, 12, 0.5)
    assert resolve([organisation, iin]) == [iin]


def test_neighbours_do_not_overlap() -> None:
    matches = [Match("KZ_IIN", 0, 12, 0.5), Match("KZ_PHONE", 12, 23, 0.5)]
    assert resolve(matches) == matches
