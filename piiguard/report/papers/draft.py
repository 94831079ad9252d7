"""``list.toml``: the list as a policy file, with empty members where people must say why, from where and for how long."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from piiguard.names import HIDDEN, toml
from piiguard.report.papers.holdings import Kind, Place
from piiguard.scan.policy import Declared, Policy

__all__ = ["draft"]

_HEAD = """\
# The list of personal data that is necessary and sufficient (Law 94-V, Art. 25(2)(1)), made by piiguard scan --papers.
# Fill in what is empty, take out what has no purpose, and have it approved. Then
#   piiguard scan TARGET --policy list.toml --papers FOLDER    writes the papers with it,
#   piiguard scan TARGET --policy list.toml                    ends with 3 once more is held than is listed here.
"""
_AGAIN = re.compile(r" \(\d+\)$")


def draft(kinds: Sequence[Kind], policy: Policy | None) -> str:
    """The text of the file: every kind that was found or declared, with the places where it was found."""
    return "\n".join([_HEAD, *_top(policy), *(line for kind in kinds for line in _category(kind))]) + "\n"


def _top(policy: Policy | None) -> Iterator[str]:
    yield f"organisation = {toml(policy.organisation if policy else '')}"
    yield f"contact = {toml(policy.contact if policy else '')}"
    if policy and policy.source:
        yield f"source = {toml(policy.source)}"
    yield f"protection = {toml(policy.protection if policy else 'measures')}"
    yield '# retention = "3y"          # of every kind that states none itself; [[recipients]] and [[dates]]: docs/reports.md'


def _category(kind: Kind) -> Iterator[str]:
    declared = kind.declared or Declared(kind.category)
    yield ""
    yield "[[categories]]"
    yield f"category = {toml(kind.category)}"
    yield f"clause = {toml(declared.clause)}"
    yield f"purpose = {toml(kind.purpose)}"
    yield f"origin = {toml(kind.origin)}"
    yield f"retention = {toml(kind.term)}" if kind.term else '# retention = "3y"'
    where = dict.fromkeys([*declared.where, *map(_pattern, kind.places)])
    if where:
        yield "where = ["
        yield from (f"    {toml(pattern)}," for pattern in where)
        yield "]"


def _pattern(place: Place) -> str:
    """What finds the place again: of a log its rotations, of a masked name what is not hidden."""
    again = _AGAIN.search(place.name) if HIDDEN in place.name else None  # names that look alike are numbered
    name = place.name[: again.start()] if again else place.name
    plain = re.sub(r"[*?[]", lambda sign: f"[{sign[0]}]", name)
    return plain.replace(HIDDEN, "?") + ("*" if again or place.file else "")
