"""The tour behind ``make demo``, run once: what it shows is what the README says, and nothing stays in clear."""

from __future__ import annotations

import os
import re
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from piiguard.demo import write_demo

ROOT = Path(__file__).parents[1]
ENCRYPTED = {
    "students": ("iin", "phone"),
    "guardians": ("mobile",),
    "payments": ("card_number",),
}


pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def tour(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """The directory of the demo after the tour, and what was shown."""
    if shutil.which("sh") is None:
        pytest.skip("NO sh: the tour is a shell script")
    directory = tmp_path_factory.mktemp("tour") / "demo"
    bin_path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment = {k: v for k, v in os.environ.items() if not k.startswith("PIIGUARD_")} | {"PATH": bin_path}
    ran = subprocess.run(
        ["sh", str(ROOT / "examples" / "tour.sh"), str(directory)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=600,  # what never ends must end
        check=False,
        env=environment,
    )
    assert ran.returncode == 0, ran.stdout
    return directory, ran.stdout


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """The values that the encrypted columns held: the demo is the same at every run."""
    demo = write_demo(tmp_path_factory.mktemp("planted"))
    with closing(sqlite3.connect(demo.database)) as connection:
        return [
            str(value)
            for table, columns in ENCRYPTED.items()
            for column in columns
            for (value,) in connection.execute(f"select {column} from {table}")
        ]


def seen(values: list[str], data: bytes) -> int:
    """How many of the values stand in the data; only runs of their own signs are looked at."""
    wanted = {value.encode() for value in values}
    lengths, signs = {len(value) for value in wanted}, re.escape(bytes({*b"".join(wanted)}))
    runs = re.findall(b"[%b]{%d,}" % (signs, min(lengths)), data)
    windows = {run[at : at + n] for run in runs for n in lengths for at in range(len(run) - n + 1)}
    return len(wanted & windows)


def test_no_planted_value_is_left_in_the_database_or_beside_it(
    tour: tuple[Path, str], planted: list[str]
) -> None:
    directory, _ = tour
    files = [file for file in directory.iterdir() if file.name.startswith("crm.db")]
    assert files
    data = b"".join(file.read_bytes() for file in files)
    assert len(planted) == 21_000
    assert seen(planted, data + b" " + planted[0].encode()) == 1, "the search is blind"
    assert seen(planted, data) == 0


def test_the_second_scan_reports_those_columns_as_encrypted_and_the_rest_as_open(
    tour: tuple[Path, str],
) -> None:
    second = tour[1].split("$ piiguard scan sqlite:///crm.db\n")[1].split("\n# ")[0]
    for columns in ENCRYPTED.values():
        for column in columns:
            assert re.search(rf"^ *{column} +[A-Z_]+ +encrypted ", second, re.MULTILINE), column
    assert re.search(r"^ *iban +IBAN_CODE +in clear ", second, re.MULTILINE)
    assert re.search(r"^ *full_name +PERSON +in clear ", second, re.MULTILINE)


def test_the_application_reads_the_same_before_and_after_the_rotation(tour: tuple[Path, str]) -> None:
    shown = re.findall(r"\$ python lookup\.py\n(.+)\n", tour[1])
    assert len(shown) == 2
    assert shown[0] == shown[1]
    assert re.search(r" 0[0-9]{11} ", shown[0]), "the IIN is shown in plain, for the demo's sake"


def test_every_row_was_rotated(tour: tuple[Path, str]) -> None:
    status = tour[1].split("$ piiguard status sqlite:///crm.db\n")[1].split("\n\n")[0]
    for table, columns in ENCRYPTED.items():
        for column in columns:
            assert re.search(rf"^{table}\.{column} +2 +primary +[456],000$", status, re.MULTILINE), status


def test_the_readme_shows_what_the_tour_shows(tour: tuple[Path, str]) -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    (block,) = re.findall(r"```console\n(.*?)```", readme, flags=re.DOTALL)
    shown = iter([line.rstrip().replace("\u00a0", " ") for line in tour[1].splitlines()])
    for line in map(str.rstrip, block.splitlines()):
        if line.strip() != "…":
            assert line in shown, f"the tour does not show this, or not here: {line}"
