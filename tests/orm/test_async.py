"""Async engines: the same types, the same indexes."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine

from piiguard.orm import EncryptedColumnError

FIRST, SECOND = "050312300015", "010203300015"


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
async def test_an_async_session_writes_finds_and_streams(
    models: SimpleNamespace, database: str, request: pytest.FixtureRequest
) -> None:
    url = str(request.getfixturevalue(f"{database}_url")).replace("sqlite:", "sqlite+aiosqlite:")
    engine = create_async_engine(url)
    student = models.Student
    async with engine.begin() as connection:
        await connection.run_sync(models.Base.metadata.create_all)
    async with AsyncSession(engine, expire_on_commit=False) as session:
        session.add(student(iin=FIRST, full_name="Сынақов Үлгі"))
        await session.commit()
        made = await session.scalars(sa.insert(student).returning(student.iin), [{"iin": SECOND}])
        assert made.all() == [SECOND]
        await session.execute(sa.update(student).where(student.iin == SECOND).values(email="a@example.kz"))
        await session.commit()
        found = await session.scalars(sa.select(student).where(student.email == "A@example.kz"))
        assert found.one().iin == SECOND
        streamed = [
            iin async for iin in await session.stream_scalars(sa.select(student.iin).order_by(student.id))
        ]
        assert streamed == [FIRST, SECOND]
        with pytest.raises(EncryptedColumnError, match="sorted"):
            await session.scalars(sa.select(student).order_by(student.iin))
    await engine.dispose()
