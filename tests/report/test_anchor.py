"""What lies in a database is shown where the repository names it."""

from __future__ import annotations

from pathlib import Path

import pytest

from piiguard.errors import ScanError
from piiguard.report.anchor import Anchors

MODELS = """\
class Payment(Base):
    __tablename__ = "payments"
    student = mapped_column(ForeignKey("students.iin"))
    phone = mapped_column(String)


class Student(Base):
    __tablename__ = "students"
    id = mapped_column(Integer)
    iin = mapped_column(Encrypted(String(12)))
    phone = mapped_column(String)
"""
SCHEMA = """\
-- students and their iin
CREATE TABLE hr.staff (id int, "iin" text);
create table if not exists students (
    iin char(12),
    phone text
);
ALTER TABLE students
    ADD COLUMN email text;
"""
MANIFEST = """\
[keyring]
path = "keyring.json"

[[columns]]
table = "students"
column = "phone"
context = "students.phone"

[[columns]]
table = "students"
column = "iin"
context = "students.iin"
index = "iin_index"
"""


def lines(text: str, path: Path, *places: tuple[str, str]) -> list[tuple[int, str]]:
    """The line of each place, and what stands between its columns."""
    path.write_text(text, "utf-8")
    anchors = Anchors([path])
    spots = [anchors.of(*place) for place in places]
    return [(spot.line, text.splitlines()[spot.line - 1][spot.start - 1 : spot.end - 1]) for spot in spots]


@pytest.mark.parametrize(
    ("text", "iin", "phone"),
    [(MODELS, 10, 11), (SCHEMA, 4, 5), (MANIFEST, 11, 6)],
    ids=["models", "sql", "toml"],
)
def test_a_column_is_shown_where_its_own_table_defines_it(
    text: str, iin: int, phone: int, tmp_path: Path
) -> None:
    found = lines(text, tmp_path / "file", ("students", "iin"), ("public.students", "phone"))
    assert found == [(iin, "iin"), (phone, "phone")]


def test_a_column_added_later_is_shown_there(tmp_path: Path) -> None:
    assert lines(SCHEMA, tmp_path / "schema.sql", ("students", "email"), ("hr.staff", "iin")) == [
        (8, "email"),
        (2, "iin"),
    ]


def test_a_column_that_is_not_named_is_shown_at_its_table_and_a_table_at_the_first_line(
    tmp_path: Path,
) -> None:
    found = lines(MODELS, tmp_path / "models.py", ("students", "notes"), ("nowhere", "iin"))
    assert [line for line, _ in found] == [8, 1]


def test_a_column_of_another_table_is_never_taken(tmp_path: Path) -> None:
    [(line, _)] = lines(MODELS, tmp_path / "models.py", ("payments", "iin"))
    assert line < 6


def test_the_first_file_that_names_the_table_wins(tmp_path: Path) -> None:
    models, manifest = tmp_path / "models.py", tmp_path / "piiguard.toml"
    models.write_text("class Order:\n    __tablename__ = 'orders'\n", "utf-8")
    manifest.write_text(MANIFEST, "utf-8")
    anchors = Anchors([models, manifest])
    assert (anchors.of("students", "iin").file, anchors.of("students", "iin").line) == (str(manifest), 11)
    assert anchors.of("elsewhere", "x").file == str(models)
    assert Anchors().of("students", "iin").file == "piiguard.toml"


@pytest.mark.parametrize("name", ["", ".", "a b", "(", "\\d+", "x" * 100_000, "\ud800", "İ"])
def test_any_name_has_a_line(name: str, tmp_path: Path) -> None:
    path = tmp_path / "models.py"
    path.write_bytes(MODELS.encode() + b"\xff\xfe\x00")
    assert 1 <= Anchors([path]).of(name, name).line <= 12


def test_a_source_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(ScanError, match=r"none\.sql"):
        Anchors([tmp_path / "none.sql"])
