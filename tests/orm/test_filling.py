"""Indexes of rows that were there before them."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from piiguard.orm import EncryptedColumnError, fill_indexes

ROWS: list[dict[str, Any]] = [
    {"iin": "050312300015", "email": "a@example.kz"},
    {"iin": None, "email": "b@example.kz"},
    {"iin": "010203300015", "email": None},
    {"iin": "---", "email": "c@example.kz"},
    {"iin": None, "email": None},
]


def test_missing_indexes_are_filled_in_batches(engine: sa.Engine, models: SimpleNamespace, raw: Any) -> None:
    with Session(engine) as session:
        session.execute(sa.insert(models.Student), ROWS)
        session.commit()
        columns = ("iin_index", "email_index", "email_domain")
        before = [raw(session, column) for column in columns]
        session.execute(sa.text("UPDATE students SET iin_index = NULL, email_domain = NULL"))
        session.commit()
        assert session.scalars(sa.select(models.Student).filter_by(iin="050312300015")).all() == []
        session.rollback()
        assert fill_indexes(engine, models.Student, batch=2) == 4
        assert [raw(session, column) for column in columns] == before
        assert session.scalars(sa.select(models.Student).filter_by(iin="050312300015")).all()
        session.rollback()
        # "---" has no index value: it is looked at each time and stays as it is
        assert fill_indexes(engine, models.table) == 0


def test_a_row_that_changed_meanwhile_is_left_alone(
    lite: sa.Engine, models: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    from piiguard.orm.writing import filling

    with Session(lite) as session:
        session.execute(sa.insert(models.Student), ROWS[:1])
        session.execute(sa.text("UPDATE students SET iin_index = NULL"))
        session.commit()
    change = filling._change

    def slow(table: Any, keys: Any, found: Any, row: Any) -> Any:
        with lite.begin() as other:
            other.execute(sa.update(models.table).values(iin="020406500013"))
        return change(table, keys, found, row)

    monkeypatch.setattr(filling, "_change", slow)
    assert fill_indexes(lite, models.Student) == 0
    with Session(lite) as session:
        assert session.scalars(sa.select(models.Student).filter_by(iin="020406500013")).all()


def test_a_table_without_indexes_is_refused() -> None:
    table = sa.Table("t", sa.MetaData(), sa.Column("id", sa.Integer, primary_key=True))
    with pytest.raises(EncryptedColumnError, match="t: no blind index or no primary key"):
        fill_indexes(sa.create_engine("sqlite://"), table)
