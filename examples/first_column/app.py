"""A new table with encrypted columns: write, find, and see what the database holds.

piiguard keys init --keyring keyring.json --wrap file:wrapping.key
PIIGUARD_KEYRING=keyring.json python examples/first_column/app.py
"""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from piiguard.keys import Keyring
from piiguard.orm import BlindIndex, Confidential, Encrypted, ciphertext_only

keyring = Keyring.from_env()  # lazy: opened when the first value is encrypted


class Base(DeclarativeBase):
    pass


class Student(Confidential, Base):
    __tablename__ = "students"

    id: Mapped[int] = mapped_column(primary_key=True)
    full_name: Mapped[str] = mapped_column(
        # 96 bytes for every name up to that, so that lengths do not tell names apart
        Encrypted(sa.String(200), keyring=keyring, context="students.full_name", pad_to=96)
    )
    iin: Mapped[str] = mapped_column(Encrypted(sa.String(12), keyring=keyring, context="students.iin"))
    iin_index: Mapped[bytes] = mapped_column(BlindIndex("iin", normalizer="digits/2"), unique=True)
    phone: Mapped[str | None] = mapped_column(
        Encrypted(sa.String(20), keyring=keyring, context="students.phone")
    )
    phone_index: Mapped[bytes | None] = mapped_column(BlindIndex("phone", normalizer="phone/2"), index=True)
    phone_last4: Mapped[bytes | None] = mapped_column(BlindIndex("phone", normalizer="last4/1"), index=True)

    __table_args__ = (ciphertext_only("full_name"), ciphertext_only("iin"), ciphertext_only("phone"))


def main(url: str = "sqlite://") -> list[str]:
    """Everything a service does with such a table."""
    engine = sa.create_engine(url, hide_parameters=True)
    Base.metadata.create_all(engine)
    with Session(engine) as session:
        session.add(Student(full_name="Сынақов Үлгі", iin="050312300015", phone="+7 701 123 45 67"))
        session.commit()

        by_iin = sa.select(Student).where(Student.iin == "050312300015")
        by_phone = sa.select(Student).where(Student.phone == "8 (701) 123-45-67")
        by_last4 = sa.select(Student).where(Student.phone_last4 == "4567")
        said = [repr(session.scalars(query).one()) for query in (by_iin, by_phone, by_last4)]
        held = session.execute(sa.text("SELECT iin FROM students")).scalar_one()
        said.append(f"the database holds {len(held)} bytes that begin with {bytes(held[:2]).hex()}")
    engine.dispose()
    return said


if __name__ == "__main__":
    print("\n".join(main()))
