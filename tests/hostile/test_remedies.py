"""A remedy shows no password and runs without one; what is gone has none; compressed text is not passed on as it is."""

from __future__ import annotations

import gzip
import lzma
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa

from piiguard import database
from piiguard.cli.main import run
from piiguard.errors import DatabaseError
from piiguard.report.remedy import next_step, remedies
from piiguard.scan.finding import Finding

from . import schemas
from .files import iin


def of_column(target: str) -> Finding:
    return Finding(target, "column", "KZ_IIN", "high", 0.98, 9, 9, "none", "0*", "people", "iin")


def of_file(name: str) -> Finding:
    return Finding(name, "file", "KZ_IIN", "high", 0.98, 9, 9, "none", "0*", file=name)


@pytest.mark.parametrize(
    "url", ["postgresql+psycopg://crm:***@db.example.kz/crm", "mysql+pymysql://crm:***@h:3306/crm"]
)
def test_a_remedy_names_no_password_not_even_as_stars(url: str) -> None:
    step = next_step(of_column(url))
    assert step.startswith("piiguard encrypt ")
    assert "***" not in step
    assert url.replace(":***", "") in step


def test_the_password_that_a_url_leaves_out_stands_in_the_environment(
    mariadb_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = f"pg_{os.urandom(4).hex()}"
    here = sa.make_url(mariadb_url)
    schemas.run(
        mariadb_url,
        f"create user '{name}'@'%' identified by 'pass-1'",
        f"grant all on {here.database}.* to '{name}'@'%'",
    )
    try:
        engine = database.open_reader(here.set(username=name))
        with pytest.raises(DatabaseError), database.connect(engine):
            pass
        monkeypatch.setenv("PIIGUARD_DATABASE_PASSWORD", "pass-1")
        with database.connect(engine) as connection:
            assert connection.exec_driver_sql("select 1").scalar() == 1
        assert "pass-1" not in repr(engine) + repr(engine.url) + database.shown(engine.url)
        assert engine.url.password is None
        engine.dispose()
    finally:
        schemas.run(mariadb_url, f"drop user '{name}'@'%'")


@pytest.mark.parametrize("name", ["/dev/fd/63", "/proc/self/fd/11", "/dev/stdin", "/dev/tty"])
def test_a_stream_that_is_gone_has_no_command(name: str) -> None:
    assert "stream" in next_step(of_file(name))
    assert [remedy.text for remedy in remedies(of_file(name))] == [""]


@pytest.mark.parametrize("pressed", [gzip.compress, lzma.compress], ids=["gzip", "xz"])
def test_a_compressed_log_is_redacted_whatever_it_is_called(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pressed: Callable[[bytes], bytes]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("app.log").write_bytes(pressed(f"принят ИИН {iin(1)}\n".encode() * 3))
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    ran = subprocess.run(
        ["sh", "-c", next_step(of_file("app.log"))],
        env={**os.environ, "PATH": path},
        timeout=300,
        check=False,
    )
    assert ran.returncode == 0
    assert iin(1) not in Path("app.clean.log").read_text(encoding="utf-8")
    assert "принят ИИН" in Path("app.clean.log").read_text(encoding="utf-8")
    assert run(["scan", "app.clean.log"]) == 0


def test_a_damaged_one_is_refused(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "app.log"
    path.write_bytes(gzip.compress(os.urandom(100_000))[:50_000])
    assert run(["redact", str(path), "-o", str(tmp_path / "clean")]) == 1
    assert "internal error" not in capfd.readouterr().err
    assert not (tmp_path / "clean").exists()
