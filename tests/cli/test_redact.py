"""``piiguard redact`` and ``piiguard reveal`` as commands."""

from __future__ import annotations

import bz2
import gzip
import lzma
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from piiguard.cli.main import run
from piiguard.keys import Keyring

LOG = "принят ИИН 050312300015\r\nclean\n\nтел. +7 701 123 45 67"
CLEAN = "принят ИИН 05**********\r\nclean\n\nтел. +7 7** *** ** **"


@pytest.fixture
def log(tmp_path: Path) -> Path:
    path = tmp_path / "app.log"
    path.write_bytes(LOG.encode("cp1251"))
    return path


def test_file_becomes_a_clean_copy(log: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    log.chmod(0o640)
    assert run(["redact", str(log), "-o", str(tmp_path / "clean.log")]) == 0
    assert (tmp_path / "clean.log").read_bytes() == CLEAN.encode("cp1251")
    if os.name == "posix":
        assert (tmp_path / "clean.log").stat().st_mode & 0o777 == 0o640
    assert "2 values replaced (KZ_IIN 1, KZ_PHONE 1)" in capsys.readouterr().err
    assert sorted(path.name for path in tmp_path.iterdir()) == ["app.log", "clean.log"]


def test_file_can_be_replaced_by_its_clean_copy(log: Path) -> None:
    assert run(["redact", str(log), "-o", str(log)]) == 0
    assert log.read_bytes() == CLEAN.encode("cp1251")


def test_standard_output_is_the_data_alone(log: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    assert run(["redact", str(log), "--operator", "tag"]) == 0
    out, err = capfdbinary.readouterr()
    assert out.decode("cp1251") == LOG.replace("050312300015", "<KZ_IIN>").replace(
        "+7 701 123 45 67", "<KZ_PHONE>"
    )
    assert err.startswith(b"piiguard: ")


def test_pseudonyms_come_back_with_the_key_alone(
    log: Path, tmp_path: Path, keyring: Keyring, capsys: pytest.CaptureFixture[str]
) -> None:
    log.write_text(LOG, encoding="utf-8", newline="")
    hidden, back = tmp_path / "hidden.log", tmp_path / "back.log"
    options = ["--keyring", str(keyring.path)]
    assert run(["redact", str(log), "--operator", "pseudonym", "-o", str(hidden), *options]) == 0
    assert "300015" not in hidden.read_text(encoding="utf-8")
    assert run(["reveal", str(hidden), "-o", str(back), *options]) == 0
    assert back.read_bytes().decode() == LOG.replace("+7 701 123 45 67", "+77011234567")
    hidden.write_text(hidden.read_text(encoding="utf-8").replace("<KZ_IIN:1", "<KZ_BIN:1"), encoding="utf-8")
    assert run(["reveal", str(hidden), "-o", str(back), *options]) == 4
    assert "1 pseudonym made with another key" in capsys.readouterr().err


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-be", "utf-32", "cp1251", "koi8-r"]
)
@pytest.mark.parametrize("ending", ["", ".gz", ".bz2", ".xz"])
def test_pseudonyms_come_back_in_the_encoding_and_compression_of_the_file(
    tmp_path: Path, keyring: Keyring, encoding: str, ending: str, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    text = "Вчера утром принят новый клиент\nФИО: Сынаков Асан Мысалович, ИИН 050312300015\n"
    press: dict[str, Any] = {"": bytes, ".gz": gzip.compress, ".bz2": bz2.compress, ".xz": lzma.compress}
    opened: dict[str, Any] = {
        "": bytes,
        ".gz": gzip.decompress,
        ".bz2": bz2.decompress,
        ".xz": lzma.decompress,
    }
    log, hidden, back = (tmp_path / f"{name}.log{ending}" for name in ("app", "hidden", "back"))
    log.write_bytes(press[ending](text.encode(encoding)))
    options = ["--keyring", str(keyring.path)]
    assert run(["redact", str(log), "--operator", "pseudonym", "-o", str(hidden), *options]) == 0
    assert "050312300015".encode(encoding.removesuffix("-sig")) not in opened[ending](hidden.read_bytes())
    assert run(["reveal", str(hidden), "-o", str(back), *options]) == 0
    assert opened[ending](back.read_bytes()) == text.encode(encoding)
    capfdbinary.readouterr()
    assert run(["reveal", str(hidden), *options]) == 0
    assert capfdbinary.readouterr().out == text.encode(encoding)


@pytest.mark.parametrize(
    ("options", "code", "said"),
    [
        (["--operator", "hash"], 1, "no keyring is named"),
        (["--entities", "KZ_SHOE"], 2, "there is no entity KZ_SHOE"),
        (["--encoding", "klingon"], 2, "there is no encoding klingon"),
        (["-o", "/nowhere/at/all.log"], 1, "no such file or directory"),
    ],
)
def test_mistakes_are_told(
    log: Path, options: list[str], code: int, said: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:  # fmt: skip
    monkeypatch.delenv("PIIGUARD_KEYRING", raising=False)
    monkeypatch.chdir(log.parent)
    assert run(["redact", str(log), *options]) == code
    assert said in capsys.readouterr().err


def test_missing_file_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["redact", str(tmp_path / "none.log")]) == 1
    assert "none.log: no such file or directory" in capsys.readouterr().err


def test_failure_leaves_no_half_copy(log: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from piiguard.redact.stream import StreamRedactor

    def fail(self: StreamRedactor) -> bytes:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(StreamRedactor, "finish", fail)
    assert run(["redact", str(log), "-o", str(tmp_path / "clean.log")]) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["app.log"]


def proxy() -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "piiguard", "redact", "-"]
    pipe = subprocess.PIPE
    return subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, bufsize=0)


@pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")
def test_proxy_passes_each_line_at_once_and_outlives_an_interrupt() -> None:
    with proxy() as app:
        assert app.stdin
        assert app.stdout
        for number in range(3):
            app.stdin.write(f"{number} ИИН 050312300015\n".encode())
            assert app.stdout.readline().decode() == f"{number} ИИН 05**********\n"
        app.send_signal(signal.SIGINT)
        time.sleep(0.2)
        app.stdin.write("last ИИН 050312300015\n".encode())
        app.stdin.close()
        assert app.stdout.readline().decode() == "last ИИН 05**********\n"
        assert app.wait(120) == 0


@pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")
def test_proxy_ends_quietly_when_its_reader_is_gone() -> None:
    with proxy() as app:
        assert app.stdin
        assert app.stdout
        assert app.stderr
        app.stdin.write(b"first\n")
        assert app.stdout.readline() == b"first\n"
        app.stdout.close()
        try:
            for _ in range(200):
                app.stdin.write(b"x" * 1000 + b"\n")
        except BrokenPipeError:
            pass
        assert app.wait(120) == 0
        assert b"Traceback" not in app.stderr.read()
