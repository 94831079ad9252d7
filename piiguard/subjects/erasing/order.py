"""Children before parents, by the catalogue: a cycle is broken where a reference can be emptied.

>>> from piiguard.read.relation import Relation
>>> def table(name, **more): return Table(Relation(None, name, "table", 0), name, ("id",), **more)
>>> posts, threads = table("posts"), table("threads", required=frozenset({"first"}))
>>> a, b = Edge(threads, ("first",), posts, ("id",)), Edge(posts, ("thread",), threads, ("id",))
>>> order, emptied = ordered([posts, threads], [a, b])
>>> [t.place for t in order], [e.place for e in emptied]
(['threads', 'posts'], ['posts.thread'])
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from piiguard.errors import SubjectError
from piiguard.subjects.live import Edge, Row, Table

__all__ = ["by_level", "ordered"]


def ordered(tables: Iterable[Table], edges: Iterable[Edge]) -> tuple[list[Table], list[Edge]]:
    """The tables, children first, and the foreign keys that are emptied before. A reference to the table itself is
    emptied too, if it can be. Raises :class:`SubjectError` for a cycle in which none can."""
    waiting = sorted(tables, key=lambda table: table.place)
    own = [edge for edge in edges if edge.child in waiting and edge.parent in waiting]
    emptied = [edge for edge in own if edge.child == edge.parent and edge.loose]
    left = [edge for edge in own if edge.child != edge.parent]
    order: list[Table] = []
    while waiting:
        free = next((t for t in waiting if not any(e.parent == t and e.child in waiting for e in left)), None)
        if free is not None:
            waiting.remove(free)
            order.append(free)
            continue
        edge = next(
            (e for e in sorted(left, key=lambda e: e.place) if e.loose and _in_cycle(e, left, waiting)), None
        )
        if edge is None:
            names = ", ".join(table.place for table in waiting)
            raise SubjectError(
                f"{names}: their rows refer to one another in a cycle, and no reference may be NULL",
                hint="let one of the columns be NULL, or delete these rows by hand",
            )
        emptied.append(edge)
        left.remove(edge)
    return order, emptied


def _in_cycle(edge: Edge, edges: Sequence[Edge], among: Sequence[Table]) -> bool:
    """Whether the parent refers back to the child, over however many tables."""
    seen, waiting = set[Table](), [edge.parent]
    while waiting:
        table = waiting.pop()
        if table == edge.child:
            return True
        if table not in seen:
            seen.add(table)
            waiting += [e.parent for e in edges if e.child == table and e.parent in among]
    return False


def by_level(rows: Sequence[Row], parents: dict[Row, set[Row]], place: str) -> list[Row]:
    """The rows of a table that refers to itself, children first; one that refers to itself alone may stand anywhere."""
    children: dict[Row, set[Row]] = {}
    for row, above in parents.items():
        for parent in above - {row}:
            children.setdefault(parent, set()).add(row)
    order: dict[Row, None] = {}
    waiting = list(rows)
    while waiting:
        ready = [row for row in waiting if children.get(row, set()) <= order.keys()]
        if not ready:
            raise SubjectError(
                f"{place}: its rows refer to one another in a cycle, and the reference may not be NULL",
                hint="let the column be NULL, or delete these rows by hand",
            )
        order |= dict.fromkeys(ready)
        waiting = [row for row in waiting if row not in order]
    return list(order)
