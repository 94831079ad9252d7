"""SQLAlchemy's own log at every level: no decrypted row, and no bound value."""

from __future__ import annotations

import logging
from types import SimpleNamespace

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

FIRST = "050312300015"


def test_debug_echo_hides_decrypted_rows(models: SimpleNamespace, caplog: pytest.LogCaptureFixture) -> None:
    engine = sa.create_engine("sqlite://", echo="debug")
    models.Base.metadata.create_all(engine)
    with caplog.at_level(logging.DEBUG), Session(engine) as session:
        session.add(models.Student(iin=FIRST, full_name="Сынақов Үлгі"))
        session.commit()
        student = session.scalars(sa.select(models.Student).where(models.Student.iin == FIRST)).one()
        assert student.full_name == "Сынақов Үлгі"
        session.execute(sa.update(models.Student).values(iin="010203300015"))
    engine.dispose()
    assert "Row (hidden" in caplog.text
    assert "INSERT INTO students" in caplog.text
    for value in (FIRST, "010203300015", "Сынақов"):
        assert value not in caplog.text


def test_rows_of_engines_without_encrypted_columns_are_still_logged(
    caplog: pytest.LogCaptureFixture,
) -> None:
    engine = sa.create_engine("sqlite://", echo="debug", logging_name="plain")
    with caplog.at_level(logging.DEBUG), engine.connect() as connection:
        connection.execute(sa.select(sa.literal("Семей"))).all()
    engine.dispose()
    assert "Row ('Семей',)" in caplog.text
