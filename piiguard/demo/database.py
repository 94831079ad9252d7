"""The demo's database: a school's CRM with personal data in plain columns, JSON and free text."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

from piiguard.demo.numbers import digits
from piiguard.demo.people import People, Person

__all__ = ["write_database"]

SCHEMA = """
create table courses (id integer primary key, title text not null, hours integer not null);
create table students (id integer primary key, full_name text not null, iin varchar(12) not null unique,
  phone varchar(32) not null, email varchar(120), course_id integer references courses (id), enrolled date);
create table guardians (id integer primary key, student_id integer not null references students (id),
  fio text not null, mobile varchar(32) not null, workplace text, position text);
create table staff (id integer primary key, surname text, name text, patronymic text, iin integer not null,
  email varchar(120), residential_address text);
CREATE TABLE payments (id integer primary key, student_id integer not null references students (id), card_number varchar(19),
  iban varchar(34), amount numeric(12, 2) not null, order_no varchar(12) not null, paid_at datetime);
create table documents (id integer primary key, owner text not null, doc_number varchar(12), doc_issuer text,
  doc_issued_at varchar(10), doc_expires_at varchar(10));
create table applications (id integer primary key, payload json not null, received datetime);
CREATE TABLE notes (id integer primary key, student_id integer not null references students (id), body text not null);
"""
COURSES = ("Алгебра", "Қазақ тілі", "Физика", "История Казахстана", "English B1", "Информатика", "Химия")
EMPTY_NOTES = (
    "Келесі сабаққа дайындалу керек",
    "Просит перенести занятие на четверг",
    "Asked for the timetable of the next term",
    "Оплата по договору № 000012 прошла",
    "Принёс справку, вопросов нет",
)


def write_database(path: Path, people: People, *, scale: float = 1.0) -> int:
    """Fill the file; returns the number of rows of all tables."""
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(SCHEMA)
        for table, count, make in _TABLES:
            rows = [(number, *make(people, number)) for number in range(1, max(1, int(count * scale)) + 1)]
            marks = ", ".join("?" * len(rows[0]))
            connection.executemany(f"insert into {table} values ({marks})", rows)  # noqa: S608 - names of ours
        connection.commit()
        return sum(_count(connection, table) for table, _, _ in _TABLES)


def _count(connection: sqlite3.Connection, table: str) -> int:
    return int(connection.execute(f"select count(*) from {table}").fetchone()[0])  # noqa: S608 - a name of ours


def _day(people: People) -> str:
    return f"2025-{people.rng.randint(1, 12):02}-{people.rng.randint(1, 28):02}"


def _time(people: People) -> str:
    rng = people.rng
    return f"{_day(people)} {rng.randint(8, 19):02}:{rng.randint(0, 59):02}:{rng.randint(0, 59):02}"


def _course(people: People, number: int) -> Iterable[Any]:
    return f"{COURSES[number % len(COURSES)]} {number}", people.rng.choice((24, 36, 72))


def _student(people: People, number: int) -> Iterable[Any]:
    person = people.person()
    phone = people.rng.choice((person.international_phone, person.written_phone, f"8{person.phone}"))
    return person.full_name, person.iin, phone, person.email, number % 60 + 1, _day(people)


def _guardian(people: People, number: int) -> Iterable[Any]:
    person = people.person()
    return number, person.full_name, person.international_phone, person.employer, person.job


def _staff(people: People, number: int) -> Iterable[Any]:
    person = people.person()
    # The number column loses leading zeros, as it does in many real schemas.
    return person.surname, person.given, person.patronymic, int(person.iin), person.email, person.address


def _payment(people: People, number: int) -> Iterable[Any]:
    rng, card = people.rng, people.card()
    written = card if rng.random() < 0.5 else " ".join(card[i : i + 4] for i in range(0, 16, 4))
    return number, written, people.iban(), rng.randint(5, 400) * 1000, digits(rng, 12), _time(people)


def _document(people: People, number: int) -> Iterable[Any]:
    person, rng = people.person(), people.rng
    day, month, year = rng.randint(1, 28), rng.randint(1, 12), rng.randint(2012, 2024)
    issuer = rng.choice(("МВД РК", "ҚР ІІМ", "МЮ РК"))
    issued, expires = (f"{day:02}.{month:02}.{y}" for y in (year, year + 10))
    return person.initials, people.id_card(), issuer, issued, expires


def _application(people: People, number: int) -> Iterable[Any]:
    person, rng = people.person(), people.rng
    payload = {
        "client": {
            "fullName": person.latin_name if rng.random() < 0.3 else person.full_name,
            "iin": person.iin,
            "contacts": [
                {"type": "mobile", "value": person.international_phone},
                {"type": "email", "value": person.email},
            ],
        },
        "course": rng.choice(COURSES),
        "utm": {"source": "instagram", "id": digits(rng, 8)},
    }
    return json.dumps(payload, ensure_ascii=False), _time(people)


def _note(people: People, number: int) -> Iterable[Any]:
    if people.rng.random() < 0.8:
        return number, people.rng.choice(EMPTY_NOTES)
    return number, people.rng.choice(tuple(_telling_notes(people.person(), people.id_card())))


def _telling_notes(person: Person, id_card: str) -> Iterator[str]:
    yield f"Звонила мама, {person.full_name}, просила перезвонить: {person.written_phone}"
    yield f"Ата-анасы {person.full_name}, ұялы тел. {person.international_phone}"
    yield f"Удостоверение личности № {id_card}, выдано МВД РК от 12.03.2015, ИИН {person.iin}"
    yield f"Жеке куәлігі № {id_card}, берген: ҚР ІІМ. ЖСН {person.iin}"
    yield f"Send the invoice to {person.email}, attention {person.latin_name}"
    yield f"Адрес проживания: {person.address}"


_TABLES = (
    ("courses", 60, _course),
    ("students", 6000, _student),
    ("guardians", 4000, _guardian),
    ("staff", 400, _staff),
    ("payments", 5000, _payment),
    ("documents", 1500, _document),
    ("applications", 1500, _application),
    ("notes", 2000, _note),
)
