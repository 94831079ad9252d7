"""The policy check: what an organisation says it stores against what a scan found.

A policy file names the categories that a privacy policy declares, where they may be, how they are protected and
how long they are kept; ``examples/policies`` holds two that follow published policies.

>>> policy = Policy.parse('''
... organisation = "Academy"
... protection = "measures"
... retention = "3y"
...
... [[categories]]
... category = "iin"
... clause = "2.1.4"
... ''')
>>> policy.declared["iin"].clause
'2.1.4'
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any, Literal, get_args

from piiguard.entities import CATEGORIES
from piiguard.errors import ScanError
from piiguard.files import read_text
from piiguard.terms import Term

__all__ = ["ActivityDate", "Declared", "Policy", "Recipient", "Term"]

Protection = Literal["none", "measures", "encrypted"]
_EXAMPLES = "docs/reports.md describes the file, examples/policies has two"
_MEMBERS = {"organisation", "source", "protection", "protection_clause", "retention", "retention_clause"}
_MEMBERS |= {"categories", "dates", "contact", "purpose", "origin", "recipients"}
_LISTS = {"where", "categories", "dates", "recipients"}


@dataclass(frozen=True, slots=True)
class Declared:
    """One category that the policy lists; an empty ``where`` means anywhere, None that the whole policy decides.

    ``purpose`` is why it is stored and ``origin`` where it comes from, as a person is told.
    """

    category: str
    clause: str = ""
    where: tuple[str, ...] = ()
    protection: Protection | None = None
    retention: Term | None = None
    purpose: str = ""
    origin: str = ""


@dataclass(frozen=True, slots=True)
class Recipient:
    """To whom data is given; without ``categories`` it is all that the policy lists."""

    name: str
    purpose: str = ""
    country: str = ""
    clause: str = ""
    categories: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ActivityDate:
    """The column that says when a row of a table was last of use; the term runs from there."""

    table: str
    column: str


@dataclass(frozen=True, slots=True)
class Policy:
    """The parsed file; ``protection``, ``retention``, ``purpose`` and ``origin`` hold for the categories that state none themselves.

    ``contact`` is whoever answers a person.

    ``measures`` is what most policies promise, in general words; ``encrypted`` is a promise of encryption. Either
    is broken by data in clear.
    """

    organisation: str
    source: str = ""
    protection: Protection = "none"
    protection_clause: str = ""
    retention: Term | None = None
    retention_clause: str = ""
    declared: Mapping[str, Declared] = field(default_factory=dict)
    dates: tuple[ActivityDate, ...] = ()
    contact: str = ""
    purpose: str = ""
    origin: str = ""
    recipients: tuple[Recipient, ...] = ()

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Policy:
        """Read a file; a missing or malformed one is a :class:`ScanError`."""
        try:
            text = read_text(path)
        except OSError as error:
            reason = (error.strerror or "error").lower()
            raise ScanError(
                f"{path}: the policy cannot be read: {reason}", source=str(path), hint=_EXAMPLES
            ) from None
        except UnicodeDecodeError:
            raise ScanError(
                f"{path}: the policy is not UTF-8", source=str(path), hint="save it as UTF-8"
            ) from None
        return cls.parse(text, str(path))

    @classmethod
    def parse(cls, text: str, place: str = "policy.toml") -> Policy:
        """Read the text of a policy file."""
        try:
            data = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            raise ScanError(f"{place}: not valid TOML: {error}", source=place, hint=_EXAMPLES) from None
        except RecursionError:
            raise ScanError(f"{place}: nested too deeply", source=place, hint=_EXAMPLES) from None
        except ValueError:  # of more digits than Python reads, or a date that is none
            what = f"{place}: a number or a date in it cannot be read"
            raise ScanError(what, source=place, hint=_EXAMPLES) from None
        reader = _Reader(place)
        reader.check(data, "the file", _MEMBERS, {"organisation"})
        declared = [reader.declared(entry) for entry in reader.tables(data, "categories")]
        return cls(
            organisation=data["organisation"],
            source=data.get("source", ""),
            protection=reader.protection(data) or "none",
            protection_clause=data.get("protection_clause", ""),
            retention=reader.term(data.get("retention")),
            retention_clause=data.get("retention_clause", ""),
            declared=reader.once(declared),
            dates=tuple(reader.date(entry) for entry in reader.tables(data, "dates")),
            contact=data.get("contact", ""),
            purpose=data.get("purpose", ""),
            origin=data.get("origin", ""),
            recipients=tuple(reader.recipient(entry) for entry in reader.tables(data, "recipients")),
        )

    def term(self, category: str) -> Term | None:
        """How long a category is kept; None when the policy does not say."""
        declared = self.declared.get(category)
        return (declared.retention if declared else None) or self.retention

    def purpose_of(self, category: str) -> str:
        """Why a category is stored; empty where the policy does not list it, or does not say."""
        declared = self.declared.get(category)
        return declared.purpose or self.purpose if declared else ""


class _Reader:
    """Turns TOML tables into the classes above, or says what is wrong in which one."""

    def __init__(self, place: str) -> None:
        self.place = place

    def fail(self, what: str, hint: str = "") -> ScanError:
        return ScanError(f"{self.place}: {what}", source=self.place, hint=hint)

    def tables(self, data: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
        entries = data.get(name, [])
        if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
            raise self.fail(f"[[{name}]] is a list of tables")
        return entries

    def check(self, entry: Mapping[str, Any], where: str, known: set[str], needed: set[str]) -> None:
        if unknown := sorted(set(entry) - known):
            raise self.fail(
                f"{where} has an unknown member {unknown[0]}", f"known are {', '.join(sorted(CATEGORIES))}"
            )
        if missing := sorted(needed - set(entry)):
            raise self.fail(f"{where} lacks {missing[0]}")
        for name, value in entry.items():
            if name not in _LISTS and not isinstance(value, str):
                raise self.fail(f"{where}: {name} is not a string")

    def term(self, text: str | None) -> Term | None:
        if text is None:
            return None
        if (found := Term.read(text, unlimited=True)) is None:
            raise self.fail(
                "a retention term is not understood", 'write it as "3y", "6m", "90d" or "unlimited"'
            )
        return found

    def declared(self, entry: Mapping[str, Any]) -> Declared:
        self.check(entry, "[[categories]]", {item.name for item in fields(Declared)}, {"category"})
        where = entry.get("where", [])
        if not isinstance(where, list) or not all(isinstance(name, str) for name in where):
            raise self.fail("where is a list of names like students.iin or logs/*")
        self.known(entry["category"])
        told = {"where": tuple(where), "retention": self.term(entry.get("retention"))}
        return Declared(**{**entry, **told, "protection": self.protection(entry)})

    def known(self, category: object) -> None:
        if category not in CATEGORIES:
            raise self.fail(f"there is no category {category}", f"known are {', '.join(sorted(CATEGORIES))}")

    def recipient(self, entry: Mapping[str, Any]) -> Recipient:
        self.check(entry, "[[recipients]]", {item.name for item in fields(Recipient)}, {"name"})
        categories = entry.get("categories", [])
        if not isinstance(categories, list) or not all(isinstance(name, str) for name in categories):
            raise self.fail("categories of a recipient is a list of categories")
        for category in categories:
            self.known(category)
        return Recipient(**{**entry, "categories": tuple(categories)})

    def protection(self, entry: Mapping[str, Any]) -> Protection | None:
        given = entry.get("protection")
        if given is not None and given not in get_args(Protection):
            raise self.fail(f"protection is {', '.join(get_args(Protection))}")
        return given

    def once(self, declared: list[Declared]) -> dict[str, Declared]:
        by_category = {entry.category: entry for entry in declared}
        if len(by_category) < len(declared):
            raise self.fail("a category stands twice")
        return by_category

    def date(self, entry: Mapping[str, Any]) -> ActivityDate:
        names = {"table", "column"}
        self.check(entry, "[[dates]]", names, names)
        return ActivityDate(**entry)
