"""The draft of a notice to the authority about a leak, in Russian and Kazakh: counts and kinds of data, never a value.

The law gives one working day. What a program cannot know stands in brackets, to be filled in by whoever signs.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, get_args

from piiguard.report.messages import Language, entity, say

__all__ = ["notice"]


def notice(found: Mapping[str, Any]) -> str:
    """The draft in both languages, one below the other; ``found`` is a document ``piiguard.breach/1``."""
    parts = ["\n".join(_lines(lang, found)) for lang in get_args(Language) if lang != "en"]
    return "\n\n----\n\n".join(parts) + "\n"


def _lines(lang: Language, found: Mapping[str, Any]) -> Iterator[str]:
    people = found["people"]
    yield say(lang, "notice.title")
    yield ""
    yield say(lang, "notice.to")
    yield say(lang, "notice.from")
    yield say(lang, "notice.contact")
    yield ""
    yield say(lang, "notice.found", day=found["finished"][:10])
    many = "notice.people_least" if people["at_least"] else "notice.people"
    yield say(lang, many, count=people["count"])
    yield say(lang, "notice.kinds")
    for one in found["holds"]:
        if one["ours"]:
            yield say(lang, "notice.kind", what=entity(lang, one["entity"]), count=one["ours"])
    if newest := max(
        (p["newest"]["at"] for p in found["places"] if p["newest"] and p["newest"]["at"]), default=""
    ):
        yield say(lang, "notice.newest", day=newest[:10])
    if not found["complete"]:
        yield say(lang, "notice.incomplete")
    yield ""
    yield say(lang, "notice.cause")
    yield say(lang, "notice.measures")
    yield say(lang, "notice.signed")
