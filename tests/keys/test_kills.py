"""Every ``keys`` command is killed at random: the keyring opens, no key is lost, it is typed again, the trail verifies."""

from __future__ import annotations

import random
import time
from pathlib import Path

import pytest

from piiguard.keys import recipients
from piiguard.keys.document import Contents, Document

from ..protect.killing import KILLS, needs_fork, run_and_kill  # noqa: TID252 - tests are no package
from .commands import COMMANDS, Bench
from .killed import killed_before_step
from .test_destroy import holders

pytestmark = needs_fork
STEPS = 30  # on the disk, of a long command; one that has fewer comes to its end


def opened(bench: Bench) -> Contents | None:
    """What the keyring holds, if there is one."""
    if not bench.path.exists():
        return None
    document = Document.parse(bench.path.read_bytes(), "after the kill")
    return document.open(recipients.unwrap(document, "after the kill", None))


@pytest.mark.parametrize("name", COMMANDS)
def test_a_killed_command_loses_nothing_and_is_typed_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    command, bench, rng = COMMANDS[name], Bench(tmp_path, monkeypatch), random.Random(name)
    bench.prepare(command)
    before = opened(bench)
    begun = time.monotonic()
    assert bench.type(command.words) == 0
    longest = 1.2 * (time.monotonic() - begun)
    for number in range(KILLS):
        bench.again()
        if number % 2:
            run_and_kill(rng, longest, bench.type, command.words)
        else:  # most of the time nothing happens on the disk
            killed_before_step(rng.randint(1, STEPS), lambda: bench.type(command.words))
        assert_sound(bench, name, before, capsys)


def assert_sound(
    bench: Bench, name: str, before: Contents | None, capsys: pytest.CaptureFixture[str]
) -> None:
    """What holds after a kill, whenever it came."""
    after = opened(bench)
    assert (after is None) == (not bench.path.exists())
    assert after is not None or COMMANDS[name].lost
    if before is not None and after is not None:
        kept = {slot: secret for slot, secret in before.secrets.items() if slot in after.secrets}
        assert kept.items() <= after.secrets.items()
        gone = before.secrets.keys() - after.secrets.keys()
        assert gone <= {"destroy": {"data/1"}, "end-replay": {"tombstone"}}.get(name, set())
    capsys.readouterr()
    assert bench.type(COMMANDS[name].words) == 0 or "already" in capsys.readouterr().err
    assert opened(bench) is not None
    capsys.readouterr()
    assert bench.type(("verify",)) == 0 or "the next command" in capsys.readouterr().err
    assert bench.type(("add",)) == 0
    assert bench.type(("verify",)) == 0
    assert bench.path.with_name("keyring.json.instances").is_dir()
    if name == "destroy":
        assert holders(bench.here) == []
