"""A condition on an encrypted column holds in statements that run once for each of many parameter sets."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from piiguard.keys import Keyring
from piiguard.orm import EncryptedColumnError
from tests.orm.test_search_sees_all import promote

FIRST, SECOND = "050312300015", "010203300015"
ROWS: list[dict[str, Any]] = [
    {"iin": FIRST, "town": "Семей"},
    {"iin": SECOND, "town": None},
    {"iin": None, "town": "Арал"},
]


@pytest.mark.parametrize("live", [1, 2])
def test_equality_holds_in_a_statement_of_many_parameter_sets(
    engine: sa.Engine, models: SimpleNamespace, keyring: Keyring, keyring_file: Path, live: int
) -> None:
    if live == 2:
        promote(keyring, keyring_file)
    filled, table = Session(engine), models.Student.__table__
    filled.execute(sa.insert(table), ROWS)
    some = (
        sa.update(table)
        .where(table.c.iin == FIRST, table.c.id == sa.bindparam("one"))
        .values(town=sa.bindparam("to"))
    )
    numbers = list(filled.scalars(sa.select(table.c.id).order_by(table.c.id)))
    filled.connection().execute(some, [{"one": number, "to": f"Орал {number}"} for number in numbers])
    others = sa.delete(table).where(table.c.iin != FIRST, table.c.id == sa.bindparam("one"))
    filled.connection().execute(others, [{"one": number} for number in numbers])
    left = filled.execute(sa.select(table.c.iin, table.c.town).order_by(table.c.id)).all()
    assert left == [(FIRST, f"Орал {numbers[0]}"), (None, "Арал")]
    filled.close()


def test_a_list_of_values_in_such_a_statement_is_refused_or_kept(
    engine: sa.Engine, models: SimpleNamespace
) -> None:
    table = models.Student.__table__
    many = [f"{number:012}" for number in range(40)]
    some = sa.delete(table).where(table.c.iin.in_([*many, FIRST]), table.c.id > sa.bindparam("one"))
    with engine.begin() as connection:
        connection.execute(sa.insert(table), ROWS)
        try:
            connection.execute(some, [{"one": 0}, {"one": 1}])
        except EncryptedColumnError:
            assert engine.dialect.name != "postgresql"
        else:
            assert list(connection.scalars(sa.select(table.c.iin).order_by(table.c.id))) == [SECOND, None]
