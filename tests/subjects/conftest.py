"""One school on each database, for tests that only read it; and a bench of rows with dates."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest

from piiguard.keys import Keyring
from tests.conftest import new_database
from tests.subjects import benches, schools


@dataclass(frozen=True)
class School:
    """A database, and the keyring that opens its columns."""

    url: str
    keyring: Keyring


@pytest.fixture(scope="module", params=["sqlite", "postgresql", "mariadb"])
def school(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[School]:
    """A school that is only read."""
    folder: Path = tmp_path_factory.mktemp("school")
    keyring = Keyring.create(folder / "keyring.json", [f"file:{folder / 'wrapping.key'}"]).open()
    with ExitStack() as stack:
        if request.param == "sqlite":
            (folder / "school.db").touch()
            url = f"sqlite:///{folder / 'school.db'}"
        else:
            url = new_database(request.getfixturevalue(f"{request.param}_server"), stack)
        schools.build(url, keyring)
        yield School(url, keyring)


@pytest.fixture
def bench(any_database_url: str, tmp_path: Path) -> benches.Bench:
    """Rows with dates, on each database."""
    return benches.made(any_database_url, tmp_path)


@pytest.fixture
def plain(sqlite_url: str, tmp_path: Path) -> benches.Bench:
    """The same on SQLite alone."""
    return benches.made(sqlite_url, tmp_path)
