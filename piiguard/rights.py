"""The entries ``[[subjects]]`` of the manifest: whose the rows of a table are, and what becomes of them.

>>> entries = read([{"table": "students", "key": "id", "erase": "delete", "tables": [
...     {"table": "orders", "erase": "keep", "term": "5y", "from": "orders.paid_at", "law": "Tax Code"}]}])
>>> entries[0].key, entries[0].rule("orders").erase, entries[0].rule("students").erase
(('id',), 'keep', 'delete')
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args

from piiguard.names import shown
from piiguard.terms import Term

__all__ = ["RULES", "SEAL", "Erase", "Fault", "Subject", "TableRule", "read", "restricts"]

Erase = Literal["delete", "null", "pseudonym", "keep"]
RULES: tuple[str, ...] = get_args(Erase)
SEAL = "seal"
"""What ``restrict`` says where values are moved away; anything else is the name of a flag column."""


class Fault(ValueError):
    """What is wrong with an entry; it begins with the place in the file, and names no more than the file does."""

    def __init__(self, what: str, hint: str = "") -> None:
        super().__init__(what)
        self.hint = hint


@dataclass(frozen=True, slots=True)
class TableRule:
    """What becomes of a person's rows in one table.

    - ``delete``: the rows go. ``null``: their values go and the rows stay. ``pseudonym``: each value becomes one that stands
      for it and tells nothing. ``keep``: they stay, for ``term`` from the date in ``since``, because ``law`` says so.
    - ``columns`` are values to go under ``null`` and ``pseudonym``, and to be sealed, beside those that the manifest and the
      scan name.
    - ``restrict`` says how their use stops while they stay: ``seal``, or the name of a column that is set; None: not at all.
    """

    table: str
    erase: Erase
    columns: tuple[str, ...] = ()
    term: Term | None = None
    since: str | None = None
    law: str | None = None
    restrict: str | None = None


@dataclass(frozen=True, slots=True)
class Subject:
    """One table whose rows are persons.

    ``identifiers`` are columns by which a person is looked for; ``last_activity`` is the place of the date from which a
    retention term runs, as ``table.column``. ``tables`` are the rules of the tables that hang on it.
    """

    table: str
    key: tuple[str, ...]
    identifiers: tuple[str, ...] = ()
    erase: Erase | None = None
    last_activity: str | None = None
    tables: tuple[TableRule, ...] = ()
    restrict: str | None = None

    @property
    def own(self) -> TableRule | None:
        """The rule of the persons' rows themselves, where it stands in the entry."""
        return None if self.erase is None else TableRule(self.table, self.erase, restrict=self.restrict)

    def rule(self, table: str) -> TableRule | None:
        """The rule of one table; None where none was written."""
        if table == self.table and self.own is not None:
            return self.own
        return next((rule for rule in self.tables if rule.table == table), None)


def read(found: Any) -> tuple[Subject, ...]:
    """The entries as TOML gives them. Raises :class:`Fault`."""
    if not isinstance(found, list):
        raise Fault("[[subjects]] is a list of tables", "write [[subjects]] before [[subjects.tables]]")
    subjects = tuple(_subject(entry, f"[[subjects]] number {at}") for at, entry in enumerate(found, 1))
    _once([subject.table for subject in subjects], "[[subjects]]")
    _agreed(subjects)
    return subjects


def restricts(subjects: Iterable[Subject]) -> bool:
    """Whether any rule says how rows are restricted."""
    return any(rule.restrict for one in subjects for rule in (one.own, *one.tables) if rule is not None)


_SUBJECT: dict[str, Any] = {
    "table": str,
    "key": list,
    "identifiers": list,
    "erase": str,
    "keep": dict,
    "last_activity": str,
    "restrict": str,
}
_RULE: dict[str, Any] = {
    "table": str,
    "erase": str,
    "columns": list,
    "term": str,
    "from": str,
    "law": str,
    "restrict": str,
}
_KINDS: dict[Any, str] = {
    str: "a text",
    list: "a name or a list of different names",
    dict: "a table of texts",
}


def _subject(entry: Any, where: str) -> Subject:
    given = _members(entry, where, {**_SUBJECT, "tables": list}, {"table", "key"})
    listed = entry.get("tables", [])
    if not isinstance(listed, list):
        raise Fault(f"{where}: [[subjects.tables]] is a list of tables")
    rules = [_rule(rule, f"{where}: [[subjects.tables]] number {at}") for at, rule in enumerate(listed, 1)]
    rules += [TableRule(table, "keep", law=law) for table, law in given.get("keep", {}).items()]
    _once([rule.table for rule in rules], where)
    own = given.get("erase")
    if own is not None and any(rule.table == given["table"] for rule in rules):
        raise Fault(f"{where}: {shown(given['table'])} has two rules", "leave one of them")
    if own == "keep":
        raise Fault(f"{where}: keep lacks law", 'write the table with its law under "[[subjects.tables]]"')
    last = given.get("last_activity")
    if last is not None:
        _place(last, f"{where}: last_activity")
    restrict = given.get("restrict")
    if restrict is not None and own is None:
        raise Fault(
            f"{where}: restrict needs erase beside it",
            'erase = "delete" says what becomes of the rows when they go, or write both under "[[subjects.tables]]"',
        )
    return Subject(
        given["table"], given["key"], given.get("identifiers", ()), own, last, tuple(rules), restrict
    )


def _rule(entry: Any, where: str) -> TableRule:
    given = _members(entry, where, _RULE, {"table", "erase"})
    term = Term.read(given["term"]) if "term" in given else None
    if "term" in given and term is None:
        raise Fault(f"{where}: the term is not understood", 'write it as "5y", "18m" or "90d"')
    if ("term" in given) != ("from" in given):
        raise Fault(
            f"{where}: term and from come together", 'from = "orders.paid_at" says when the term begins'
        )
    if "from" in given and _place(given["from"], f"{where}: from") != given["table"]:
        raise Fault(
            f"{where}: from is not a column of {shown(given['table'])}", "a term runs from a date of its row"
        )
    if given["erase"] == "keep" and "law" not in given:
        raise Fault(f"{where}: keep lacks law", 'law = "Tax Code, art. 48" is what a person is told')
    sealed = given.get("restrict") == SEAL
    if "columns" in given and given["erase"] not in ("null", "pseudonym") and not sealed:
        raise Fault(
            f'{where}: columns belong to null and pseudonym, and to restrict = "{SEAL}"',
            f"{given['erase']} concerns whole rows",
        )
    return TableRule(
        given["table"], given["erase"], given.get("columns", ()), term, given.get("from"), given.get("law"),
        given.get("restrict"),
    )  # fmt: skip


def _members(entry: Any, where: str, known: Mapping[str, Any], needed: set[str]) -> dict[str, Any]:
    """The members of an entry in their types, where it has those alone that are known and all that are needed."""
    if not isinstance(entry, dict):
        raise Fault(f"{where} is not a table")
    if unknown := sorted(set(entry) - set(known)):
        raise Fault(
            f"{where} has an unknown member {shown(unknown[0])}", f"known are {', '.join(sorted(known))}"
        )
    if missing := sorted(needed - set(entry)):
        raise Fault(f"{where} lacks {missing[0]}")
    given = {
        name: _typed(value, known[name], f"{where}: {name}")
        for name, value in entry.items()
        if name != "tables"
    }
    if given.get("erase", "delete") not in RULES:
        raise Fault(f"{where}: erase is {', '.join(RULES[:-1])} or {RULES[-1]}")
    return given


def _typed(value: Any, kind: Any, where: str) -> Any:
    if kind is list and isinstance(value, str):  # one name is a list of one
        value = [value]
    texts = list(_texts(value))
    if (
        not isinstance(value, kind)
        or not texts
        or not all(isinstance(text, str) and text.strip() for text in texts)
    ):
        raise Fault(f"{where} is not {_KINDS[kind]}")
    if kind is list:
        if len(set(texts)) < len(texts):
            raise Fault(f"{where} is not {_KINDS[kind]}")
        return tuple(value)
    return value


def _texts(value: Any) -> Iterator[Any]:
    if isinstance(value, dict):
        yield from (*value, *value.values())
    elif isinstance(value, list):
        yield from value
    else:
        yield value


def _place(text: str, where: str) -> str:
    """The table of ``table.column``."""
    table, _, column = text.rpartition(".")
    if not table or not column:
        raise Fault(f"{where} is not a column", "write it as table.column, or schema.table.column")
    return table


def _once(tables: list[str], where: str) -> None:
    if again := next((table for at, table in enumerate(tables) if table in tables[:at]), None):
        raise Fault(f"{where}: {shown(again)} stands twice", "leave one entry")


def _agreed(subjects: tuple[Subject, ...]) -> None:
    """A table that hangs on two kinds of persons has one rule: an order must not be both deleted and kept."""
    rules: dict[str, TableRule] = {}
    for subject in subjects:
        for rule in (*([subject.own] if subject.own else ()), *subject.tables):
            if rules.setdefault(rule.table, rule) != rule:
                raise Fault(
                    f"[[subjects]]: {shown(rule.table)} has two rules that differ", "leave one of them"
                )
