"""Synthetic values: births of 1900-1909 with right check digits, invented names."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator

import pytest
import sqlalchemy as sa

from piiguard import database
from piiguard.recognizers.checks import identifier
from piiguard.scan.engines import make_observer
from piiguard.scan.observe import Observer
from piiguard.scan.options import Options


@pytest.fixture
def iin() -> Callable[[], str]:
    dice = random.Random(1)

    def make() -> str:
        while True:
            day = f"0{dice.randrange(10)}{dice.randrange(1, 13):02}{dice.randrange(1, 29):02}"
            body = f"{day}{dice.choice('34')}{dice.randrange(10_000):04}"
            if (check := identifier.check_digit(body)) is not None:
                return f"{body}{check}"

    return make


@pytest.fixture(scope="session")
def observer() -> Observer:
    return make_observer(Options())


@pytest.fixture
def any_engine(any_database_url: str) -> Iterator[sa.Engine]:
    engine = database.open_engine(any_database_url)
    yield engine
    engine.dispose()


@pytest.fixture
def sqlite_engine(sqlite_url: str) -> Iterator[sa.Engine]:
    engine = database.open_engine(sqlite_url)
    yield engine
    engine.dispose()
