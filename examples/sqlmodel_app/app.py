"""SQLModel: encrypted fields that neither ``repr`` nor JSON shows.

PIIGUARD_KEYRING=keyring.json python examples/sqlmodel_app/app.py
"""

from __future__ import annotations

import sqlalchemy as sa
from sqlmodel import Field, Session, SQLModel, create_engine, select

from piiguard.keys import Keyring
from piiguard.orm import BlindIndex, Confidential, Encrypted

keyring = Keyring.from_env()


class Client(Confidential, SQLModel, table=True):
    """``exclude=True`` keeps a field out of ``model_dump`` and so out of JSON responses."""

    id: int | None = Field(default=None, primary_key=True)
    email: str = Field(
        sa_column=sa.Column(Encrypted(sa.Text, keyring=keyring, context="client.email"), nullable=False),
        exclude=True,
    )
    email_index: bytes | None = Field(
        default=None, sa_column=sa.Column(BlindIndex("email", normalizer="email/2")), exclude=True
    )
    city: str | None = None


def main(url: str = "sqlite://") -> list[str]:
    """Write, find, show."""
    engine = create_engine(url, hide_parameters=True)
    SQLModel.metadata.create_all(engine)
    with Session(engine) as session:
        session.add(Client(email="Aigul@example.kz", city="Семей"))
        session.commit()
        client = session.exec(select(Client).where(Client.email == "aigul@example.kz")).one()
        said = [repr(client), client.model_dump_json(), f"the address has {len(client.email)} characters"]
    engine.dispose()
    return said


if __name__ == "__main__":
    print("\n".join(main()))
