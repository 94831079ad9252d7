"""The rotation protocol explored exhaustively: no state in which a written value cannot be read.

Two application instances, each with its own copy of the keyring file (deployed late, loaded later still), one operator
and one rotation job take any steps in any order. An instance writes at once, or in a transaction that it leaves open: what
lies there no count sees. The operator's steps are the real transitions with their real guards, and between his counting
and his acting anything may happen. Taking a guard away must make the search find a value that cannot be read: so it can.
"""

from __future__ import annotations

import time
import uuid
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cache
from pathlib import Path

import pytest

from piiguard.errors import KeyringError
from piiguard.keys import transitions
from piiguard.keys.document import FORMAT, LIVE, Contents
from piiguard.keys.heartbeat import Beat, behind

NOW = "2026-03-01T00:00:00Z"
LONGEST = 7  # generations


def first_generation() -> Contents:
    header = {
        "format": FORMAT,
        "id": "00112233-4455-6677-8899-aabbccddeeff",
        "generation": 1,
        "keys": [],
        "recipients": [],
    }
    return transitions.first(Contents(header, {}), "data", NOW)


@dataclass(frozen=True, slots=True)
class World:
    """``history``: the operator's steps; a generation is a number of steps, so it names a keyring file."""

    history: tuple[str, ...] = ()
    deployed: tuple[int, int] = (0, 0)  # steps behind the file that lies at each instance
    loaded: tuple[int, int] = (0, 0)
    fresh: tuple[bool, bool] = (False, False)  # looked less than a second ago: writes without looking
    rows: frozenset[int] = frozenset()  # key versions of the values in the database
    open: int | None = None  # the version under which a row lies in an open transaction
    counted: tuple[int, ...] = ()  # versions counted to zero since the operator's last step


@dataclass(frozen=True)
class Guards:
    promote: bool = True
    count: bool = True
    retire: bool = True
    first: bool = True  # heartbeats are asked before the count as well
    wait: bool = True  # for open transactions


class Protocol:
    def __init__(self, guards: Guards) -> None:
        self.guards = guards
        self.files: dict[tuple[str, ...], Contents] = {(): first_generation()}
        # Millions of questions are asked about a few hundred files: each is answered once.
        self.states, self.primary = cache(self.states_of), cache(self.primary_of)
        self.operated = cache(self.operate)

    def states_of(self, history: tuple[str, ...]) -> dict[int, str]:
        return {v.version: v.state for v in self.files[history].versions}

    def primary_of(self, history: tuple[str, ...]) -> int:
        return next(v for v, state in self.states(history).items() if state == "primary")

    def reads(self, world: World, instance: int, version: int) -> bool:
        """With what is loaded, or with the file that lies there: it is looked at before giving up."""
        return any(
            self.states(world.history[:steps]).get(version) in LIVE
            for steps in (world.loaded[instance], world.deployed[instance])
        )

    def operate(self, world: World, step: str) -> tuple[str, ...] | None:
        """The operator's steps after one more, or None when it is refused."""
        history = (*world.history, step)
        if history not in self.files:
            held = self.files[world.history]
            held = held.with_header(generation=held.generation + 1)
            try:
                changed = self.transition(held, step, world)
            except KeyringError:
                return None
            if changed is held:  # done before: no generation comes of it
                return None
            self.files[history] = changed
        elif self.refused(world, step):
            return None
        return history

    def refused(self, world: World, step: str) -> bool:
        held = self.files[world.history]
        try:
            self.transition(held.with_header(generation=held.generation + 1), step, world)
        except KeyringError:
            return True
        return False

    def transition(self, held: Contents, step: str, world: World) -> Contents:
        action, _, number = step.partition(" ")
        beats = self.beats(world)
        if action == "add":
            return transitions.add(held, "data", NOW)
        if action == "promote":
            return transitions.promote(held, "data", int(number), NOW, beats if self.guards.promote else ())
        if action == "unretire":
            return transitions.unretire(held, "data", int(number), NOW)
        if self.guards.count and int(number) not in world.counted:
            raise KeyringError("rows remain")
        if action == "retire":
            return transitions.retire(held, "data", int(number), NOW, beats if self.guards.retire else ())
        return transitions.destroy(held, "data", int(number), NOW, timedelta(0))

    def beats(self, world: World) -> list[Beat]:
        return [Beat(f"host-{i}:1", loaded + 1, time.time()) for i, loaded in enumerate(world.loaded)]

    def zero(self, world: World) -> tuple[int, ...]:
        """The versions that a count finds no row of, when everybody has loaded the newest file and nobody is waited for."""
        late = (
            self.guards.retire
            and self.guards.first
            and behind(self.beats(world), uuid.uuid4(), len(world.history) + 1)
        )
        if late or (self.guards.wait and world.open is not None):
            return ()
        return tuple(v for v in self.states(world.history) if v not in world.rows)

    def steps(self, world: World) -> Iterator[tuple[str, World]]:
        """Everything that can happen next."""
        yield from self.operator_steps(world)
        yield from self.job_steps(world)
        for instance in (0, 1):
            yield from self.instance_steps(world, instance)
        yield "the operator counts", replace(world, counted=self.zero(world))
        # Nobody writes any more without having looked; the operator may still be about to act on what he counted.
        yield "a second passes", replace(world, fresh=(False, False))
        if world.open is not None:
            yield "commit", replace(world, open=None, rows=world.rows | {world.open})

    def operator_steps(self, world: World) -> Iterator[tuple[str, World]]:
        if len(world.history) + 1 >= LONGEST:
            return
        versions = self.states(world.history)
        names = [f"{action} {v}" for action in ("promote", "retire", "unretire", "destroy") for v in versions]
        if len(versions) < 2:
            names.append("add")
        # what decides whether a step is refused, and nothing else
        asked = World(world.history, loaded=world.loaded, counted=world.counted)
        for name in names:
            history = self.operated(asked, name)
            if history is not None:
                yield name, replace(world, history=history, counted=())

    def job_steps(self, world: World) -> Iterator[tuple[str, World]]:
        primary, states = self.primary(world.history), self.states(world.history)
        for version in world.rows - {primary}:
            if states[version] in LIVE:
                yield f"rotate rows of {version}", replace(world, rows=world.rows - {version} | {primary})

    def instance_steps(self, world: World, instance: int) -> Iterator[tuple[str, World]]:
        def put(pair: tuple[int, int], value: int) -> tuple[int, int]:
            return (value, pair[1]) if instance == 0 else (pair[0], value)

        if world.deployed[instance] < len(world.history):
            yield f"deploy to {instance}", replace(world, deployed=put(world.deployed, len(world.history)))
        looked = world
        if not world.fresh[instance]:
            fresh = (True, world.fresh[1]) if instance == 0 else (world.fresh[0], True)
            looked = replace(world, loaded=put(world.loaded, world.deployed[instance]), fresh=fresh)
            yield f"{instance} looks", looked
        written = self.primary(looked.history[: looked.loaded[instance]])
        yield f"{instance} writes", replace(looked, rows=looked.rows | {written})
        if looked.open is None:
            yield f"{instance} writes without a commit", replace(looked, open=written)


def search(guards: Guards) -> tuple[int, list[str] | None]:
    """How many states there are, and the shortest way to a value that somebody cannot read."""
    protocol, start = Protocol(guards), World()
    came: dict[World, tuple[World, str] | None] = {start: None}
    queue = deque([start])
    while queue:
        world = queue.popleft()
        if any(not protocol.reads(world, i, v) for i in (0, 1) for v in world.rows):
            return len(came), way(came, world)
        for name, after in protocol.steps(world):
            if after not in came:
                came[after] = world, name
                queue.append(after)
    return len(came), None


def way(came: dict[World, tuple[World, str] | None], world: World) -> list[str]:
    names = []
    while (before := came[world]) is not None:
        world, name = before
        names.append(name)
    return names[::-1]


def test_no_order_of_steps_leads_to_a_value_that_cannot_be_read() -> None:
    states, violation = search(Guards())
    assert violation is None
    page = Path(__file__).parents[2] / "docs/decisions/0012-who-must-have-loaded-what.md"
    assert f"{states:,} states" in page.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("guards", "last"),
    [
        (Guards(promote=False), "writes"),
        (Guards(count=False), "retire 1"),
        (Guards(retire=False), "writes"),
        (Guards(first=False), "retire 1"),
        (Guards(wait=False), "commit"),
    ],
    ids=[
        "promote without heartbeats",
        "retire without a count",
        "retire without heartbeats",
        "heartbeats after the count alone",
        "open transactions not waited for",
    ],
)
def test_without_a_guard_the_search_finds_how_a_value_is_lost(guards: Guards, last: str) -> None:
    _, violation = search(guards)
    assert violation is not None
    assert any(name.endswith(last) for name in violation)
