"""Keyrings that look at their file at every use, and hands to change one with."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

import piiguard.clock
from piiguard.keys import Keyring, change, transitions
from piiguard.keys.document import Contents

Operate = Callable[..., Contents]


@pytest.fixture
def eager(monkeypatch: pytest.MonkeyPatch) -> None:
    """The file is looked at before every value, not once a second."""
    monkeypatch.setattr("piiguard.keys.keyring.POLL_SECONDS", 0.0)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The time that keyrings see, on a machine that has just started: it stands still but for what a test adds."""
    now = [0.5]
    monkeypatch.setattr(piiguard.clock, "monotonic", lambda: now[0])
    return now


@pytest.fixture
def operate(keyring_file: Path) -> Operate:
    """What the commands of the operator do: ``operate("promote", 2)``."""

    def run(action: str, *version: int, kind: str = "data", **more: Any) -> Contents:
        move: Callable[..., Contents] = getattr(transitions, action)
        if action == "destroy":
            more = {"waiting": timedelta(0)}
        return change.apply(
            keyring_file, None, action, lambda held, now: move(held, kind, *version, now=now, **more)
        )

    return run


@pytest.fixture
def other_keyring(tmp_path: Path) -> Keyring:
    """A keyring of another environment."""
    return Keyring.create(tmp_path / "other.json", [f"file:{tmp_path / 'other.key'}"]).open()
