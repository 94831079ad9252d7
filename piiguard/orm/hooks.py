"""Where piiguard takes part in SQLAlchemy: registered once, when :mod:`piiguard.orm` is imported."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Engine, Insert, Table, Update, event, inspect
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.orm import Mapper, ORMExecuteState, Session
from sqlalchemy.schema import ExecutableDDLElement
from sqlalchemy.sql.compiler import SQLCompiler

from piiguard.echo import hide_rows
from piiguard.errors import PiiguardError
from piiguard.keys import nonces
from piiguard.orm.search.copies import refuse_new_table
from piiguard.orm.search.pairs import compared, refuse_two_keys
from piiguard.orm.search.refusals import check, reads_encrypted
from piiguard.orm.tables import Protected, protected
from piiguard.orm.writing.attributes import complete, has_compounds, watch
from piiguard.orm.writing.keeping import index_values, keep, with_values
from piiguard.orm.writing.targets import table_of
from piiguard.orm.writing.uniqueness import renew, under_one_key

__all__ = ["install"]

_MARK = "piiguard"  # on connections that wrote to a protected table
_DERIVED = "piiguard_derived"  # on statements of our own that write an index and nothing else


def install() -> None:
    """Register everything; a second call changes nothing."""
    for target, name, listener, options in _LISTENERS:
        if not event.contains(target, name, listener):
            event.listen(target, name, listener, **options)


def _before_execute(connection: Connection, statement: Any, many: Any, one: Any, options: Any) -> Any:
    """Keep blind indexes right; nothing else than INSERT and UPDATE is looked at."""
    nonces.drop()  # of a statement that failed before it left
    if isinstance(statement, Insert | Update):
        found = protected(table_of(statement))
        if found is not None:
            connection.info[_MARK] = True
            rows: Any = many or ([one] if one else [])
            if not (options.get(_DERIVED) or statement._execution_options.get(_DERIVED)):
                statement, rows = under_one_key(
                    found.indexes, lambda: _kept(connection, statement, rows, found)
                )
            if len(rows) > 1:
                nonces.draw_ahead(len(rows) * len(found.columns))
            return (statement, rows, {}) if len(rows) > 1 else (statement, [], rows[0] if rows else {})
    elif isinstance(statement, ExecutableDDLElement):
        refuse_new_table(statement)
    return statement, many, one


def _kept(connection: Connection, statement: Any, rows: Any, found: Protected) -> tuple[Any, Any]:
    kept = keep(statement, rows, found)
    renew(connection, *kept, found)
    return kept


def _before_cursor_execute(
    connection: Connection, cursor: Any, text: str, parameters: Any, context: Any, executemany: bool
) -> tuple[str, Any]:
    """Look at each compiled statement once, before the database sees it, and at its keys each time."""
    nonces.drop()
    compiled = context.compiled
    if compiled is not None and isinstance(compiled, SQLCompiler):
        seen = compiled.__dict__.get("_piiguard_seen")
        if seen is None:
            state = compiled.compile_state
            statement = compiled.statement if state is None else state.statement
            check(statement)
            seen = compiled.__dict__["_piiguard_seen"] = reads_encrypted(compiled), compared(statement)
        reading, indexes = seen
        if indexes:
            refuse_two_keys(indexes)
        if reading and connection.engine._should_log_debug():
            hide_rows(connection.engine)
    return text, parameters


def _do_orm_execute(state: ORMExecuteState) -> None:
    """Let an UPDATE of objects in a session change the index in memory as well."""
    if state.is_update and isinstance(state.statement, Update) and not state.parameters:
        found = protected(table_of(state.statement))
        if found is not None and (values := index_values(state.statement, found)):
            state.statement = with_values(state.statement, values)


def _before_flush(session: Session, context: Any, objects: Any) -> None:
    """Let an UPDATE of one part of a compound index set all parts."""
    if has_compounds():
        for target in session.dirty:
            complete(inspect(target))


def _handle_error(context: ExceptionContext) -> BaseException | None:
    """What fails while parameters are bound is wrapped with them, still in plain: give ours, or hide them."""
    nonces.drop()
    error, wrapped = context.original_exception, context.sqlalchemy_exception
    if isinstance(error, PiiguardError):
        return error
    writes = context.connection is not None and _MARK in context.connection.info
    if wrapped is not None and context.execution_context is None and writes:
        wrapped.params = None
        wrapped.hide_parameters = True
    return None


def _mapper_configured(mapper: Mapper[Any], class_: type[Any]) -> None:
    """Watch the attributes, and refuse a relationship over indexes that are never equal."""
    watch(mapper, class_)
    for relationship in mapper.relationships:
        compared(relationship.primaryjoin)


def _before_create(table: Table, connection: Connection, **options: Any) -> None:
    """Refuse before the table is there, rather than at its first statement."""
    protected(table)


_LISTENERS: tuple[tuple[Any, str, Any, dict[str, bool]], ...] = (
    (Engine, "before_execute", _before_execute, {"retval": True}),
    (Engine, "before_cursor_execute", _before_cursor_execute, {"retval": True}),
    (Engine, "handle_error", _handle_error, {"retval": True}),
    (Session, "do_orm_execute", _do_orm_execute, {}),
    (Session, "before_flush", _before_flush, {}),
    (Table, "before_create", _before_create, {}),
    (Mapper, "mapper_configured", _mapper_configured, {}),
)
