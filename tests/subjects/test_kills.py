"""SIGKILL at random instants of everything that changes a person: each database has him as before or as after, never in part.

``PIIGUARD_KILLS`` is the number per act and database; docs/reliability.md has the figures.
"""

from __future__ import annotations

import os
import random
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NoReturn

import pytest
import sqlalchemy as sa

from piiguard.keys import Keyring
from piiguard.protect.batches.pace import Pace
from piiguard.scan.policy import Policy
from piiguard.subjects import (
    Identifier,
    correct_subject,
    erase_subject,
    find_subject,
    release_subject,
    restrict_subject,
)
from piiguard.subjects.acting.lines import Lines
from piiguard.subjects.correcting.wording import Wording
from piiguard.subjects.graves.book import Book
from piiguard.subjects.restricted.rows import ensure
from piiguard.subjects.retention.carry import retain
from tests.subjects import schools

from ..protect.killing import needs_fork, run_and_kill, start  # noqa: TID252 - tests are no package

pytestmark = [needs_fork, pytest.mark.slow]
KILLS = int(os.environ.get("PIIGUARD_KILLS", "1"))
WHOM = [Identifier.of(kind, value) for kind, value in schools.ASAN.items()]
NEW = "jana@example.kz"
TERMS = schools.SEALING.replace(
    'table = "orders"\nerase = "delete"\n',
    'table = "orders"\nerase = "delete"\nterm = "1y"\nfrom = "orders.paid_at"\ncolumns = ["comment"]\n',
)
NOW = datetime(2026, 6, 15, tzinfo=UTC)
State = dict[str, list[dict[str, Any]]]


def given(keyring: Keyring, rules: str = schools.SEALING) -> dict[str, Any]:
    return {"manifest": schools.manifest(rules), "keyring": keyring}


def _erase(url: str, keyring: Keyring) -> None:
    erase_subject(url, WHOM, **given(keyring))


def _restrict(url: str, keyring: Keyring) -> None:
    restrict_subject(url, WHOM, **given(keyring))


def _release(url: str, keyring: Keyring) -> None:
    release_subject(url, WHOM, **given(keyring))


def _correct(url: str, keyring: Keyring) -> None:
    correct_subject(url, WHOM[:1], Wording("email", schools.ASAN["email"], NEW), **given(keyring))


def _retain(how: Any) -> Callable[[str, Keyring], None]:
    def act(url: str, keyring: Keyring) -> None:
        policy = Policy.parse('organisation = "School"\nretention = "90y"\n')
        pace = Pace(size=1)  # each order has a transaction of its own
        retain(url, policy, **given(keyring, TERMS), how=how, now=NOW, pace=pace, agreed=lambda *_: True)

    return act


def _places(url: str, keyring: Keyring, *whom: Identifier) -> set[Any]:
    found = find_subject(url, whom, **given(keyring))
    return {(p.table, p.column, p.path, p.rows, p.via) for p in found.places if p.entity}


def _is_erased(url: str, keyring: Keyring, before: State) -> bool:
    return not find_subject(url, WHOM, **given(keyring)).places


def _is_restricted(url: str, keyring: Keyring, before: State) -> bool:
    """Nothing of him is in place, and all of him comes back."""
    sealed = {via for *_, via in _places(url, keyring, *WHOM)} == {"restricted"}
    _release(url, keyring)
    return sealed and schools.rows(url) == before


def _is_released(url: str, keyring: Keyring, before: State) -> bool:
    return not schools.rows(url)[schools.AWAY] and bool(_places(url, keyring, *WHOM))


def _is_corrected(url: str, keyring: Keyring, before: State) -> bool:
    """The new value stands in every place of the old one."""
    own = [Identifier.of("email", schools.ASAN["email"])]
    new = _places(url, keyring, Identifier.of("email", NEW))
    return not _places(url, keyring, *own) and len(new) == 2


def _is_any(url: str, keyring: Keyring, before: State) -> bool:
    """An order is a transaction with its lines: each is as it was, or gone with them, or sealed."""
    after = schools.rows(url)
    orders = {row["number"]: row for row in after["orders"]}
    for old in before["orders"]:
        lines = [line for line in before["items"] if line["number"] == old["number"]]
        now = orders.get(old["number"])
        assert now in (None, old, {**old, "comment": None})
        assert [line for line in after["items"] if line["number"] == old["number"]] == (lines if now else [])
    sealed = sum(row["comment"] is None for row in orders.values())
    rest = [table for table in before if table not in ("orders", "items", schools.AWAY)]
    return sealed == len(after[schools.AWAY]) and all(after[table] == before[table] for table in rest)


@dataclass(frozen=True)
class Act:
    """What is done, whether it is done wholly, and what comes before it."""

    run: Callable[[str, Keyring], None]
    is_done: Callable[[str, Keyring, State], bool]
    first: Callable[[str, Keyring], None] = lambda url, keyring: None


ACTS = {
    "erase": Act(_erase, _is_erased),
    "restrict": Act(_restrict, _is_restricted),
    "release": Act(_release, _is_released, _restrict),
    "correct": Act(_correct, _is_corrected),
    "retention --erase": Act(_retain("erase"), _is_any),
    "retention --restrict": Act(_retain("restrict"), _is_any),
}


def act_and_die(act: Act, url: str, keyring: Keyring, step: int) -> None:
    """Killed after its statement of this number, or after the last commit, before the act is called ended."""
    steps = Steps()
    with steps.counted(lambda: die() if steps.count == step else None), pytest.MonkeyPatch.context() as patch:
        patch.setattr(Book, "end", lambda *_: die())
        patch.setattr(Lines, "end", lambda *_: die())
        act.run(url, keyring)


def die() -> NoReturn:
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError


class Steps:
    """Statements as they come."""

    count = 0

    @contextmanager
    def counted(self, then: Callable[[], object] = lambda: None) -> Iterator[None]:
        def one(*_: object) -> None:
            self.count += 1
            then()

        sa.event.listen(sa.Engine, "after_cursor_execute", one)
        try:
            yield
        finally:
            sa.event.remove(sa.Engine, "after_cursor_execute", one)


@pytest.mark.parametrize("name", ACTS)
def test_killed_it_leaves_all_or_nothing_and_is_ended_by_the_next(
    any_database_url: str, keyring: Keyring, name: str
) -> None:
    url, act, steps = any_database_url, ACTS[name], Steps()
    rng = random.Random(f"{name} {sa.make_url(url).get_backend_name()}")
    schools.build(url, keyring)
    with schools.engine_of(url).begin() as connection:
        ensure(connection)
    act.first(url, keyring)
    before, begun = schools.rows(url), time.monotonic()
    with steps.counted():
        act.run(url, keyring)
    longest, kills, whole = 1.2 * (time.monotonic() - begun), 0, 0
    assert schools.rows(url) != before
    assert act.is_done(url, keyring, before)
    while kills < KILLS:
        schools.restore(url, before)
        if rng.random() < 0.5:
            ended = run_and_kill(rng, longest, act.run, url, keyring)
        else:  # in the second half it is written
            step = rng.randint(steps.count // 2, steps.count * 5 // 4)
            dying, _ = start(act_and_die, act, url, keyring, step)
            dying.join()
            assert dying.exitcode == -signal.SIGKILL
            ended = False
        as_before = schools.rows(url) == before
        assert as_before or act.is_done(url, keyring, before)
        assert not (ended and as_before)
        kills += not ended
        whole += as_before
        longest *= 0.9 if ended else 1.0  # it was faster: come earlier
    act.run(url, keyring)
    assert act.is_done(url, keyring, before)
    print(f"{kills} kills of {name}: {whole} left all as it was")
