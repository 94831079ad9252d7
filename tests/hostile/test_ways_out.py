"""Ways out that values must not find: a dump of the stacks, an interrupt, masks and keyless hashes."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from piiguard.detect.mask import mask
from piiguard.keys import Keyring
from piiguard.redact.choices import Operator
from piiguard.redact.replacing import replacer

IIN = "050312300015"
PIIGUARD = (sys.executable, "-m", "piiguard")


def test_a_dump_of_the_stacks_names_functions_and_lines_alone(tmp_path: Path) -> None:
    program = (
        "import faulthandler, logging\n"
        "from piiguard.redact import Redactor\n"
        "redactor = Redactor()\n"
        "class Slow(str):\n"
        "    def encode(self, *rest, **options):\n"
        "        faulthandler.dump_traceback()\n"
        "        return super().encode(*rest, **options)\n"
        "redactor.text(Slow(open('values').read()))\n"
    )
    (tmp_path / "values").write_text(f"ИИН {IIN}")
    done = subprocess.run(
        [sys.executable, "-X", "faulthandler", "-c", program],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
        timeout=300,
    )
    assert "redactor.py" in done.stderr
    assert IIN not in done.stderr + done.stdout


@pytest.mark.parametrize("seed", range(4))
def test_an_interrupt_at_any_instant_leaves_no_value_and_no_file(tmp_path: Path, seed: int) -> None:
    source, clean = tmp_path / "app.log", tmp_path / "app.clean.log"
    source.write_text(f"ИИН {IIN} тел. +77011234567\n" * 40_000)
    command = [["redact", str(source), "-o", str(clean)], ["scan", str(source), "--jobs", "1"]][seed % 2]
    running = subprocess.Popen(
        [*PIIGUARD, *command],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),  # noqa: PLW1509
    )
    time.sleep(random.Random(seed).uniform(0.1, 3))
    running.send_signal(signal.SIGINT)
    out, err = running.communicate(timeout=120)
    assert IIN.encode() not in out + err
    assert {path.name for path in tmp_path.iterdir()} <= {source.name, clean.name}
    if clean.exists():
        assert IIN.encode() not in clean.read_bytes()
        assert running.returncode == 0, "a copy that is not whole must not have the name"


@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="needs /proc")
def test_no_command_starts_a_process_with_a_passphrase_or_a_value_in_its_arguments(tmp_path: Path) -> None:
    started: list[str] = []
    program = (
        "import sys, os\n"
        "sys.addaudithook(lambda event, given: event in ('subprocess.Popen', 'os.system', 'os.exec', 'os.posix_spawn')"
        " and open('started', 'a').write(repr(given)))\n"
        "from piiguard.cli.main import cli\n"
        "cli(sys.argv[1:])\n"
    )
    environ = {**os.environ, "PIIGUARD_PASSPHRASE": "Qupiia soz: 7 tau, 7 kol"}
    (tmp_path / "app.log").write_text(f"ИИН {IIN}\n" * 10)
    for command in (
        ["keys", "init", "--keyring", "k.json", "--wrap", "passphrase"],
        ["redact", "app.log", "-o", "clean.log", "--operator", "pseudonym", "--keyring", "k.json"],
        ["scan", "app.log", "--jobs", "2"],
    ):
        subprocess.run(
            [sys.executable, "-c", program, *command],
            cwd=tmp_path,
            env=environ,
            capture_output=True,
            check=False,
            timeout=300,
        )
        note = tmp_path / "started"
        started.append(note.read_text() if note.exists() else "")
    assert "Qupiia" not in "".join(started)
    assert IIN not in "".join(started)


MASKED = {
    # entity: values, and how many characters of any may be shown
    "KZ_IIN": (["050312300015", "05-03-12 300015"], 2),
    "KZ_BIN": (["050340000015"], 2),
    "KZ_PHONE": (["+7 701 123 45 67", "87011234567", "12-34-56"], 2),
    "CREDIT_CARD": (["4111 1111 1111 1111"], 1),
    "IBAN_CODE": (["KZ86125KZT5004100100"], 2),
    "KZ_ID_CARD": (["012345678"], 1),
    "KZ_PASSPORT": (["N12345678"], 1),
    "PERSON": (["Ли Ю", "Ли", "Ю", "Сынақов Үлгі"], 1),
    "KZ_DOCUMENT_DATE": (["12.03.2015"], 0),
    "KZ_MRZ": (["IDKAZ0123456784050312300015<<<"], 0),
    "KZ_ADDRESS": (["ул. Сынақова, 5"], 1),
    "EMAIL_ADDRESS": (["a@b.kz", "ab@mail.kz", "synaq@mail.example.kz"], 3),  # one, and a top-level domain
}


@pytest.mark.parametrize("entity", MASKED)
def test_a_mask_shows_no_more_than_leaves_a_thousand_values(entity: str) -> None:
    """Whatever is short shows nothing; a longer value at most the few characters of its kind."""
    values, most = MASKED[entity]
    for value in values:
        shown = [sign for sign in mask(entity, value) if sign.isalnum()]
        hidden = sum(sign.isalnum() for sign in value) - len(shown)
        assert len(shown) <= most
        owner = value.partition("@")[0]
        assert hidden >= 3 or not shown or entity == "EMAIL_ADDRESS"
        assert owner == value or len(owner) > 3 or not mask(entity, value).partition("@")[0].strip("*")


def test_a_hash_without_the_key_is_told_by_nobody(tmp_path: Path) -> None:
    """There are so few numbers that a hash of one is a number: so another key gives another hash, for every kind."""
    keyrings = []
    for name in ("one", "other"):
        (tmp_path / f"{name}.key").write_bytes(os.urandom(32))
        (tmp_path / f"{name}.key").chmod(0o600)
        keyrings.append(Keyring.create(tmp_path / f"{name}.json", [f"file:{tmp_path / f'{name}.key'}"]))
    operators: tuple[Operator, ...] = ("hash", "pseudonym")
    for operator in operators:
        for entity, (values, _) in MASKED.items():
            assert len({replacer(operator, keyring)(entity, values[0]) for keyring in keyrings}) == 2
