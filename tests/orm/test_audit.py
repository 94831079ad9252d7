"""Counts of decrypted values, per transaction and per task."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextvars import ContextVar
from types import SimpleNamespace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine
from sqlalchemy.orm import Session

from piiguard.orm import after_decrypt

ROWS: list[dict[str, Any]] = [
    {"iin": "050312300015", "email": "a@example.kz"},
    {"iin": "010203300015", "email": None},
]


def test_a_listener_gets_counts_once_per_transaction(lite: sa.Engine, models: SimpleNamespace) -> None:
    batches: list[Mapping[str, int]] = []
    with Session(lite) as session:  # before there is a listener
        session.execute(sa.insert(models.Student), ROWS)
        session.commit()
        session.scalars(sa.select(models.Student)).all()
    after_decrypt(lite, batches.append)
    assert batches == []
    with Session(lite) as session:
        session.scalars(sa.select(models.Student)).all()
        session.execute(sa.select(models.Student.iin)).all()
        assert batches == []
        session.commit()
    with lite.connect() as connection:
        connection.execute(sa.select(sa.func.count(models.table.c.iin))).all()
    assert batches == [{"students.iin": 4, "students.email": 1}]


async def test_each_task_gets_its_own_counts(models: SimpleNamespace, tmp_path: Any) -> None:
    user: ContextVar[str] = ContextVar("user")
    seen: list[tuple[str, Mapping[str, int]]] = []
    engine = create_async_engine(f"sqlite+aiosqlite:///{tmp_path / 'a.db'}")
    async with engine.begin() as connection:
        await connection.run_sync(models.Base.metadata.create_all)
        await connection.execute(sa.insert(models.table), ROWS)
    after_decrypt(engine, lambda counts: seen.append((user.get(), counts)))

    async def read(who: str, times: int) -> None:
        user.set(who)
        async with AsyncSession(engine) as session:
            for _ in range(times):
                await session.execute(sa.select(models.Student.iin))
                await asyncio.sleep(0)

    await asyncio.gather(read("aigul", 1), read("marat", 3))
    assert sorted(seen) == [("aigul", {"students.iin": 2}), ("marat", {"students.iin": 6})]
    await engine.dispose()
