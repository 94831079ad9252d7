"""The pages to print and sign: the list, and the draft of a notice, in one language each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, partial
from typing import Literal

import jinja2

from piiguard import __version__
from piiguard.report import law, people
from piiguard.report.messages import Language, say, term
from piiguard.report.page import template
from piiguard.report.papers.holdings import Kind, kinds
from piiguard.scan.finding import ScanReport
from piiguard.scan.identity import identity
from piiguard.scan.policy import Policy

__all__ = ["PAPERS", "Paper", "page"]

Paper = Literal["list", "notice"]
PAPERS: dict[Paper, str] = {"list": "list", "notice": "processing"}
"""Each paper, and the topic whose facts of law stand under it: on the screen, and not on what is signed."""


@dataclass(frozen=True, slots=True)
class _Operator:
    organisation: str = ""
    contact: str = ""


def page(paper: Paper, report: ScanReport, policy: Policy | None, *, lang: Language) -> str:
    """Write a paper in ``lang``: what was found filled in, what nobody stated left as lines."""
    held = kinds(report, policy)
    return _template(paper).render(
        report=report,
        kinds=held,
        operator=_Operator(policy.organisation, policy.contact) if policy else _Operator(),
        people=report.persons and people.sentence(report.persons, lang),
        classes=people.sizes(report.persons) if report.persons else (),
        recipients=_recipients(held),
        encrypted=[kind for kind in held if kind.protection == "encrypted"],
        facts=law.facts(PAPERS[paper]),
        checked=law.checked(),
        called=identity,
        term=partial(term, lang),
        lang=lang,
        version=__version__,
        t=partial(say, lang),
    )


def _recipients(held: Sequence[Kind]) -> list[str]:
    return list(dict.fromkeys(name for kind in held for name in kind.recipients))


@cache
def _template(paper: Paper) -> jinja2.Template:
    return template(f"{paper}.html", "summary.css", "papers.css")
