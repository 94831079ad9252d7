"""A pseudonym of a column that ``piiguard encrypt`` has converted is ciphertext with its blind index, however the swap was done."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from piiguard.cli.main import run
from piiguard.keys import Keyring
from piiguard.manifest import Manifest
from piiguard.protect.seal import Seal
from piiguard.subjects import Identifier, erase_subject
from tests.subjects import schools

WHOM = [Identifier.of("iin", "050312300015")]
SUBJECTS = '\n[[subjects]]\ntable = "people"\nkey = "id"\nidentifiers = ["iin"]\nerase = "pseudonym"\n'


@pytest.fixture
def people(any_database_url: str, keyring_file: Path, tmp_path: Path) -> Any:
    """Make the table, encrypt the column as far as is said, erase the person; the row that is left."""

    def erased(constraint: str, *options: str) -> tuple[dict[str, Any], Seal]:
        engine, manifest = schools.engine_of(any_database_url), tmp_path / "piiguard.toml"
        with engine.begin() as connection:
            connection.execute(
                sa.text(f"create table people (id integer primary key, iin varchar(40) {constraint})")
            )
            connection.execute(sa.text("insert into people values (1, '050312300015'), (2, '040728400011')"))
        job = ["encrypt", any_database_url, "people.iin", "--index", "iin_index", "--normalizer", "exact"]
        assert (
            run([*job, "--keyring", str(keyring_file), "--manifest", str(manifest), "--yes", *options]) == 0
        )
        manifest.write_text(manifest.read_text(encoding="utf-8") + SUBJECTS, encoding="utf-8")
        known, keyring = Manifest.load(manifest), Keyring.from_file(keyring_file).open()
        assert erase_subject(any_database_url, WHOM, manifest=known, keyring=keyring) is not None
        with engine.connect() as connection:
            row = connection.execute(sa.text("select * from people where id = 1")).mappings().one()
            return dict(row), Seal(keyring, known.columns[0])

    return erased


@pytest.mark.parametrize("constraint", ["", "not null", "unique", "not null unique"])
def test_a_pseudonym_in_a_converted_column_opens_and_is_found(people: Any, constraint: str) -> None:
    row, seal = people(constraint)
    word = seal.value(bytes(row["iin"]))
    assert word.startswith("erased-")
    assert bytes(row["iin_index"]) == seal.index(word)


def test_a_pseudonym_beside_a_twin_is_plain_and_the_twin_is_empty(people: Any) -> None:
    row, _ = people("", "--keep-plaintext")
    assert row["iin"].startswith("erased-")
    assert row["iin_enc"] is None
    assert row["iin_index"] is None
