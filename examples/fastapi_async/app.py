"""A FastAPI service with async SQLAlchemy.

PIIGUARD_KEYRING=keyring.json DATABASE_URL=sqlite+aiosqlite:///school.db fastapi run examples/fastapi_async/app.py
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated

import sqlalchemy as sa
from fastapi import Depends, FastAPI, HTTPException
from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from piiguard.keys import Keyring
from piiguard.orm import BlindIndex, Confidential, Encrypted

keyring = Keyring.from_env()
engine = create_async_engine(
    os.environ.get("DATABASE_URL", "sqlite+aiosqlite:///school.db"), hide_parameters=True
)


class Base(DeclarativeBase):
    pass


class Student(Confidential, Base):
    __tablename__ = "students"

    id: Mapped[int] = mapped_column(primary_key=True)
    iin: Mapped[str] = mapped_column(Encrypted(sa.String(12), keyring=keyring, context="students.iin"))
    iin_index: Mapped[bytes] = mapped_column(BlindIndex("iin", normalizer="digits/2"), unique=True)
    full_name: Mapped[str] = mapped_column(Encrypted(sa.Text, keyring=keyring, context="students.full_name"))


class NewStudent(BaseModel):
    iin: str
    full_name: str


class Search(BaseModel):
    """A body and not a query string: URLs are logged by every proxy."""

    iin: str


class Shown(BaseModel):
    id: int
    full_name: str


@asynccontextmanager
async def lifespan(_: FastAPI) -> AsyncIterator[None]:
    # Opening may ask a KMS or run Argon2id: in a thread, and before the first request.
    await asyncio.to_thread(keyring.open)
    async with engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)
    yield
    await engine.dispose()


app = FastAPI(lifespan=lifespan)


async def opened() -> AsyncIterator[AsyncSession]:
    async with AsyncSession(engine, expire_on_commit=False) as session:
        yield session


Opened = Annotated[AsyncSession, Depends(opened)]


@app.post("/students", status_code=201)
async def add(new: NewStudent, session: Opened) -> Shown:
    student = Student(iin=new.iin, full_name=new.full_name)
    session.add(student)
    try:
        await session.commit()
    except sa.exc.IntegrityError:
        raise HTTPException(409, "this person is there already") from None
    return Shown(id=student.id, full_name=student.full_name)


@app.post("/students/search")
async def search(wanted: Search, session: Opened) -> list[Shown]:
    found = await session.scalars(sa.select(Student).where(Student.iin == wanted.iin))
    return [Shown(id=one.id, full_name=one.full_name) for one in found]
