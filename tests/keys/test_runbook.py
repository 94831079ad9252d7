"""Every procedure of ``docs/key-management.md`` is carried out, command by command."""

from __future__ import annotations

import os
import re
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from piiguard.keys import Keyring, audit, change, store
from piiguard.keys.document import Document

PAGE = (Path(__file__).parents[2] / "docs" / "key-management.md").read_text(encoding="utf-8")
BLOCKS: dict[str, list[str]] = {}
for _name, _commands in re.findall(r'```sh title="([\w-]+)"\n(.*?)```', PAGE, re.DOTALL):
    BLOCKS.setdefault(_name, []).append(_commands)
PEOPLE = [(number, f"0503123{number:05d}") for number in range(1, 21)]
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not shutil.which("bash"), reason="the page is written for a POSIX shell"),
]

# A key is destroyed a month after it was retired: for that command it is a month later.
LATER = """
import sys, time
from piiguard import clock
from piiguard.cli.main import main
if "destroy" in sys.argv:
    clock.seconds = lambda: time.time() + 31 * 86_400
main()
"""

Follow = Callable[..., str]


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which all procedures are carried out, one after the other: a keyring knows where its keys lie."""
    return tmp_path_factory.mktemp("host")


@pytest.fixture
def home(host: Path) -> Iterator[Path]:
    for name in ("etc", "safe", "backup"):
        (host / name).mkdir()
    with sqlite3.connect(host / "crm.db") as database:
        database.execute("create table students (id integer primary key, iin varchar(12), email varchar(80))")
        database.executemany("insert into students (id, iin) values (?, ?)", PEOPLE)
    database.close()
    yield host
    shutil.rmtree(host)
    host.mkdir()


@pytest.fixture
def follow(home: Path, host: Path) -> Iterator[Follow]:
    """Carry out a procedure of the page; give back everything it said."""
    variables = {
        "PIIGUARD_KEYRING": home / "etc/keyring.json",
        "PIIGUARD_MANIFEST": home / "etc/piiguard.toml",
        "DATABASE": f"sqlite:///{home / 'crm.db'}",
        "WRAPPING_KEY": home / "etc/wrapping.key",
        "SPARE_KEY": home / "safe/spare.key",
        "BACKUPS": home / "backup",
        "NEW_HOST": home / "new",
    }
    assert set(re.findall(r"export (\w+)=", BLOCKS["names"][0])) == set(variables)

    later = home / "later.py"
    later.write_text(LATER)

    def run(name: str, *blocks: int, **more: str) -> str:
        wanted = [BLOCKS[name][number] for number in blocks] if blocks else BLOCKS[name]
        script = f'set -eu\npiiguard() {{ "{sys.executable}" "{later}" "$@"; }}\n' + "".join(wanted)
        environment = {**os.environ, **{key: str(value) for key, value in variables.items()}, **more}
        ran = subprocess.run(
            ["bash", "-c", script], cwd=home, env=environment, capture_output=True, text=True, check=False
        )
        assert ran.returncode == 0, ran.stderr
        return ran.stdout + ran.stderr

    begun = host.with_name(f"{host.name}-begun")
    if begun.exists():
        shutil.copytree(begun, home, dirs_exist_ok=True)
    else:
        run("first-keyring")
        shutil.copytree(home, begun)
    yield run
    with_keys = Keyring.from_file(home / "etc/keyring.json")
    column = with_keys.column("students.iin", 1)
    with sqlite3.connect(home / "crm.db") as database:
        rows = database.execute("select id, iin, iin_index from students order by id").fetchall()
    database.close()
    index = with_keys.index("students.iin", "iin_index", "digits/2")
    assert [(number, column.decrypt(iin).decode()) for number, iin, _ in rows] == PEOPLE
    assert all(found == index.compute(iin) for (_, _, found), (_, iin) in zip(rows, PEOPLE, strict=True))


def states(home: Path, kind: str = "data") -> dict[int, str]:
    versions = Document.parse((home / "etc/keyring.json").read_bytes(), "it").versions
    return {v.version: v.state for v in versions if v.kind == kind}


def test_the_first_keyring(follow: Follow, home: Path) -> None:
    assert states(home) == {1: "primary"}
    assert (home / "backup/keyring.json").read_bytes() == (home / "etc/keyring.json").read_bytes()
    assert (home / "safe/spare.key").exists()


def test_the_yearly_rotation(follow: Follow, home: Path) -> None:
    follow("rotation", 0, 1)
    assert states(home) == {1: "retired", 2: "primary"}
    follow("rotation", 2, 3)
    lines = audit.read(home / "etc/keyring.json")
    jobs = [line["action"] for line in lines if "table" in line]
    assert jobs[0] == "encrypt"
    assert set(jobs) == {"encrypt", "rotate", "rotate index"}
    assert change.verify(home / "etc/keyring.json", None)[1] == len(lines)
    assert states(home) == {1: "destroyed", 2: "primary"}
    assert states(home, "index") == {1: "retired", 2: "primary"}


def test_a_lost_wrapping_key(follow: Follow, home: Path) -> None:
    (home / "etc/wrapping.key").unlink()
    said = follow("lost-wrapping-key")
    assert "wrapping.key: the key file cannot be read" in said
    assert "wrapping.key.new: opens" in said


def test_a_leaked_key(follow: Follow, home: Path) -> None:
    follow("leaked-key")
    assert states(home) == states(home, "index") == {1: "retired", 2: "primary"}


def test_a_lost_keyring(follow: Follow, home: Path) -> None:
    (home / "etc/keyring.json").unlink()
    assert "restored from" in follow("lost-keyring")


def test_moving_to_another_host(follow: Follow, home: Path) -> None:
    for name in ("etc", "secrets"):
        (home / "new" / name).mkdir(parents=True)
    said = follow("move")
    assert "PIIGUARD_WRAPPING_KEY: named" in said
    assert "keyring.json: accepted" in said


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root owns a mounted secret")
def test_in_a_container(follow: Follow, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The variables of the page, over secrets as Kubernetes mounts them: links, 0644, nothing can be written."""
    page = PAGE.partition("## In a container")[2].partition("## ")[0]
    asked = dict(re.findall(r'name: (PIIGUARD_\w+), value: "?([^"}]+)"?}', page))
    [mount] = re.findall(r"mountPath: ([^,]+),", page)
    place = home / "mounted"
    (place / "..data").mkdir(parents=True)
    for name in ("keyring.json", "wrapping.key"):
        shutil.copy(home / "etc" / name, place / "..data" / name)
        (place / "..data" / name).chmod(0o644)
        (place / name).symlink_to(Path("..data", name))
    own, real = Keyring.from_file(home / "etc/keyring.json").open().id, os.fstatvfs

    class ReadOnly:
        def __init__(self, handle: int) -> None:
            self.f_flag = real(handle).f_flag | os.ST_RDONLY

    with sqlite3.connect(home / "crm.db") as database:
        [(sealed,)] = database.execute("select iin from students where id = 1")
    database.close()
    assert set(asked) == {"PIIGUARD_KEYRING", "PIIGUARD_WRAPPING_KEY"}
    with monkeypatch.context() as container:
        for name, value in asked.items():
            container.setenv(name, value.replace(mount, str(place)))
        container.setenv("PIIGUARD_KEYRING_ID", str(own))
        container.setattr(os, "fstatvfs", ReadOnly)
        found = Keyring.from_env().column("students.iin", 1).decrypt(sealed)
    assert found.decode() == PEOPLE[0][1]


def test_the_fixture_for_tests_runs_under_pytest(home: Path) -> None:
    (block,) = re.findall(r'```python title="testing"\n(.*?)```', PAGE, re.DOTALL)
    (home / "test_page.py").write_text(block)
    ran = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "test_page.py"],
        cwd=home,
        capture_output=True,
        text=True,
        check=False,
    )
    assert "1 passed" in ran.stdout, ran.stdout


def test_an_old_backup_of_the_database(follow: Follow, home: Path) -> None:
    shutil.copy(home / "crm.db", home / "old.db")
    follow("rotation", 0, 1)
    shutil.copy(home / "old.db", home / "crm.db")
    follow("old-backup")
    assert states(home) == {1: "retired", 2: "primary"}


def test_moving_to_an_hsm(follow: Follow, home: Path) -> None:
    module = "/usr/lib/softhsm/libsofthsm2.so"
    if not (shutil.which("softhsm2-util") and Path(module).exists()):
        if os.environ.get("CI") in ("1", "true"):
            pytest.fail("NO SoftHSM2: apt-get install softhsm2", pytrace=False)
        pytest.skip("NO SoftHSM2: apt-get install softhsm2")
    (home / "tokens").mkdir()
    config = home / "softhsm2.conf"
    config.write_text(f"directories.tokendir = {home}/tokens\nobjectstore.backend = file\n")
    hsm = {"SOFTHSM2_CONF": str(config), "PKCS11_MODULE": module}
    subprocess.run(
        [
            "softhsm2-util",
            "--init-token",
            "--free",
            "--label",
            "piiguard",
            "--so-pin",
            "so-pin-1",
            "--pin",
            "1234",
        ],
        check=True,
        capture_output=True,
        env={**os.environ, **hsm},
    )
    said = follow("hsm", **hsm)
    assert said.count("pkcs11:token=piiguard;object=wrapping") >= 2
    assert not (home / "etc/wrapping.key").exists()


def test_a_key_from_the_safe_opens_the_keyring_when_the_wrapping_key_is_lost(
    follow: Follow, home: Path
) -> None:
    said = follow("safe")
    assert "hpke:x25519: hpke: PIIGUARD_WRAPPING_KEY does not name its private key" in said
    (home / "etc/wrapping.key").unlink()
    follow("safe-opens")
    assert (home / "etc/wrapping.key").exists()


def test_a_column_is_encrypted_where_it_stands(follow: Follow) -> None:
    """Beside an application, on every database: tests/protect/test_in_place.py."""
    said = follow("in-place")
    assert "deploy models with" in said
    assert "0 rows encrypted" in said


def test_disaster_recovery(follow: Follow, home: Path) -> None:
    shutil.rmtree(home / "etc")
    (home / "etc").mkdir()
    manifest = '[[columns]]\ntable = "students"\ncolumn = "iin"\ncontext = "students.iin"\nindex = "iin_index"\nnormalizer = "digits"\n'
    (home / "etc/piiguard.toml").write_text(manifest)
    follow("recovery")
    assert (home / "etc/wrapping.key").exists()


def test_no_block_of_the_page_is_left_out() -> None:
    tested = {"names", "first-keyring", "rotation", "lost-wrapping-key", "leaked-key", "lost-keyring"}
    assert set(BLOCKS) >= tested | {"old-backup", "hsm", "recovery"}
    source = Path(__file__).read_text(encoding="utf-8")
    for name in BLOCKS:
        assert f'"{name}"' in source, f"{name} is not carried out here"


def test_the_providers_of_the_page_are_those_that_are_built_in() -> None:
    from piiguard.keys.wrapping import names

    for name in names():
        assert f"| `{name}" in PAGE, name
    assert store.LOCK_SECONDS == 10
