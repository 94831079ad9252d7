"""Why a place was not searched, in the language of a report.

The findings document says it in English, and that sentence is the name of its translations in ``unread.toml``. What nobody
translated (the word of an operating system, or of a server) stays as it is.

>>> said("ru", "a PDF document, which no reader knows")
'документ PDF: формат не поддерживается'
>>> said("kk", "some words of a server")
'some words of a server'
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from piiguard.report.messages import Language

__all__ = ["said", "sentences"]

_VALUE = re.compile(r"\\\{(\w+)\\\}")
_NUMBER = re.compile(r"\d{1,3}(?:,\d{3})+")
_COUNTED = re.compile(r"(.+) \(([\d,]+)\)", re.DOTALL)


def said(lang: Language, reason: str) -> str:
    """The reason in this language; what it names by another sentence is said in it, too."""
    return reason if lang == "en" else _said(lang, reason)


@cache
def sentences() -> Mapping[str, Mapping[str, str]]:
    """All that can be said: English → language → text, with the same values in braces."""
    return tomllib.loads(files("piiguard.report").joinpath("unread.toml").read_text(encoding="utf-8"))


def _said(lang: str, reason: str) -> str:
    if reason in sentences():
        return sentences()[reason][lang]
    for pattern, texts in _patterns():
        if found := pattern.fullmatch(reason):
            values = {name: _value(lang, value) for name, value in found.groupdict().items()}
            return texts[lang].format(**values)
    told = reason.split("; ")  # and what to do about it
    return "; ".join(_said(lang, each) for each in told) if len(told) > 1 else reason


def _value(lang: str, value: str) -> str:
    """A sentence inside of another, a list of such, or a name."""
    if _NUMBER.fullmatch(value):
        return value.replace(",", "\N{NO-BREAK SPACE}")
    whole = _said(lang, value)
    if whole != value:
        return whole
    counted = [_COUNTED.fullmatch(each) for each in value.split(", ")]
    if not all(counted):
        return value
    return ", ".join(f"{_said(lang, each[1])} ({_value(lang, each[2])})" for each in counted if each)


@cache
def _patterns() -> list[tuple[re.Pattern[str], Mapping[str, str]]]:
    """Sentences with values, those that say the most first."""
    varying = [english for english in sentences() if "{" in english]
    varying.sort(key=lambda english: -len(re.sub(r"\{\w+\}", "", english)))
    return [
        (re.compile(_VALUE.sub(r"(?P<\1>.+?)", re.escape(english)), re.DOTALL), sentences()[english])
        for english in varying
    ]
