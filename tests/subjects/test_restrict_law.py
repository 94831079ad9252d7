"""The law: for whatever schema and data, restricting changes no row outside of the person's closure and leaves none inside readable
in place; released, all is as it was; and erasing a restricted person is erasing him."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import given, settings

from piiguard.errors import SubjectError
from piiguard.keys import Keyring
from piiguard.manifest import Manifest
from piiguard.subjects import erase_subject, find_subject, release_subject, restrict_subject
from tests.conftest import by_version
from tests.subjects import worlds
from tests.subjects.test_law import WHOM
from tests.subjects.worlds import World

EXAMPLES = int(os.environ.get("PIIGUARD_EXAMPLES", "100"))
KEYRING = Keyring.in_memory()
OWN = "piiguard_restricted"


def rules(world: World) -> Manifest:
    how = 'erase = "delete"\nrestrict = "seal"\n'
    others = "".join(f'[[subjects.tables]]\ntable = "{t}"\n{how}' for t in world.links if t != worlds.PEOPLE)
    return Manifest.parse(
        f'[[subjects]]\ntable = "{worlds.PEOPLE}"\nkey = "id"\nidentifiers = "note"\n{how}{others}'
    )


def sealed(url: str) -> int:
    with sa.create_engine(url, poolclass=sa.NullPool).connect() as connection:
        there = sa.inspect(connection).has_table(OWN)
        return int(connection.scalar(sa.text(f"select count(*) from {OWN}")) or 0) if there else 0


def check(url: str, world: World) -> None:
    his, manifest = worlds.goes(world), rules(world)
    told = {"manifest": manifest, "keyring": KEYRING}
    restrict_subject(url, [WHOM], **told)  # type: ignore[arg-type]
    during = worlds.contents(url, world)
    for table, rows in world.rows.items():
        for key, row in rows.items():
            expected = row if key not in his[table] else {**row, "note": during[table][key]["note"]}
            assert during[table][key] == expected
            if key in his[table]:
                assert during[table][key]["note"] in (None, row["note"])
                assert during[table][key]["note"] not in worlds.SPELLINGS
    found = find_subject(url, [WHOM], **told)  # type: ignore[arg-type]
    assert {place.via for place in found.places if place.entity} <= {"restricted"}
    release_subject(url, [WHOM], **told)  # type: ignore[arg-type]
    assert worlds.contents(url, world) == world.rows
    assert sealed(url) == 0
    restrict_subject(url, [WHOM], **told)  # type: ignore[arg-type]
    refused = ""
    try:
        erase_subject(url, [WHOM], **told)  # type: ignore[arg-type]
    except SubjectError as error:
        refused = str(error)
    if refused:
        assert worlds.in_the_way(world, his), refused
        assert worlds.contents(url, world) == during
    else:
        assert worlds.contents(url, world) == worlds.after(world, his)
        assert sealed(url) == 0


@by_version
@settings(max_examples=max(EXAMPLES // 16, 5))
@given(world=worlds.worlds())
def test_a_person_is_restricted_whole_and_alone_on_sqlite(world: World) -> None:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "world.db")
        file.touch()
        url = f"sqlite:///{file}"
        worlds.build(url, world)
        check(url, world)


@pytest.mark.parametrize("server", ["postgresql", "mariadb"])
def test_a_person_is_restricted_whole_and_alone_on_servers(
    server: str, request: pytest.FixtureRequest
) -> None:
    url = str(request.getfixturevalue(f"{server}_url"))

    @by_version
    @settings(max_examples=max(EXAMPLES // 50, 2))
    @given(world=worlds.worlds())
    def law(world: World) -> None:
        try:
            worlds.build(url, world)
            check(url, world)
        finally:
            worlds.drop(url, world)
            with sa.create_engine(url, poolclass=sa.NullPool).begin() as connection:
                connection.execute(sa.text(f"drop table if exists {OWN}"))

    law()
