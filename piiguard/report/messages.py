"""The message catalogue: every sentence of a report, in three languages side by side.

``messages.toml`` keeps the translations of one message together, so that whoever changes one sees the others.

>>> say("ru", "protection.none")
'открыто'
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files
from typing import Literal, get_args

from piiguard.scan.reason import Reason, wording

__all__ = ["LANGUAGES", "Language", "catalogue", "entity", "number", "say", "term", "why"]

Language = Literal["en", "ru", "kk"]
LANGUAGES: tuple[Language, ...] = get_args(Language)


@cache
def catalogue() -> Mapping[str, Mapping[str, str]]:
    """All messages: name → language → text; the reasons of findings are those of the scanner."""
    text = files("piiguard.report").joinpath("messages.toml").read_text(encoding="utf-8")
    return {
        f"{section}.{name}": texts
        for section, names in {**tomllib.loads(text), "reason": wording()}.items()
        for name, texts in names.items()
    }


def say(lang: Language, name: str, **values: object) -> str:
    """One message; numbers among the values are written as the language writes them."""
    told = {
        key: number(value, lang) if isinstance(value, int | float) else value for key, value in values.items()
    }
    return catalogue()[name][lang].format(**told)


def why(lang: Language, reasons: Iterable[Reason]) -> str:
    """The reasons of a finding, in one line."""
    return "; ".join(say(lang, f"reason.{reason.code}", **told(lang, reason)) for reason in reasons)


def told(lang: Language, reason: Reason) -> dict[str, object]:
    """What a reason is filled with; an entity by its name."""
    return {key: entity(lang, str(value)) if key == "entity" else value for key, value in reason.values}


def entity(lang: Language, name: str) -> str:
    """What an entity is called; one that a user's own recognizer brought keeps its name."""
    return say(lang, f"entity.{name}") if f"entity.{name}" in catalogue() else name


def term(lang: Language, text: str) -> str:
    """How long something is kept, as a policy writes it, in words.

    >>> term("en", "3y"), term("ru", "90d")
    ('years: 3', 'дней: 90')
    """
    if text == "unlimited":
        return say(lang, "answer.unlimited")
    return text and say(lang, f"answer.term_{text[-1]}", count=int(text[:-1]))


def number(value: float, lang: Language = "en") -> str:
    """Group by three with a no-break space, which all three languages read; two of them have a decimal comma.

    >>> number(41200).replace(chr(0xA0), "_"), number(0.98), number(0.98, "kk")
    ('41_200', '0.98', '0,98')
    """
    if isinstance(value, int):
        return f"{value:,}".replace(",", "\N{NO-BREAK SPACE}")
    return f"{value:g}".replace(".", "." if lang == "en" else ",")
