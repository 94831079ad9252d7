"""What the environment or the account sets for a session stops no job, and a job that is refused leaves no trace."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa

from piiguard import database
from piiguard.cli.main import run

from . import schemas

SETTINGS = {
    "default_transaction_read_only=on": ("transaction_read_only", "off"),
    "statement_timeout=5": ("statement_timeout", "0"),
    "lock_timeout=1": ("lock_timeout", "0"),
    "idle_in_transaction_session_timeout=5": ("idle_in_transaction_session_timeout", "0"),
    "default_transaction_isolation=serializable": ("transaction_isolation", "read committed"),
}


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "wrapping.key").write_bytes(b"k" * 32)
    (tmp_path / "wrapping.key").chmod(0o600)
    assert run(["keys", "init", "--keyring", "k.json", "--wrap", "file:wrapping.key"]) == 0
    return tmp_path


def encrypt(url: str) -> int:
    return run(["encrypt", "--yes", "--keyring", "k.json", url, "people.phone"])


@pytest.mark.parametrize("setting", SETTINGS)
def test_a_setting_of_the_environment_stops_no_job(
    postgresql_url: str, setting: str, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    schemas.innocent(postgresql_url)
    monkeypatch.setenv("PGOPTIONS", f"-c {setting}")
    name, wanted = SETTINGS[setting]
    engine = database.open_engine(postgresql_url)
    with database.connect(engine) as connection:
        assert connection.exec_driver_sql(f"show {name}").scalar() == wanted
    engine.dispose()
    assert encrypt(postgresql_url) == 0
    assert run(["status", "--keyring", "k.json", postgresql_url]) == 0


def test_a_setting_of_the_session_stops_no_job_on_mariadb(mariadb_url: str, here: Path) -> None:
    schemas.innocent(mariadb_url)
    limited = sa.make_url(mariadb_url).update_query_dict(
        {"init_command": "set session tx_read_only=1, max_statement_time=0.000001"}
    )
    assert encrypt(limited.render_as_string(hide_password=False)) == 0


def test_a_job_that_is_refused_at_its_first_step_leaves_no_entry(
    postgresql_url: str, here: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """An account that may write rows, and change no table."""
    schemas.innocent(postgresql_url)
    role = sa.make_url(postgresql_url).database
    engine = sa.create_engine(postgresql_url, poolclass=sa.NullPool, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql(f"create role {role} login")
        connection.exec_driver_sql(f"grant all on people to {role}")
        connection.exec_driver_sql(f"grant usage, create on schema public to {role}")
    plain = sa.make_url(postgresql_url).set(username=role).render_as_string(hide_password=False)
    try:
        assert encrypt(plain) == 1
        manifest = here / "piiguard.toml"
        assert not manifest.exists() or "people" not in manifest.read_text()
    finally:
        with engine.connect() as connection:
            connection.exec_driver_sql(f"drop owned by {role}")
            connection.exec_driver_sql(f"drop role {role}")


def test_a_job_that_cannot_note_its_state_leaves_no_entry(
    postgresql_url: str, here: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """An account that may neither make the tables of the jobs nor change the column."""
    schemas.innocent(postgresql_url)
    role = sa.make_url(postgresql_url).database
    engine = sa.create_engine(postgresql_url, poolclass=sa.NullPool, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql(f"create role {role} login")
        connection.exec_driver_sql(f"grant all on people to {role}")
        connection.exec_driver_sql("revoke create on schema public from public")
    plain = sa.make_url(postgresql_url).set(username=role).render_as_string(hide_password=False)
    try:
        assert encrypt(plain) == 1
        assert "cannot be made here" in capfd.readouterr().err
        manifest = here / "piiguard.toml"
        assert not manifest.exists() or "people" not in manifest.read_text()
    finally:
        with engine.connect() as connection:
            connection.exec_driver_sql(f"drop owned by {role}")
            connection.exec_driver_sql(f"drop role {role}")


SHOWN = {"postgresql": "show search_path", "mysql": "select @@session.sql_mode"}


def test_an_interrupt_while_the_session_is_put_back_leaves_nobody_another(server_url: str) -> None:
    """The engine is the caller's: what he takes from its pool next is as his connections are."""
    engine = sa.create_engine(server_url, pool_size=1, max_overflow=0, pool_timeout=1)
    shown = SHOWN[engine.dialect.name]
    with engine.connect() as plain:
        before = plain.exec_driver_sql(shown).scalar()
    seen: list[str] = []

    def interrupt(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        seen.append(statement)
        if "set_config" in statement or sum("sql_mode = " in each for each in seen) == 2:
            raise KeyboardInterrupt

    sa.event.listen(engine, "before_cursor_execute", interrupt)
    alone = engine.execution_options(isolation_level="AUTOCOMMIT")
    with pytest.raises(KeyboardInterrupt), database.connect(alone) as connection:
        connection.exec_driver_sql("select 1")
    sa.event.remove(engine, "before_cursor_execute", interrupt)
    with engine.connect() as plain:
        assert plain.exec_driver_sql(shown).scalar() == before
    engine.dispose()
