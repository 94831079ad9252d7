"""The corpus: lines of logs and prose with labelled values, and lines that only look like them.

A template holds ``{NAME}`` where a value goes; ``NAME`` is an entity, with a form after a colon where there are
several. Everything is drawn from one seed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from random import Random

from benchmarks.detection import negatives, templates, values
from benchmarks.detection.people import Person

__all__ = ["LANGUAGES", "Line", "Span", "generate", "hard_negatives"]

LANGUAGES = ("kk", "ru", "en")
SLOT = re.compile(r"\{([A-Z_]+)(?::([a-z]+))?\}")


@dataclass(frozen=True, slots=True)
class Span:
    """A labelled value: characters from ``start`` to ``end``."""

    entity: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Line:
    """A line, or a few, of one language with the values that stand in it."""

    language: str
    text: str
    spans: tuple[Span, ...]


Make = Callable[[Random, str], str]
MAKERS: dict[str, Make] = {
    "PERSON": lambda draw, language: Person(draw, language).full(),
    "PERSON:latin": lambda draw, language: Person(draw, "kk" if language == "kk" else "ru").latin(),
    "PERSON:genitive": lambda draw, language: Person(draw, language).genitive(),
    "PERSON:given": lambda draw, language: Person(draw, language).given,
    "PERSON:surname": lambda draw, language: Person(draw, language).surname,
    "KZ_IIN": lambda draw, _: values.iin(draw),
    "KZ_BIN": lambda draw, _: values.bin_number(draw),
    "KZ_PHONE": lambda draw, _: values.phone(draw),
    "EMAIL_ADDRESS": lambda draw, _: values.email(draw),
    "CREDIT_CARD": lambda draw, _: values.card(draw),
    "IBAN_CODE": lambda draw, _: values.iban(draw),
    "KZ_BIC": lambda draw, _: values.bic(draw),
    "KZ_ID_CARD": lambda draw, _: values.id_card(draw),
    "KZ_PASSPORT": lambda draw, _: values.passport(draw),
    "KZ_DRIVER_LICENSE": lambda draw, _: values.licence(draw),
    "KZ_DOCUMENT_DATE": lambda draw, _: values.date(draw),
    "KZ_DOCUMENT_ISSUER": lambda draw, _: values.issuer(draw),
    "KZ_VEHICLE_PLATE": lambda draw, _: values.plate(draw),
    "KZ_MRZ": lambda draw, _: values.mrz(draw),
    "KZ_ADDRESS": lambda draw, language: getattr(values, f"address_{language}")(draw),
    "KZ_WORKPLACE": lambda draw, language: draw.choice(values.FIRMS[language]),
    "KZ_WORKPLACE:position": lambda draw, language: draw.choice(values.POSITIONS[language]),
}


def fill(draw: Random, language: str, template: str) -> Line:
    """Put values into a template."""
    text, spans, done = "", [], 0
    for slot in SLOT.finditer(template):
        text += template[done : slot.start()]
        value = MAKERS[slot[0].strip("{}")](draw, language)
        spans.append(Span(slot[1], len(text), len(text) + len(value)))
        text += value
        done = slot.end()
    return Line(language, text + template[done:], tuple(spans))


def generate(seed: int, count: int) -> Iterator[Line]:
    """Draw ``count`` lines with values and as many without, for each language."""
    draw = Random(seed)
    for language in LANGUAGES:
        for _ in range(count):
            line = fill(draw, language, draw.choice(templates.TEMPLATES[language] + templates.LOGS))
            prefix = draw.choice(templates.PREFIXES)
            shifted = tuple(Span(s.entity, s.start + len(prefix), s.end + len(prefix)) for s in line.spans)
            yield Line(language, prefix + line.text, shifted)
            yield hard_negatives(draw, language)


def hard_negatives(draw: Random, language: str) -> Line:
    """Draw a line that holds nothing personal but looks as if it did."""
    text = draw.choice(negatives.NEGATIVES[language] + negatives.LOGS)
    for _ in range(text.count("#")):
        text = text.replace("#", draw.choice("0123456789"), 1)
    return Line(language, text, ())
