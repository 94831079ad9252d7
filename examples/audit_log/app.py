"""Who reads what: one line per transaction, with counts and without values.

PIIGUARD_KEYRING=keyring.json python examples/audit_log/app.py
"""

from __future__ import annotations

from collections.abc import Mapping
from contextvars import ContextVar

import sqlalchemy as sa
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from piiguard.keys import Keyring
from piiguard.orm import Encrypted, after_decrypt

keyring = Keyring.from_env()
user: ContextVar[str] = ContextVar("user", default="nobody")  # a middleware sets it for each request


class Base(DeclarativeBase):
    pass


class Employee(Base):
    __tablename__ = "employees"

    id: Mapped[int] = mapped_column(primary_key=True)
    full_name: Mapped[str] = mapped_column(Encrypted(sa.Text, keyring=keyring, context="employees.full_name"))
    salary: Mapped[int] = mapped_column(Encrypted(sa.Integer, keyring=keyring, context="employees.salary"))


def main(url: str = "sqlite://") -> list[str]:
    """Three readers."""
    said: list[str] = []

    def note(counts: Mapping[str, int]) -> None:
        read = ", ".join(f"{count} of {context}" for context, count in sorted(counts.items()))
        said.append(f"{user.get()} read {read}")

    engine = sa.create_engine(url, hide_parameters=True)
    after_decrypt(engine, note)
    Base.metadata.create_all(engine)
    with Session(engine) as session:
        session.add_all(Employee(full_name="Сынақов Үлгі", salary=1000 * n) for n in range(3))
        session.commit()
    for who, query in (
        ("aigul", sa.select(Employee.full_name)),
        ("marat", sa.select(Employee)),
        ("dana", sa.select(sa.func.count(Employee.salary))),  # counts ciphertext: nothing is decrypted
    ):
        user.set(who)
        with Session(engine) as session:
            session.execute(query).all()
    engine.dispose()
    return said


if __name__ == "__main__":
    print("\n".join(main()))
