"""A text column that holds plaintext becomes ciphertext, while the application goes on reading and writing.

With ``storage="text"`` the column stays text and is converted in place; ``migrating`` reads both kinds of rows
and writes ciphertext. The blind index comes first: ``fill_indexes`` fills it for the rows that are plain, so that
``migrating="indexed"`` may search, and UNIQUE holds between both kinds. When :attr:`plaintext_reads` stays at 0 and ``piiguard status`` counts no
plaintext, take ``migrating`` out.
"""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column
from sqlalchemy.orm.attributes import flag_modified

from piiguard.keys import Keyring
from piiguard.orm import BlindIndex, Encrypted, fill_indexes

keyring = Keyring.from_env()


class Base(DeclarativeBase):
    pass


class Parent(Base):
    __tablename__ = "parents"

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str | None] = mapped_column(
        Encrypted(sa.Text, keyring=keyring, context="parents.email", storage="text", migrating="indexed")
    )
    email_index: Mapped[bytes | None] = mapped_column(BlindIndex("email", normalizer="email/2"))


def encrypt_what_is_left(session: Session) -> int:
    """Re-write the rows that are still plain; ``piiguard encrypt`` does this in batches, without the ORM."""
    plain = sa.type_coerce(Parent.email, sa.Text).not_like("pg1.%")
    parents = session.scalars(sa.select(Parent).where(Parent.email.is_not(None), plain)).all()
    for parent in parents:
        flag_modified(parent, "email")  # the value is the same, its bytes are not
    session.commit()
    return len(parents)


def main(url: str = "sqlite://") -> list[str]:
    """A table from before, a new row beside it, and the end of the plaintext."""
    engine = sa.create_engine(url, hide_parameters=True)
    with Session(engine) as session:
        connection = session.connection()
        connection.execute(
            sa.text("CREATE TABLE parents (id INTEGER PRIMARY KEY, email TEXT, email_index BLOB)")
        )
        connection.execute(sa.text("INSERT INTO parents (email) VALUES ('Aigul@example.kz')"))
        session.commit()
        said = [f"indexed {fill_indexes(engine, Parent)} addresses"]
        session.add(Parent(email="marat@example.kz"))
        session.commit()
        said += [f"read {len(session.scalars(sa.select(Parent.email)).all())} addresses"]
        said.append(f"encrypted {encrypt_what_is_left(session)} more")
        found = session.scalars(sa.select(Parent).where(Parent.email == "aigul@example.kz")).one()
        said.append(f"found row {found.id} by its address")
        left = sa.text("SELECT count(*) FROM parents WHERE email NOT LIKE 'pg1.%'")
        said.append(f"{session.execute(left).scalar_one()} rows are plain")
    engine.dispose()
    return said


if __name__ == "__main__":
    print("\n".join(main()))
