"""Plants values and greps what could show them: errors, reprs, logs, caches, pickles, frames, files."""

from __future__ import annotations

import gc
import io
import logging
import pickle
import traceback
from collections.abc import Callable, Iterator
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session
from sqlalchemy.sql.compiler import SQLCompiler

from piiguard.errors import PiiguardError
from piiguard.keys import Keyring
from piiguard.orm import BlindIndex, Encrypted, without_variables

IIN, OTHER, NAME, EMAIL = "050312300015", "010203300015", "Сынақов Үлгі", "synaq@example.kz"
PLANTED = (IIN, OTHER, NAME, EMAIL)


def secrets(keyring: Keyring) -> list[str]:
    """The planted values, and every root key as it could be printed."""
    roots = [repr(root)[2:-1] for root in keyring.current().roots.values()]
    return [*PLANTED, *roots, *(root.hex() for root in keyring.current().roots.values())]


def assert_clean(text: str, keyring: Keyring) -> None:
    for number, secret in enumerate(secrets(keyring)):
        assert secret not in text, f"secret number {number} is shown"


def work(session: Session, models: SimpleNamespace) -> None:
    """Every usual step with the planted values."""
    student = models.Student
    session.add(student(iin=IIN, full_name=NAME, email=EMAIL))
    session.commit()
    session.execute(sa.insert(student), [{"iin": OTHER, "full_name": NAME}])
    session.execute(sa.update(student).where(student.iin == OTHER).values(full_name=NAME, email=EMAIL))
    session.execute(sa.insert(models.table).values(full_name=NAME))
    session.execute(sa.update(models.table).where(models.table.c.iin == IIN).values(email=EMAIL))
    assert session.scalars(sa.select(student).filter_by(iin=IIN)).one().full_name == NAME
    assert session.execute(sa.select(student.iin).where(student.email.in_([EMAIL]))).all()
    session.commit()


def test_logs_of_every_level(
    models: SimpleNamespace, keyring: Keyring, engine: sa.Engine, caplog: pytest.LogCaptureFixture
) -> None:
    out, err = io.StringIO(), io.StringIO()
    names = ["sqlalchemy", "sqlalchemy.engine", "sqlalchemy.orm", "sqlalchemy.pool", "piiguard"]
    with redirect_stdout(out), redirect_stderr(err), caplog.at_level(logging.DEBUG):
        for name in names:
            caplog.set_level(logging.DEBUG, logger=name)
        loud = sa.create_engine(engine.url, echo="debug")
        with Session(loud) as session:
            work(session, models)
        loud.dispose()
    assert "INSERT INTO students" in caplog.text
    assert_clean(caplog.text + out.getvalue() + err.getvalue(), keyring)


def errors(session: Session, models: SimpleNamespace) -> Iterator[Callable[[], Any]]:
    """Each of these raises while a planted value is near."""
    student, table = models.Student, models.table
    connection = session.connection()
    yield lambda: student(iin=f"{IIN}0")
    yield lambda: student(iin_index=IIN)
    yield lambda: student.iin.like(f"{IIN}%")
    yield lambda: student.full_name == NAME
    yield lambda: student.iin == int(IIN)
    yield lambda: connection.execute(sa.insert(table), {"iin": f"{IIN}0"})
    yield lambda: connection.execute(sa.insert(table), [{"iin": OTHER, "full_name": b"x"}, {"iin": IIN}])
    yield lambda: connection.execute(sa.insert(table), [{"iin": OTHER, "id": 1}, {"iin": IIN}])
    yield lambda: connection.execute(sa.insert(table).values(iin=sa.func.lower(IIN)))
    yield lambda: connection.execute(sa.insert(table), [{"iin_index": IIN}])
    yield lambda: connection.execute(sa.insert(table), {"iin": IIN})  # a repeat of a unique value
    yield lambda: connection.execute(sa.select(table.c.id).order_by(table.c.iin))
    yield lambda: sa.insert(table).values(iin=IIN).compile(compile_kwargs={"literal_binds": True})
    yield lambda: session.execute(sa.select(student).filter_by(iin=IIN).order_by(student.full_name))
    yield (
        lambda: (
            connection.execute(sa.text("INSERT INTO students (id, iin) VALUES (90, 'plain')"))
            and (connection.scalars(sa.select(table.c.iin)).all())
        )
    )


def test_errors_and_their_whole_chains(session: Session, models: SimpleNamespace, keyring: Keyring) -> None:
    work(session, models)
    raised = 0
    for provoke in errors(session, models):
        with pytest.raises((PiiguardError, sa.exc.SQLAlchemyError)) as caught:
            provoke()
        raised += 1
        seen: BaseException | None = caught.value
        for _ in range(5):
            if seen is not None:
                shown = f"{seen} {seen!r} {seen.args!r} {vars(seen)!r} {getattr(seen, 'hint', '')}"
                assert_clean(shown, keyring)
                seen = seen.__cause__ or seen.__context__
        assert_clean("".join(traceback.format_exception_only(caught.value)), keyring)
    assert raised == 15


def test_frame_variables_in_error_reports(
    session: Session, models: SimpleNamespace, keyring: Keyring
) -> None:
    from sentry_sdk.consts import DEFAULT_OPTIONS
    from sentry_sdk.utils import event_from_exception

    assert DEFAULT_OPTIONS["include_local_variables"]
    exposed = 0

    work(session, models)
    for provoke in errors(session, models):
        try:
            provoke()
        except (PiiguardError, sa.exc.SQLAlchemyError) as error:
            event, hint = event_from_exception(error, client_options=dict(DEFAULT_OPTIONS))
            exposed += IIN in repr(event)
            frames = [
                frame
                for value in without_variables(event, hint)["exception"]["values"]
                for frame in value["stacktrace"]["frames"]
                if not str(frame["module"]).startswith("tests")  # the application's own line
            ]
            assert_clean(repr([frame.get("vars") for frame in frames]), keyring)
    assert exposed  # the hook had something to do


def test_our_own_frames_hold_nothing_without_any_hook(models: SimpleNamespace, keyring: Keyring) -> None:
    from piiguard.errors import DecryptionError

    engine = sa.create_engine("sqlite://")
    kind: Any = models.table.c.iin.type
    read, write = kind.result_processor(engine.dialect, None), kind.bind_processor(engine.dialect)
    sealed = write(IIN)
    with pytest.raises(DecryptionError) as caught:
        read(sealed[:-1] + bytes([sealed[-1] ^ 1]))
    for frame, _ in traceback.walk_tb(caught.tb):
        if "test_no_leaks" not in frame.f_code.co_filename:
            assert_clean(repr(frame.f_locals), keyring)
    engine.dispose()


def test_statements_compiled_caches_and_their_keys(
    models: SimpleNamespace, keyring: Keyring, lite: sa.Engine
) -> None:
    before = compiled_statements()  # by other tests
    with Session(lite) as session:
        work(session, models)
    student = models.Student
    statement = sa.select(student).where(student.iin == IIN)
    assert_clean(f"{statement} {statement!r} {statement.compile().params}", keyring)
    cached = 0
    for key, compiled in list(lite._compiled_cache.items()):  # type: ignore[union-attr]
        cached += 1
        binds = [bind.value for bind in compiled.binds.values()] if isinstance(compiled, SQLCompiler) else []
        first = [bind.value for bind in compiled.cache_key.bindparams] if compiled.cache_key else []
        assert_clean(f"{key!r} {binds!r} {first!r}", keyring)
    assert cached >= 5
    ours = [compiled for compiled in compiled_statements() if not any(compiled is one for one in before)]
    assert len(ours) >= 5
    for compiled in ours:
        assert_clean(repr([bind.value for bind in compiled.binds.values()]), keyring)


def compiled_statements() -> list[SQLCompiler]:
    """All that is kept somewhere."""
    gc.collect()
    return [one for one in gc.get_objects() if issubclass(type(one), SQLCompiler)]


def test_types_tables_engines_and_mappers(models: SimpleNamespace, keyring: Keyring, lite: sa.Engine) -> None:
    kind = models.table.c.iin.type
    shown = [models.table, kind, models.table.c.iin_index.type, sa.inspect(models.Student), lite, keyring]
    cipher = keyring.column("students.iin", 1)
    index = keyring.index("students.iin", "iin_index", "digits")
    shown += [cipher, index, kind._static_cache_key, BlindIndex("iin"), vars(kind)]
    assert_clean(" ".join(map(repr, shown)), keyring)


def test_pickles(models: SimpleNamespace, keyring: Keyring) -> None:
    for thing in (keyring, keyring.column("students.iin", 1), models.table.c.iin.type, models.table):
        with pytest.raises((PiiguardError, TypeError)) as caught:
            pickle.dumps(thing)
        assert_clean(f"{caught.value}", keyring)


def test_the_file_of_the_database(models: SimpleNamespace, keyring: Keyring, tmp_path: Path) -> None:
    file = tmp_path / "school.db"
    engine = sa.create_engine(f"sqlite:///{file}")
    models.Base.metadata.create_all(engine)
    with Session(engine) as session:
        work(session, models)
    engine.dispose()
    for path in tmp_path.glob("school.db*"):
        held = path.read_bytes()
        for value in PLANTED:
            assert value.encode() not in held


def test_ddl(models: SimpleNamespace, keyring: Keyring) -> None:
    ddl = str(sa.schema.CreateTable(models.table))
    assert "iin BLOB" in ddl
    assert_clean(ddl, keyring)
    assert "Encrypted" in repr(Encrypted(sa.Text, keyring=keyring, context="t.v"))
