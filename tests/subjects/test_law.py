"""The law: for whatever schema and data, no row outside of the person's closure changes (but for a reference to him), none inside
is left, and a search finds nothing; or nothing at all has changed, and for a reason."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import given, settings

from piiguard.errors import SubjectError
from piiguard.manifest import Manifest
from piiguard.subjects import Identifier, erase_subject, find_subject
from tests.conftest import by_version
from tests.subjects import worlds
from tests.subjects.worlds import World

EXAMPLES = int(os.environ.get("PIIGUARD_EXAMPLES", "100"))
WHOM = Identifier.of("iin", worlds.IIN)


def manifest(world: World) -> Manifest:
    others = "".join(
        f'[[subjects.tables]]\ntable = "{t}"\nerase = "delete"\n' for t in world.links if t != worlds.PEOPLE
    )
    own = f'[[subjects]]\ntable = "{worlds.PEOPLE}"\nkey = "id"\nidentifiers = "note"\nerase = "delete"\n'
    return Manifest.parse(own + others)


def check(url: str, world: World) -> None:
    gone = worlds.goes(world)
    rules = manifest(world)
    receipt, refused = None, ""
    try:
        receipt = erase_subject(url, [WHOM], manifest=rules)
    except SubjectError as error:
        refused = str(error)
    if refused:
        assert worlds.in_the_way(world, gone), refused
        assert worlds.contents(url, world) == world.rows
        return
    assert worlds.contents(url, world) == worlds.after(world, gone)
    assert receipt is not None
    assert receipt.erased == sum(map(len, gone.values()))
    found = find_subject(url, [WHOM], manifest=rules)
    assert found.places == ()
    for doubt in found.ambiguous:  # what mentions him and hangs on others stays, and is shown
        assert doubt.table != worlds.PEOPLE


@by_version
@settings(max_examples=max(EXAMPLES // 4, 5))
@given(world=worlds.worlds())
def test_a_person_goes_whole_and_alone_on_sqlite(world: World) -> None:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "world.db")
        file.touch()
        url = f"sqlite:///{file}"
        worlds.build(url, world)
        check(url, world)
        engine = sa.create_engine(url, poolclass=sa.NullPool)
        with engine.connect() as connection:
            assert connection.execute(sa.text("pragma foreign_key_check")).all() == []


@pytest.mark.parametrize("server", ["postgresql", "mariadb"])
def test_a_person_goes_whole_and_alone_on_servers(server: str, request: pytest.FixtureRequest) -> None:
    url = str(request.getfixturevalue(f"{server}_url"))

    @by_version
    @settings(max_examples=max(EXAMPLES // 20, 5))
    @given(world=worlds.worlds())
    def law(world: World) -> None:
        try:
            worlds.build(url, world)
            check(url, world)
        finally:
            worlds.drop(url, world)

    law()
