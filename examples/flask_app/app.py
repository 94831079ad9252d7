"""A Flask application with Flask-SQLAlchemy.

PIIGUARD_KEYRING=keyring.json flask --app examples/flask_app/app.py run
"""

from __future__ import annotations

import os
from typing import Any

import sqlalchemy as sa
from flask import Flask, abort, request
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from piiguard.keys import Keyring
from piiguard.orm import BlindIndex, Confidential, Encrypted

keyring = Keyring.from_env()


class Base(DeclarativeBase):
    pass


db = SQLAlchemy(model_class=Base)


class Patient(Confidential, db.Model):  # type: ignore[name-defined,misc]
    __tablename__ = "patients"

    id: Mapped[int] = mapped_column(primary_key=True)
    phone: Mapped[str] = mapped_column(Encrypted(sa.String(20), keyring=keyring, context="patients.phone"))
    phone_index: Mapped[bytes] = mapped_column(BlindIndex("phone", normalizer="phone/2"), index=True)


def create_app(url: str | None = None) -> Flask:
    """The application factory."""
    app = Flask(__name__)
    app.config["SQLALCHEMY_DATABASE_URI"] = url or os.environ.get("DATABASE_URL", "sqlite:///clinic.db")
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = {"hide_parameters": True}
    db.init_app(app)
    with app.app_context():
        keyring.open()  # fail at start-up rather than at the first request
        db.create_all()

    @app.post("/patients")
    def add() -> tuple[dict[str, Any], int]:
        patient = Patient(phone=request.json["phone"])
        db.session.add(patient)
        db.session.commit()
        return {"id": patient.id}, 201

    @app.post("/patients/search")
    def search() -> dict[str, Any]:
        patient = db.session.scalar(sa.select(Patient).where(Patient.phone == request.json["phone"]))
        if patient is None:
            abort(404)
        return {"id": patient.id, "shown": repr(patient)}

    return app
