"""``piiguard reveal`` leaves a line in the audit trail before it shows anything, and ``--pseudonym-scope`` parts runs."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from piiguard.cli.main import run
from piiguard.errors import KeyringError
from piiguard.keys import Keyring, audit, change
from piiguard.keys.trail import KeyringTrail

IIN = "050312300015"
LOG = f"ИИН {IIN} paid\nИИН {IIN} left\n"


def redacted(folder: Path, keyring: Keyring, *more: str) -> Path:
    log, hidden = folder / "app.log", folder / "hidden.log"
    log.write_text(LOG, encoding="utf-8")
    chosen = ["--operator", "pseudonym", "--keyring", str(keyring.path), *more]
    assert run(["redact", str(log), *chosen, "-o", str(hidden)]) == 0
    return hidden


def lines(keyring: Keyring) -> list[dict[str, Any]]:
    return [dict(line) for line in audit.read(keyring.path) if line["action"] == "reveal"]


def test_a_line_comes_before_the_values_and_one_with_counts_after(
    tmp_path: Path,
    keyring: Keyring,
    monkeypatch: pytest.MonkeyPatch,
    capfdbinary: pytest.CaptureFixture[bytes],
) -> None:
    hidden = redacted(tmp_path, keyring)
    seen, kept = [], change.record
    capfdbinary.readouterr()

    def note(*given: Any) -> Any:
        seen.append(capfdbinary.readouterr().out.decode())
        return kept(*given)

    monkeypatch.setattr(change, "record", note)
    assert run(["reveal", str(hidden), "--keyring", str(keyring.path)]) == 0
    assert seen == ["", LOG]
    begun, ended = lines(keyring)
    assert (begun["state"], begun["file"]) == ("begun", str(hidden))
    assert (ended["state"], ended["revealed"], ended["failed"]) == ("ended", 2, 0)
    assert run(["keys", "verify", "--keyring", str(keyring.path)]) == 0


@pytest.mark.parametrize("to_file", [False, True])
def test_without_a_line_nothing_is_revealed(
    to_file: bool, tmp_path: Path, keyring: Keyring, monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:  # fmt: skip
    hidden, back, trail = redacted(tmp_path, keyring), tmp_path / "back.log", tmp_path / "reveals.audit"

    def refuse(*_given: Any) -> Any:
        raise KeyringError("keyring.json: cannot be written: read-only file system", hint="check the path")

    monkeypatch.setattr(change, "record", refuse)
    capfdbinary.readouterr()
    chosen = ["reveal", str(hidden), "--keyring", str(keyring.path), *(["-o", str(back)] if to_file else [])]
    assert run(chosen) == 1
    out, err = capfdbinary.readouterr()
    assert (out, back.exists()) == (b"", False)
    assert b"where the keyring cannot be written: --trail FILE" in err
    assert run([*chosen, "--trail", str(trail)]) == 0
    assert (back.read_bytes() if to_file else capfdbinary.readouterr().out).decode() == LOG
    assert [json.loads(line)["state"] for line in trail.read_text().splitlines()] == ["begun", "ended"]
    assert run(["keys", "verify", "--keyring", str(keyring.path), "--trail", str(trail)]) == 0


def test_the_line_names_a_file_and_no_person(tmp_path: Path, keyring: Keyring) -> None:
    hidden = redacted(tmp_path, keyring)
    named = hidden.rename(tmp_path / f"{IIN}.log")
    assert run(["reveal", str(named), "--keyring", str(keyring.path), "-o", str(tmp_path / "back")]) == 0
    assert lines(keyring)
    assert IIN not in json.dumps(lines(keyring))


def told(text: str) -> list[str]:
    return re.findall(r"<KZ_IIN:[^>]+>", text)


def test_pseudonyms_of_a_run_are_equal_in_all_its_files_and_in_no_other_run(
    tmp_path: Path, keyring: Keyring, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    logs, out = tmp_path / "logs", tmp_path / "out"
    logs.mkdir()
    for name in ("a.log", "b.log"):
        (logs / name).write_text(LOG, encoding="utf-8")
    chosen = ["redact", str(logs), "-o", str(out), "--operator", "pseudonym", "--keyring", str(keyring.path)]
    runs = []
    for _ in range(2):  # what another run has done is done again: its pseudonyms are others
        assert run([*chosen, "--pseudonym-scope", "run"]) == 0
        runs.append({one for file in out.glob("*.log") for one in told(file.read_text(encoding="utf-8"))})
    assert [len(each) for each in runs] == [1, 1]
    assert runs[0] != runs[1]
    capfdbinary.readouterr()
    assert run(["reveal", str(out / "a.log"), "--keyring", str(keyring.path)]) == 0
    assert capfdbinary.readouterr().out.decode() == LOG


def test_the_scope_of_pseudonyms_is_refused_for_what_has_none(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "app.log").write_text(LOG, encoding="utf-8")
    assert run(["redact", str(tmp_path / "app.log"), "--pseudonym-scope", "run"]) == 2
    assert "add --operator pseudonym" in capsys.readouterr().err


def test_a_damaged_keyring_is_not_said_to_be_one_that_cannot_be_written(keyring: Keyring) -> None:
    trail = keyring.trail()
    assert isinstance(trail, KeyringTrail)
    keyring.path.write_text("{", encoding="utf-8")
    with pytest.raises(KeyringError) as caught:
        trail.note("reveal", {"state": "begun"})
    assert "--trail" not in str(caught.value.hint)
