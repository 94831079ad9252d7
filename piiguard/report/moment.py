"""When something happened, as people of the place write it."""

from __future__ import annotations

from datetime import datetime

from piiguard.report.messages import Language, say

__all__ = ["day", "local", "parts"]


def parts(stamp: str) -> dict[str, str]:
    """What a message of a time is filled with, in the zone of this machine; nothing for what is no time.

    >>> sorted(parts("2026-11-28T18:41:14Z")), parts("")
    (['day', 'hour', 'month', 'year', 'zone'], {})
    """
    try:
        there = datetime.fromisoformat(stamp).astimezone()
    except ValueError:
        return {}
    hours, minutes = divmod(int((there.utcoffset() or there - there).total_seconds()) // 60, 60)
    zone = f"UTC{hours:+d}" + (f":{minutes:02}" if minutes else "")
    return {"year": f"{there:%Y}", "month": f"{there:%m}", "day": f"{there:%d}", "hour": f"{there:%H:%M}", "zone": zone}  # fmt: skip


def local(stamp: str, lang: Language) -> str:
    """A stamp of UTC in the zone of this machine, which is named."""
    told = parts(stamp)
    return say(lang, "html.moment", **told) if told else stamp


def day(text: str, lang: Language) -> str:
    """A day of ISO 8601 as the language writes it; a year stays one.

    >>> day("2026-03-02", "kk"), day("2026-03-02", "en"), day("2007", "ru")
    ('02.03.2026', '2026-03-02', '2007')
    """
    return text if lang == "en" else ".".join(reversed(text.split("-")))
