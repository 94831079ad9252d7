from __future__ import annotations

import re
from functools import cache

import pytest
import regex
from hypothesis import example, given
from hypothesis import strategies as st

from piiguard.detect import charset
from piiguard.detect.relax import NotRelaxable, reach, relaxed

FLAGS = regex.IGNORECASE | regex.MULTILINE | regex.DOTALL
PATTERNS = [
    r"(?<![\w.-])\d{4}(?:[ -]?\d{4}){2}(?![\w-])",
    r"\bKZ\d{2}(?: ?[0-9A-Z]{2}){2}\b",
    r"(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,5}(?![\w-])",
    r"(?:^|(?<=\W))(сын|Кот|ilk)(?:(?=\W)|$)",
    r"[^\d\s]{2}\s+\S$",
    r"^(?:№|N)?\s?(?P<number>[1-9]\d{2,})",
    r"(?:(?<![0-9a-z]|[0-9]\.)|(?<=ИИН|N))[0-9]{3}(?![0-9]|\.[0-9])",
    r"a(?i:b)(?-i:c).{0,3}?[^а-я]",
    r"(?>x|xy)+z*+\Z",
    r"((?<!x)a|b(?!c))",
    r"(?<=\s)k{2,}(?!\S)",
    r"[К-М].|ſ[İı]",
    r"(?<=%3D|ИИН|[Nk]{2})[0-9]{3}(?![0-9])",
    r"(?<=(?<![0-9])N)(?<!x)0[0-9]{2}",
    r"(?<=(a)\1|ab)[xyz]",
]
ALPHABET = "0123 \t\n\r\x00\x1c\x85\u00a0\u2028-.+@_№abcxyzKkNzſıİ\u212aСсЫынИКотéқҰ中😀\u0663\uff11\ud800"
TEXTS = st.text(st.sampled_from(ALPHABET), max_size=24)


@cache
def _compiled(pattern: str) -> re.Pattern[bytes]:
    """Compile what the engines compile: the pattern, or a rare character."""
    return re.compile(relaxed(pattern, FLAGS) + b"|" + charset.rare(), re.MULTILINE | re.DOTALL)


def _hit(pattern: str, text: str) -> bool:
    return _compiled(pattern).search(text.encode("utf-8", "surrogatepass")) is not None


@pytest.mark.parametrize("pattern", PATTERNS)
@given(text=TEXTS)
@example("\u212aZ12 AB1\u017f")
@example("k\nkk")
@example("СЫН")
@example("İlk ſı")
@example("ИИН123")
@example("0000-1111 2222")
@example("ииН012")
@example("N012")
@example("aax")
def test_what_a_pattern_matches_its_relaxation_hits(pattern: str, text: str) -> None:
    if regex.search(pattern, text, FLAGS):
        assert _hit(pattern, text)


@pytest.mark.parametrize("pattern", PATTERNS)
@given(text=TEXTS)
def test_the_carriage_return_of_a_line_break_does_not_hide_a_match(pattern: str, text: str) -> None:
    line = text.replace("\n", " ").replace("\r", " ")
    if regex.search(pattern, line, FLAGS):
        assert _hit(pattern, f"before\r\n{line}\r\nafter")


@pytest.mark.parametrize(
    ("pattern", "reason"),
    [
        (r"(\w)\1", "back reference"),
        (r"\p{Lu}{3}", "regex module"),
        (r"(?:iban){e<=1}", "regex module"),
        (r"[[:alpha:]]{3}", "regex module"),
        (r"[a-z--[aeiou]]{3}", "regex module"),
        (r"(?|a|b)", "regex module"),
        (r"\d*", "almost anywhere"),
        (r"(?:a|b?)", "almost anywhere"),
        (r"(?=a)", "almost anywhere"),
    ],
)
def test_what_has_no_safe_superset_is_refused(pattern: str, reason: str) -> None:
    with pytest.raises(NotRelaxable, match=reason):
        relaxed(pattern, FLAGS)


def test_flags_that_only_the_regex_module_has_are_refused() -> None:
    with pytest.raises(NotRelaxable, match="flags"):
        relaxed("a", regex.BESTMATCH)


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        (r"(?<![0-9])[0-9]{8}(?![0-9])", "1234567890"),
        (r"(?<![0-9]|[0-9][.,])[0-9]{8}(?![0-9]|-[0-9])", "1234567890"),
        (r"\bKZ[0-9]{2}\b", "WKZ123"),
        (r"\d{8}", "двенадцать букв"),
        (r"^foo$", "a foo"),
        (r"(?<=%3D|ИИН)[0-9]{8}(?![0-9])", "order 12345678"),
        (r"(?<=KAZ[0-9]{7})[0-9]{8}", "KAZ 12345678901234567"),
    ],
)
def test_relaxation_stays_selective(pattern: str, text: str) -> None:
    assert not _hit(pattern, text)


@pytest.mark.parametrize(
    ("pattern", "length"),
    [
        (r"[0-9]{12}", 12),
        (r"(?<![0-9])[0-9]{3,4}(?![0-9])", 5),
        (r"a(?=bc|d(?!ef))", 5),
        (r"a+", None),
        (r"(a)\1", None),
        (r"a(?=.*b)", None),
        (r"\p{Lu}", None),
    ],
)
def test_reach_is_no_less_than_a_match_and_its_look_ahead_can_be_wide(
    pattern: str, length: int | None
) -> None:
    assert reach(pattern, FLAGS) == length
