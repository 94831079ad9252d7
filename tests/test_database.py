"""Opening a database, or saying why not: one line, a hint, no password."""

from __future__ import annotations

import builtins
import sys
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from piiguard.database import connect, open_engine, shown
from piiguard.errors import DatabaseError, MissingExtra

PASSWORD = "Qupiia-Soz-77"


def refusal(url: str) -> DatabaseError:
    with pytest.raises(DatabaseError) as caught, connect(open_engine(url)):
        pass
    assert PASSWORD not in str(caught.value)
    assert PASSWORD not in repr(caught.value)
    assert PASSWORD not in caught.value.hint
    assert PASSWORD not in caught.value.source
    return caught.value


def test_a_database_opens(any_database_url: str) -> None:
    engine = open_engine(any_database_url)
    with connect(engine) as connection:
        assert connection.scalar(sa.text("select 1")) == 1
    engine.dispose()


@pytest.mark.parametrize("kind", ["postgresql", "mariadb"])
def test_a_url_without_a_driver_gets_the_tested_one(kind: str, request: pytest.FixtureRequest) -> None:
    url = sa.make_url(request.getfixturevalue(f"{kind}_url"))
    plain = url.set(drivername=url.drivername.split("+")[0]).render_as_string(hide_password=False)
    engine = open_engine(plain)
    with connect(engine) as connection:
        assert connection.scalar(sa.text("select 1")) == 1
    engine.dispose()


def test_an_unknown_host_says_so() -> None:
    error = refusal(f"postgresql://crm:{PASSWORD}@no-such-host.invalid/crm")
    assert str(error) == "postgresql+psycopg://crm:***@no-such-host.invalid/crm: the host name is not known"
    assert error.hint


@pytest.mark.parametrize("driver", ["postgresql", "mysql"])
def test_a_server_that_does_not_answer_says_so(driver: str) -> None:
    assert "the server does not answer" in str(refusal(f"{driver}://crm:{PASSWORD}@127.0.0.1:1/crm"))


def test_a_wrong_password_says_so(mariadb_url: str) -> None:
    url = sa.make_url(mariadb_url).set(username="nobody_of_ours", password=PASSWORD)
    error = refusal(url.render_as_string(hide_password=False))
    assert "the user name or the password is wrong" in str(error)


def test_an_unknown_database_says_so(database_url: str) -> None:
    url = sa.make_url(database_url).set(database="no_such_database_of_ours")
    assert str(refusal(url.render_as_string(hide_password=False))).endswith(": there is no such database")


def test_an_unknown_user_is_told_from_an_unknown_database(postgresql_url: str) -> None:
    url = sa.make_url(postgresql_url).set(username="nobody_of_ours")
    error = str(refusal(url.render_as_string(hide_password=False)))
    assert error.endswith((": there is no such user", ": the user name or the password is wrong"))


def test_a_database_is_opened_by_the_spelling_of_those_who_rent_them_out() -> None:
    assert refusal("postgres://crm@127.0.0.1:1/crm").source == "postgresql+psycopg://crm@127.0.0.1:1/crm"


@pytest.mark.parametrize(
    "url", ["mongodb://db/crm", "mongodb+srv://db/crm", "https://db.example/crm", "http://db/crm"]
)
def test_an_address_of_something_else_gets_advice_that_fits_it(url: str) -> None:
    assert "fetch the file" in refusal(url).hint or "export it" in refusal(url).hint


def test_a_missing_sqlite_file_is_refused_and_not_made(tmp_path: Path) -> None:
    path = tmp_path / "missing.db"
    assert "there is no such file" in str(refusal(f"sqlite:///{path}"))
    assert not path.exists()


def test_a_file_that_is_no_database_says_so(tmp_path: Path) -> None:
    path = tmp_path / "text.db"
    path.write_text("this is no database, " * 100)
    engine = open_engine(f"sqlite:///{path}")
    from sqlalchemy.exc import SQLAlchemyError

    from piiguard.database import explain

    with connect(engine) as connection, pytest.raises(SQLAlchemyError) as caught:
        connection.execute(sa.text("select * from sqlite_master"))
    assert "not an SQLite database" in str(explain(caught.value, engine.url))


@pytest.mark.parametrize("url", ["nonsense", "://", "postgresql://[::1/crm", ""])
def test_a_url_that_cannot_be_understood_is_refused_without_repeating_it(url: str) -> None:
    error = refusal(url)
    assert str(error) == "the database URL cannot be understood"


def test_an_unknown_kind_of_database_says_what_to_write() -> None:
    error = refusal(f"nosuchdb://crm:{PASSWORD}@localhost/crm")
    assert "SQLAlchemy knows no database called nosuchdb" in str(error)
    assert "sqlite:///" in error.hint


@pytest.mark.parametrize(
    ("url", "library", "extra"),
    [("postgresql://localhost/crm", "psycopg", "postgresql"), ("mysql://localhost/crm", "pymysql", "mysql")],
)
def test_a_missing_driver_names_the_extra(
    monkeypatch: pytest.MonkeyPatch, url: str, library: str, extra: str
) -> None:
    really_import = builtins.__import__

    def without(name: str, *args: Any, **kwargs: Any) -> Any:
        if name.split(".")[0] == library:
            raise ModuleNotFoundError(f"No module named {library!r}", name=library)
        return really_import(name, *args, **kwargs)

    monkeypatch.delitem(sys.modules, library, raising=False)
    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(MissingExtra) as caught:
        open_engine(url)
    assert caught.value.extra == extra
    assert caught.value.hint == f"pip install 'piiguard[{extra}]'"


def test_a_shown_url_has_neither_password_nor_query() -> None:
    url = f"mysql://crm:{PASSWORD}@db.example/crm?ssl_key=/secret/{PASSWORD}"
    assert shown(url) == "mysql://crm:***@db.example/crm"
    assert shown("nonsense") == "database URL"


def test_bind_values_stay_out_of_exceptions(sqlite_url: str) -> None:
    engine = open_engine(sqlite_url)
    with connect(engine) as connection, pytest.raises(sa.exc.SQLAlchemyError) as caught:
        connection.execute(sa.text("insert into missing values (:iin)"), {"iin": "050312300015"})
    assert "050312300015" not in str(caught.value)
