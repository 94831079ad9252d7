"""The report as one self-contained page: no network, no inline code that the policy does not name by its hash."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from functools import cache
from itertools import chain, islice
from typing import Any

import jinja2
from markupsafe import Markup

from piiguard import __version__
from piiguard.names import json_script, json_text, shown, visible
from piiguard.report import gaps, law, people, unread
from piiguard.report.messages import LANGUAGES, Language, catalogue, number, say
from piiguard.report.moment import day, parts
from piiguard.report.order import by_note, by_table
from piiguard.report.overview import changes, overview
from piiguard.report.page import template
from piiguard.report.remedy import remedies
from piiguard.report.steps import first_steps
from piiguard.scan.finding import ScanReport
from piiguard.scan.identity import identity
from piiguard.scan.reason import Reason

__all__ = ["to_html"]


def to_html(report: ScanReport, *, lang: Language, baseline: Collection[str] | None) -> str:
    """Write the page; ``lang`` is the language it opens in, the other two are a click away."""
    wording = Wording(lang)
    groups = [(*place, found) for place, found in by_table(report.findings)]
    paged = list(islice(chain.from_iterable(found for _, _, found in groups), _PAGES))
    return _template().render(
        report=report,
        overview=overview(report),
        findings=report.findings,
        groups=groups,
        paged={finding.id for finding in paged},
        pages=paged,
        steps=[replace(step, place=shown(step.place)) for step in first_steps(report)],
        identity=identity,
        shown_findings=_FINDINGS,
        shown_rows=_ROWS,
        shown_unread=_UNREAD,
        noted=by_note(note for note in report.notes if not note.since),
        baseline=baseline,
        changes=None if baseline is None else changes(report, baseline),
        law=law,
        gaps=gaps,
        remedies=remedies,
        sizes=people.sizes,
        moment=parts,
        lang=lang,
        languages=LANGUAGES,
        version=__version__,
        t=wording.element,
        say=wording.attribute,
        wording=wording,
        Message=Message,
    )


_FINDINGS, _ROWS, _UNREAD = 200, 50, 10  # shown at first
_PAGES = (
    1_000  # findings with a page of their own: a page takes four kilobytes, and thousands seconds to open
)

_SCRIPTED = (
    "html.copy",
    "html.copied",
    "html.previous",
    "html.following",
    "html.marked",
    "html.mark_false",
)  # said by the script alone


@dataclass(frozen=True, slots=True)
class Message:
    """A value that is a message itself, said in whatever language the page is."""

    say: str


class Wording:
    """Writes messages in the first language and remembers which ones the switch must know in the others."""

    def __init__(self, lang: Language) -> None:
        self.lang = lang
        self._used: dict[str, Mapping[str, str]] = {}
        self._bare: dict[tuple[object, ...], Markup] = {}  # most messages are said again and again

    def element(
        self, name: str, tag: str = "span", attrs: Mapping[str, str] | None = None, **values: object
    ) -> Markup:
        """A message as an element that the switch rewrites."""
        name = visible(name)  # an entity of another's recognizer
        if not values and (known := self._bare.get((name, tag, *(attrs or {}).items()))):
            return known
        values = {key: visible(value) if isinstance(value, str) else value for key, value in values.items()}
        shown = {key: self._shown(value) for key, value in values.items()}
        noted = {**(attrs or {}), "data-t": name}
        if shown:
            noted["data-v"] = json_text(values, default=asdict)
        written = Markup("").join(Markup(' {}="{}"').format(*item) for item in noted.items())
        text = self._texts(name)[self.lang]
        text = text.format(**shown) if shown else text  # an entity of another's recognizer may have braces
        made = Markup("<{0}{1}>{2}</{0}>").format(tag, written, text)
        if not values:
            self._bare[name, tag, *(attrs or {}).items()] = made
        return made

    def why(self, reasons: Iterable[Reason]) -> Markup:
        """The reasons of a finding, each as an element."""
        return Markup("; ").join(
            self.element(f"reason.{reason.code}", **self._named(reason)) for reason in reasons
        )

    def unread(self, reason: str) -> Markup:
        """Why a place was not searched; what nobody translated says in which language it is."""
        if unread.said("ru", reason) == reason:
            return Markup('<span lang="en">{}</span>').format(visible(reason))
        return self.element(f"unread.{reason}")

    def attribute(self, attribute: str, name: str) -> Markup:
        """A message as an attribute, with the note that the switch needs."""
        return Markup('{0}="{1}" data-t-{0}="{2}"').format(attribute, self._texts(name)[self.lang], name)

    def used(self) -> str:
        """The catalogue for the switch; it stands last in the page, when all names are known."""
        for name in _SCRIPTED:
            self._texts(name)
        by_language = {lang: {name: texts[lang] for name, texts in self._used.items()} for lang in LANGUAGES}
        return json_script(by_language)

    def _shown(self, value: object) -> str:
        if isinstance(value, int | float):
            return number(value, self.lang)
        return self._texts(value.say)[self.lang] if isinstance(value, Message) else str(value)

    def _named(self, reason: Reason) -> dict[str, Any]:
        return {key: Message(f"entity.{value}") if key == "entity" else value for key, value in reason.values}

    def _texts(self, name: str) -> Mapping[str, str]:
        if name not in self._used:
            self._used[name] = (
                _law().get(name)
                or catalogue().get(name)
                or _unread(name)
                or dict.fromkeys(LANGUAGES, _own(name))
            )
        return self._used[name]


def _unread(name: str) -> Mapping[str, str] | None:
    kind, _, reason = name.partition(".")
    return {lang: unread.said(lang, reason) for lang in LANGUAGES} if kind == "unread" else None


def _own(name: str) -> str:
    # An entity of a user's own recognizer has no translation; any other missing message is a defect.
    if name.startswith("entity."):
        return name.removeprefix("entity.")
    raise KeyError(name)


@cache
def _law() -> Mapping[str, Mapping[str, str]]:
    """What is said of the law, with its dates as each language writes them."""
    told: dict[str, Mapping[str, str]] = {"law.checked": _dated("html.law_note", law.checked())}
    for fact in law.facts():
        told[f"law.{fact.id}.edition"] = _dated("html.edition", fact.edition)
        for name in ("title", "text", "source"):
            told[f"law.{fact.id}.{name}"] = getattr(fact, name)
    return told


def _dated(name: str, date: str) -> Mapping[str, str]:
    """A message about a day, which each language writes in its way."""
    return {lang: say(lang, name, date=day(date, lang)) for lang in LANGUAGES}


@cache
def _template() -> jinja2.Template:
    return template("report.html", "report.css", script="report.js")
