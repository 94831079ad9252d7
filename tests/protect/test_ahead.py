"""What a dry run foretells of disk is what the database then has."""

from __future__ import annotations

import sqlalchemy as sa

from piiguard.database import connect, open_engine
from piiguard.keys import Keyring
from piiguard.protect import encrypt
from piiguard.protect.census.ahead import ahead
from piiguard.protect.jobs.encrypt import look, parse
from piiguard.protect.jobs.job import Job

ROWS = 2_000


def test_the_bytes_that_were_foretold_are_those_that_stand_there(
    any_database_url: str, keyring: Keyring
) -> None:
    engine = open_engine(any_database_url)
    with engine.begin() as connection:
        connection.execute(sa.text("create table people (id integer primary key, note varchar(200))"))
        rows = [{"id": number, "note": f"Үлгі {'x' * (number % 90)}"} for number in range(ROWS)]
        connection.execute(sa.text("insert into people (id, note) values (:id, :note)"), rows)
    item = parse("people.note", index="note_index", normalizer="exact")
    with connect(engine) as connection:
        found = look(connection, item)
        foretold = ahead(connection, found.column, ROWS, indexed=True, text=False)
    encrypt(Job(engine, keyring), item)
    with engine.connect() as connection:
        stands = connection.scalar(sa.text("select sum(length(note) + 2 * length(note_index)) from people"))
    engine.dispose()
    assert stands is not None
    assert abs(foretold.added - int(stands)) <= 1
    assert foretold.rewritten is None or foretold.rewritten > ROWS * 40
