"""The least that an account needs for each command, as docs/key-management.md lists it."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator

import pytest
import sqlalchemy as sa

from piiguard.errors import JobError
from piiguard.protect.census.counts import count_rows
from piiguard.protect.jobs.encrypt import encrypt
from piiguard.protect.jobs.job import Job
from piiguard.protect.jobs.rotate import rotate
from piiguard.protect.jobs.status import status, unfinished
from piiguard.protect.jobs.verify import verify
from piiguard.protect.schema.residue import remember, residues

from .conftest import IIN, PHONE, People, person

# {role} and {db} are filled in; docs/key-management.md shows the same with names of its own.
POSTGRESQL = {
    "status": [
        "grant select (iin, iin_index) on people to {role}",
        "grant select on piiguard_jobs to {role}",
    ],
    "verify": ["grant select (id, iin, iin_index) on people to {role}"],
    "rotate": [
        "grant select (id, iin, iin_index), update (iin, iin_index) on people to {role}",
        "grant select, insert, update, delete on piiguard_jobs to {role}",
        "grant select, insert, update on piiguard_state to {role}",
    ],
    "encrypt": [
        "grant create on schema public to {role}",
        "alter table people owner to {role}",
        "grant select, insert, update, delete on piiguard_jobs to {role}",
        "grant select, insert, update on piiguard_state to {role}",
    ],
}
MARIADB = {
    "status": [
        "grant select on {db}.people to {role}",
        "grant select on {db}.piiguard_jobs to {role}",
    ],
    "verify": ["grant select on {db}.people to {role}"],
    "rotate": [
        "grant select, update (iin, iin_index) on {db}.people to {role}",
        "grant select, insert, update, delete on {db}.piiguard_jobs to {role}",
        "grant select, insert, update on {db}.piiguard_state to {role}",
    ],
    "encrypt": [
        "grant select, insert, update, alter, create, drop, index, trigger on {db}.people to {role}",
        "grant lock tables on {db}.* to {role}",
        "grant select, insert, update, delete on {db}.piiguard_jobs to {role}",
        "grant select, insert, update on {db}.piiguard_state to {role}",
    ],
}
Role = Callable[..., sa.Engine]


@pytest.fixture
def people(make_people: Callable[[str], People], database_url: str) -> People:
    """Two columns, the first encrypted and due for rotation, on each server."""
    people = make_people(database_url)
    people.fill(30)
    encrypt(people.job(), IIN)
    people.promote()
    return people


@pytest.fixture
def role(people: People) -> Iterator[Role]:
    """An engine of a new account that has the grants of one command, less some."""
    server = people.engine.dialect.name
    name = f"piiguard_r_{uuid.uuid4().hex[:8]}"
    account = name if server == "postgresql" else f"'{name}'@'%'"
    admin = sa.create_engine(people.engine.url, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
    made: list[sa.Engine] = []

    def run(*statements: str) -> None:
        with admin.connect() as connection:
            for statement in statements:
                connection.execute(sa.text(statement.format(role=account, db=people.engine.url.database)))

    def make(command: str, *, without: str | None = None) -> sa.Engine:
        run("create role {role} login" if server == "postgresql" else "create user {role} identified by 'x'")
        grants = (POSTGRESQL if server == "postgresql" else MARIADB)[command]
        run(*(grant for grant in grants if without is None or without not in grant))
        url = people.engine.url.set(username=name, password=None if server == "postgresql" else "x")
        made.append(sa.create_engine(url, poolclass=sa.NullPool, hide_parameters=True))
        return made[-1]

    yield make
    run(
        *(
            ["reassign owned by {role} to current_user", "drop owned by {role}"]
            if server == "postgresql"
            else []
        )
    )
    run("drop role {role}" if server == "postgresql" else "drop user {role}")


def test_status_counts(people: People, role: Role) -> None:
    engine = role("status")
    (found,) = status(engine, [IIN], people.keyring.versions)
    assert [v.rows for v in found.versions] == [30]
    assert unfinished(engine) == []
    assert remember(people.engine, ["people.iin"], ["backups"])
    assert [found.what for found in residues(people.engine)] == ["backups"]
    assert residues(engine) == []  # this account may not read them, and counts all the same


def test_verify_opens(people: People, role: Role) -> None:
    (found,) = verify(Job(role("verify"), people.keyring), [IIN])
    assert (found.opened, found.sound) == (30, True)


def test_rotate_rotates_and_sees_nothing_else(people: People, role: Role) -> None:
    engine = role("rotate")
    list(rotate(Job(engine, people.keyring), [IIN]))
    assert count_rows(people.engine, [IIN], people.keyring.primary().id) == 30
    with engine.connect() as connection, pytest.raises(sa.exc.DBAPIError, match="denied"):
        connection.execute(sa.text("update people set note = 'x'"))


def test_encrypt_encrypts(people: People, role: Role) -> None:
    encrypt(Job(role("encrypt"), people.keyring), PHONE)
    assert people.opened(PHONE) == {n: person(n)["phone"] for n in range(1, 31)}


def test_rotate_takes_a_unique_index_to_the_next_key_as_the_owner(people: People, role: Role) -> None:
    job = Job(role("encrypt"), people.keyring)
    people.stage("index")
    assert [found.kind for found in rotate(job, [IIN])] == ["rotate", "prepared"]
    people.promote_staged("index")
    assert [found.kind for found in rotate(job, [IIN])] == ["rotate", "index"]
    assert people.found(IIN, person(7)["iin"]) == [7]


@pytest.mark.parametrize("less", ["on people", "piiguard_jobs", "piiguard_state"])
def test_less_than_that_is_told_in_words_and_changes_nothing(people: People, role: Role, less: str) -> None:
    before = people.rows()
    less = less if people.engine.dialect.name == "postgresql" else less.replace("on people", ".people")
    with pytest.raises(JobError) as caught:
        list(rotate(Job(role("rotate", without=less), people.keyring), [IIN]))
    assert caught.value.hint
    assert people.rows() == before
