"""Statements of several rows draw their nonces in one call, and leave none behind."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from piiguard.keys import nonces
from piiguard.orm import EncryptedColumnError

Raw = Callable[..., list[Any]]


def test_every_value_of_a_bulk_insert_has_a_nonce_of_its_own(
    engine: sa.Engine, models: SimpleNamespace, raw: Raw
) -> None:
    rows = [{"email": f"synaq{n}@example.kz", "full_name": "Сынақов" if n % 2 else None} for n in range(60)]
    with engine.begin() as connection:
        connection.execute(models.table.insert(), rows)
    with Session(engine) as session:
        session.add_all(models.Student(**row) for row in rows)
        session.commit()
        stored = raw(session, "email") + raw(session, "full_name")
    envelopes = [bytes(value) for value in stored if value is not None]
    assert len({value[18:30] for value in envelopes}) == len(envelopes) == 180
    assert nonces.stock.nonces == []


def test_a_statement_that_fails_leaves_no_nonce(session: Session, models: SimpleNamespace) -> None:
    table = models.table
    with pytest.raises(EncryptedColumnError):
        session.connection().execute(table.insert(), [{"iin": "050312300015"}, {"iin": "0" * 99}])
    assert nonces.stock.nonces == []
    with pytest.raises(sa.exc.IntegrityError):
        session.connection().execute(table.insert(), [{"iin": "050312300015"}, {"iin": "050312300015"}])
    assert nonces.stock.nonces == []
    session.rollback()
    with pytest.raises(sa.exc.CompileError):
        session.connection().execute(table.insert().values(no=1), [{"iin": None}] * 2)
    session.connection().execute(sa.select(table.c.id))
    assert nonces.stock.nonces == []


def test_one_row_draws_its_own(
    session: Session, models: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(nonces, "draw_ahead", lambda count: pytest.fail("one value needs no stock"))
    session.add(models.Student(iin="050312300015"))
    session.flush()
