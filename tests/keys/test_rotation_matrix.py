"""Each stage of a keyring against values of each origin: what reads, what is refused, what wants rotation."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from piiguard.errors import KeyVersionDestroyed, KeyVersionNotFound, KeyVersionRetired, PiiguardError
from piiguard.keys import Keyring
from piiguard.keys.document import Contents

Operate = Callable[..., Contents]
STAGES: dict[str, list[tuple[str, int]]] = {
    "made": [],
    "added": [("add", 0)],
    "promoted": [("promote", 2)],
    "rolled back": [("promote", 1)],
    "promoted again": [("promote", 2)],
    "retired": [("retire", 1)],
    "brought back": [("unretire", 1)],
    "retired again": [("retire", 1)],
    "destroyed": [("destroy", 1)],
}
OK, ROTATE = "reads", "reads, wants rotation"
EXPECTED: dict[str, tuple[str | type[PiiguardError], str | type[PiiguardError]]] = {
    # stage: a value of version 1, a value of version 2
    "made": (OK, KeyVersionNotFound),
    "added": (OK, ROTATE),
    "promoted": (ROTATE, OK),
    "rolled back": (OK, ROTATE),
    "promoted again": (ROTATE, OK),
    "retired": (KeyVersionRetired, OK),
    "brought back": (ROTATE, OK),
    "retired again": (KeyVersionRetired, OK),
    "destroyed": (KeyVersionDestroyed, OK),
}


@pytest.fixture
def origins(keyring: Keyring, operate: Operate) -> tuple[list[bytes], dict[str, bytes]]:
    """A value under each version, and the keyring file of each stage."""
    column = keyring.column("students.iin", 1)
    values, files = [column.encrypt(b"050312300017")], {}
    for stage, steps in STAGES.items():
        for action, version in steps:
            operate(action, *([version] if version else []))
        keyring.reload()
        files[stage] = keyring.path.read_bytes()
        if stage == "promoted":
            values.append(column.encrypt(b"050312300017"))
    return values, files


@pytest.mark.parametrize("stage", STAGES)
def test_a_stage_reads_what_it_should(
    keyring: Keyring, origins: tuple[list[bytes], dict[str, bytes]], stage: str
) -> None:
    values, files = origins
    copied = keyring.path.with_name("copied.json")  # beside the trail of the newest it would be refused
    copied.write_bytes(files[stage])
    copied.chmod(0o600)
    opened = Keyring.from_file(copied)
    column = opened.column("students.iin", 1)
    for value, expected in zip(values, EXPECTED[stage], strict=True):
        if isinstance(expected, str):
            assert column.decrypt(value) == b"050312300017"
            assert opened.needs_rotation(value) is (expected == ROTATE)
        else:
            with pytest.raises(expected):
                column.decrypt(value)
            assert opened.needs_rotation(value)
