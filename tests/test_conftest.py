"""The database fixtures themselves: each road works, and a closed one says why."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa


def test_each_database_keeps_kazakh_letters(any_database_url: str) -> None:
    engine = sa.create_engine(any_database_url)
    letters = "әғқңөұүһі"
    with engine.begin() as connection:
        connection.execute(sa.text("create table words (word varchar(20))"))
        connection.execute(sa.text("insert into words values (:word)"), {"word": letters})
        assert connection.scalar(sa.text("select word from words")) == letters
    engine.dispose()


def test_an_sqlite_database_is_a_file_of_its_own(sqlite_url: str, tmp_path: Path) -> None:
    assert sqlite_url == f"sqlite:///{tmp_path / 'test.db'}"
    assert (tmp_path / "test.db").is_file()
