"""A table that an account may not read costs itself: the search goes on, names it, and says that it is not complete."""

from __future__ import annotations

import uuid
from collections.abc import Iterator

import pytest
import sqlalchemy as sa

from piiguard.errors import SubjectError
from piiguard.manifest import Manifest
from piiguard.subjects import Identifier, answer_subject, find_subject
from piiguard.subjects.erase import erase_subject
from tests.hostile.files import iin

PLACES = {"people": ("id", "iin"), "visits": ("id", "pid", "note"), "notes": ("id", "vid", "note")}
MANIFEST = Manifest.parse(
    '[[subjects]]\ntable = "people"\nkey = "id"\nidentifiers = ["iin"]\nerase = "delete"\n'
    + "".join(f'[[subjects.tables]]\ntable = "{name}"\nerase = "delete"\n' for name in ("visits", "notes"))
)
WHOM = [Identifier.of("iin", iin(7))]
HIDDEN = [(table, columns) for table, own in PLACES.items() for columns in (own, *((name,) for name in own))]


@pytest.fixture
def accounts(postgresql_url: str) -> Iterator[tuple[str, sa.Engine, str]]:
    """An account without a grant, and who may give it some."""
    engine, name = sa.create_engine(postgresql_url), f"piiguard_r_{uuid.uuid4().hex[:8]}"
    with engine.begin() as connection:
        for statement in (
            "create table people (id integer primary key, iin text)",
            "create table visits (id integer primary key, pid integer references people, note text)",
            "create table notes (id integer primary key, vid integer references visits, note text)",
            f"insert into people values (1, '{iin(7)}'), (2, '{iin(8)}')",
            f"insert into visits values (1, 1, 'ИИН {iin(7)}')",
            f"insert into notes values (1, 1, 'ИИН {iin(7)}')",
            f"create role {name} login",
        ):
            connection.execute(sa.text(statement))
    yield engine.url.set(username=name, password=None).render_as_string(False), engine, name
    with engine.begin() as connection:
        connection.execute(sa.text(f"drop owned by {name}"))
        connection.execute(sa.text(f"drop role {name}"))
    engine.dispose()


@pytest.mark.parametrize(
    ("table", "columns"), HIDDEN, ids=lambda value: "+".join(value) if isinstance(value, tuple) else value
)
def test_what_may_not_be_read_is_named_and_the_rest_is_searched(
    accounts: tuple[str, sa.Engine, str], table: str, columns: tuple[str, ...]
) -> None:
    url, owner, name = accounts
    with owner.begin() as connection:
        for place, own in PLACES.items():
            shown = [column for column in own if place != table or column not in columns]
            if shown:
                connection.execute(sa.text(f"grant select ({', '.join(shown)}) on {place} to {name}"))
    report = find_subject(url, WHOM, manifest=MANIFEST)
    assert not report.complete
    assert [one.place for one in report.unread] == [table]
    doubtful = {rows.table for rows in report.ambiguous}  # whose rows they are may not be known
    found = doubtful | {place.table for place in report.places if place.table is not None}
    assert found >= PLACES.keys() - {table}
    assert answer_subject(url, WHOM, manifest=MANIFEST).complete is False
    with pytest.raises(SubjectError, match=table):
        erase_subject(url, WHOM, manifest=MANIFEST, agreed=lambda planned: False)
