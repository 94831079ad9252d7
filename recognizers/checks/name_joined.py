"""Names whose words are joined by signs, as files, folders, tags and accounts are called: ``Сынақов_Үлгі.pdf``.

Identifiers are joined so too. So both words have to be known: a surname beside a given name, a patronymic beside either, or a
surname with two initials. A single surname counts behind a sign that announces one, and in a list.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from piiguard.atomic import many
from piiguard.recognizers.checks.later import later
from piiguard.recognizers.checks.letters import ANY, UPPER, fold
from piiguard.recognizers.checks.name_known import is_listed_surname
from piiguard.recognizers.checks.name_token import FoundName, Token
from piiguard.recognizers.checks.name_words import LONGEST, classify

__all__ = ["PREFILTER", "find_joined"]

SIGNS = "_+/#"
# What ends so is a name in any case of letters; `login`, `java`, `wiki` end like names, too, so those count with a capital.
_ENDS = (
    "[oe]va?|[oe]vna|vich|sk[iy]y?|skaya|enko|uly|[kq]yzy|ba[iy]|bek|khan"
    "|[оеё]в(?:[аеуы]|ой|ым)?|[оеё]вн[аеуы]|вич[аеу]?|ск[аийоуя]{2}|енко|ұлы|улы|[қк]ызы|ба[йи]|бек|хан"
)
_MAYBE = "[iy]va?|[iy]na?|k[iy]y?|kaya|[aeo]v[aeuoy]|[иы]н(?:[аеуы]|ой|ым)?|[иы]ва?"
_WORD_OF_A_NAME = rf"(?:[{ANY}]{{2,{LONGEST}}}(?:{_ENDS})|(?-i:[{UPPER}])[{ANY}]{{1,{LONGEST}}}(?:{_MAYBE}))"
_JOIN = rf"[{SIGNS}]{{1,2}}"
PREFILTER = (
    rf"{_WORD_OF_A_NAME}{_JOIN}[{ANY}]",
    rf"[{ANY}]{_JOIN}{_WORD_OF_A_NAME}(?![{ANY}])",
    rf"[#@]{_WORD_OF_A_NAME}(?![{ANY}])",
)
"""Where one word is joined to another, and either ends like a name of a family or a father."""
_ANCHOR = later("(?i)" + "|".join(f"(?:{each})" for each in PREFILTER[:2]))
# Neither half of an address of mail is one; a run is read once, from its beginning.
_RUN = later(
    rf"(?<![{ANY}0-9.-])(?<![\w.-]@)(?<![{ANY}][{SIGNS}])(?<![{ANY}][{SIGNS}]{{2}})"
    rf"[{ANY}]++{_JOIN}[{ANY}]++{many(f'{_JOIN}[{ANY}]++')}(?![{ANY}0-9(\[=-]|[\w.+-]{{0,64}}@)"
)
_WORD = later(rf"[{ANY}]++")
_TAG = later(rf"(?<![{ANY}0-9#@&/])[#@][{UPPER}][{ANY}]{{2,{LONGEST}}}+(?![{ANY}0-9(\[=@.{SIGNS}-])")
_NAME = later("[FA]P|PS|SP|SFP|FPS|FS|SF")
_WITH_INITIALS = later("SII(?!I)|(?<!I)IIS")
_MOST_LETTERS = 64
SURE, SINGLE = 0.85, 0.5


def find_joined(text: str) -> Iterator[FoundName]:
    """Find names whose words are joined by signs.

    >>> [text[f.start : f.end] for text in ("/home/Synaqov_Nurlan/", "plugin_main") for f in find_joined(text)]
    ['Synaqov_Nurlan']
    """
    for run in _RUN.finditer(text):
        if not _ANCHOR.search(text, *run.span()):
            continue
        words = [
            Token(each.start(), each.end(), each[0], _label(each[0]))
            for each in _WORD.finditer(text, *run.span())
        ]
        yield from _names(words)
    for tag in _TAG.finditer(text):
        word = tag[0][1:]
        if classify(word) == "S" and is_listed_surname(fold(word)):
            yield FoundName(tag.start() + 1, tag.end(), SINGLE, "surname behind a sign", "S")


def _label(word: str) -> str:
    if len(word) == 1:
        return "I" if word.isupper() else "X"
    return classify(word.title()) if len(word) <= _MOST_LETTERS else "X"


def _names(words: Sequence[Token]) -> Iterator[FoundName]:
    labels = "".join(word.label for word in words)
    end = 0
    for pattern in (_NAME, _WITH_INITIALS):
        for found in pattern.finditer(labels, end):
            first, last = words[found.start()], words[found.end() - 1]
            end = found.end()
            yield FoundName(first.start, last.end, SURE, "joined by signs", found[0])
