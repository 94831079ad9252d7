"""The page for the person: one language, A4, nothing that asks a network or runs."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

import jinja2

from piiguard import __version__
from piiguard.entities import category
from piiguard.report import law
from piiguard.report.messages import Language, entity, say, term
from piiguard.report.page import template

__all__ = ["to_html"]


def to_html(document: Mapping[str, Any], lang: Language) -> str:
    """The document of :func:`declared` as a page. Whatever a database holds is text there, and never markup."""
    return _template().render(
        answer=document,
        lang=lang,
        version=__version__,
        facts=law.facts("person"),
        checked=law.checked(),
        t=lambda name, **values: say(lang, name, **values),
        kinds=lambda entities: ", ".join(dict.fromkeys(entity(lang, name) for name in entities)),
        categories=lambda names: ", ".join(say(lang, f"category.{name}") for name in names),
        of=lambda table: sorted({category(name) for each in table["entities"].values() for name in each}),
        term=lambda text: say(lang, "answer.no_term") if text is None else term(lang, text),
    )


@cache
def _template() -> jinja2.Template:
    return template("answer.html", "answer.css")
