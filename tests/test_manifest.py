"""The manifest: what it reads, what it refuses, and that writing keeps what people wrote."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from piiguard.errors import ManifestError
from piiguard.manifest import Manifest, ProtectedColumn, append, remove, shrink

IIN = ProtectedColumn("students", "iin", "students.iin", index="iin_index", normalizer="digits")


def test_an_entry_is_read_with_its_defaults() -> None:
    text = '[[columns]]\ntable = "hr.staff"\ncolumn = "phone"\ncontext = "staff.phone"\n'
    (column,) = Manifest.parse(text).columns
    assert column == ProtectedColumn("hr.staff", "phone", "staff.phone", "string", "binary")
    assert column.place == "hr.staff.phone"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[[columns]", "not valid TOML"),
        ('columns = "students.iin"', "[[columns]] a list of tables"),
        ("columns = [1]", "number 1 is not a table"),
        ('[[columns]]\ntable = "a"\ncolumn = "b"', "lacks context"),
        ('[[columns]]\ntable = "a"\ncolumn = "b"\ncontext = 3', "context is not a string"),
        ('[[columns]]\ntable = "a"\ncolumn = "b"\ncontext = "c"\nindx = "d"', "unknown member indx"),
        ('[[columns]]\ntable = "a"\ncolumn = "b"\ncontext = "c"\nindex = "d"', "come together"),
        ('[[columns]]\ntable = "a"\ncolumn = "b"\ncontext = "c"\nstorage = "xml"', "binary or text"),
        ('[[columns]]\ntable = "a"\ncolumn = "b"\ncontext = "c"\n' * 2, "a.b stands twice"),
    ],
)
def test_a_wrong_manifest_is_refused_with_the_place(text: str, message: str) -> None:
    with pytest.raises(ManifestError, match=r"^piiguard\.toml: ") as caught:
        Manifest.parse(text)
    assert message in str(caught.value)


def test_a_missing_file_says_how_to_name_it(tmp_path: Path) -> None:
    with pytest.raises(ManifestError) as caught:
        Manifest.load(tmp_path / "piiguard.toml")
    assert "--manifest" in caught.value.hint


def test_bytes_that_are_not_utf_8_are_refused(tmp_path: Path) -> None:
    (tmp_path / "piiguard.toml").write_bytes(b"# \xff")
    with pytest.raises(ManifestError, match="not UTF-8"):
        Manifest.load(tmp_path / "piiguard.toml")


def test_selecting_keeps_the_order_asked_for_and_names_what_is_unknown() -> None:
    phone = ProtectedColumn("students", "phone", "students.phone")
    manifest = Manifest((IIN, phone))
    assert manifest.select(["students.phone", "students.iin"]) == (phone, IIN)
    assert manifest.select() == (IIN, phone)
    with pytest.raises(ManifestError, match=r"students\.name: not in the manifest"):
        manifest.select(["students.name"])


def test_appending_makes_the_file_with_its_keyring(tmp_path: Path) -> None:
    path = tmp_path / "piiguard.toml"
    append(path, IIN, keyring="keyring.json")
    manifest = Manifest.load(path)
    assert manifest.keyring == "keyring.json"
    assert manifest.columns == (IIN,)


def test_appending_keeps_comments_and_earlier_entries(tmp_path: Path) -> None:
    path = tmp_path / "piiguard.toml"
    path.write_text("# who to ask: the DBA on duty\n" + IIN.to_toml(), encoding="utf-8")
    append(path, ProtectedColumn("students", "phone", "students.phone", storage="text"))
    text = path.read_text(encoding="utf-8")
    assert text.startswith("# who to ask: the DBA on duty\n")
    assert [c.place for c in Manifest.parse(text).columns] == ["students.iin", "students.phone"]


def test_appending_the_same_column_twice_is_refused_and_changes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "piiguard.toml"
    append(path, IIN)
    before = path.read_bytes()
    with pytest.raises(ManifestError, match="stands twice"):
        append(path, IIN)
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


@given(st.text(min_size=1, max_size=20), st.text(max_size=20))
def test_any_name_survives_writing_and_reading(table: str, context: str) -> None:
    column = ProtectedColumn(table, "c", context)
    assert Manifest.parse(column.to_toml()).columns == (column,)


def test_an_entry_is_taken_out_and_everything_else_stays(tmp_path: Path) -> None:
    path = tmp_path / "piiguard.toml"
    phone = ProtectedColumn("students", "phone", "students.phone")
    path.write_text(
        f'# keys\n[keyring]\npath = "k.json"\n\n# first\n{IIN.to_toml()}\n# second\n{phone.to_toml()}',
        "utf-8",
    )
    assert remove(path, IIN).columns == (phone,)
    assert path.read_text("utf-8") == (
        f'# keys\n[keyring]\npath = "k.json"\n\n# first\n# second\n{phone.to_toml()}'
    )
    assert remove(path, phone).columns == ()
    assert path.read_text("utf-8").startswith('# keys\n[keyring]\npath = "k.json"\n')


def test_an_entry_that_is_written_otherwise_is_left_to_a_person(tmp_path: Path) -> None:
    path = tmp_path / "piiguard.toml"
    text = 'columns = [{table = "students", column = "iin", context = "students.iin"}]\n'
    path.write_text(text, "utf-8")
    with pytest.raises(ManifestError, match="cannot be taken out"):
        remove(path, Manifest.load(path).columns[0])
    assert path.read_text("utf-8") == text


def test_an_entry_may_list_two_normalizers_and_say_its_padding() -> None:
    text = IIN.to_toml().replace('"digits"', '["digits/2", "digits"]') + 'pad_to = 40\nleaks = "frequency"\n'
    (column,) = Manifest.parse(text).columns
    assert (column.rules, column.pad_to, column.leaks) == (("digits/2", "digits"), 40, "frequency")
    assert Manifest.parse(column.to_toml()).columns == (column,)
    one = Manifest.parse(IIN.to_toml().replace('"digits"', '["digits/2"]')).columns[0]
    assert one.normalizer == "digits/2"


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("normalizer = []", "a name, or a list of different names"),
        ('normalizer = ["a", "a"]', "a name, or a list of different names"),
        ("normalizer = [1]", "a name, or a list of different names"),
        ("normalizer = 1", "a name, or a list of different names"),
        ('normalizer = "a"\npad_to = 0', "pad_to is a number of bytes"),
        ('normalizer = "a"\npad_to = true', "pad_to is a number of bytes"),
        ('normalizer = "a"\npad_to = 9\ntype = "date"', "pad_to is for the types string and enum"),
        ('normalizer = "a"\nleaks = "all"', "leaks is frequency or left out"),
    ],
)
def test_what_an_entry_cannot_say_is_refused(line: str, message: str) -> None:
    text = f'[[columns]]\ntable = "t"\ncolumn = "c"\ncontext = "c"\nindex = "i"\n{line}\n'
    with pytest.raises(ManifestError, match=message):
        Manifest.parse(text)


def test_a_list_shrinks_to_its_first_and_everything_else_stays(tmp_path: Path) -> None:
    path = tmp_path / "piiguard.toml"
    two = IIN.to_toml().replace('"digits"', '[\n    "digits/2",  # since May\n    "digits",\n]  # ours')
    other = ProtectedColumn("staff", "iin", "staff.iin", index="i", normalizer=("digits/2", "digits"))
    path.write_text(f"# who to ask\n{other.to_toml()}\n{two}\n# the end\n", encoding="utf-8")
    (first, second) = Manifest.load(path).columns
    made = shrink(path, second)
    assert [column.rules for column in made.columns] == [("digits/2", "digits"), ("digits/2",)]
    assert made == Manifest.load(path)
    text = path.read_text(encoding="utf-8")
    assert text.startswith(f"# who to ask\n{first.to_toml()}")
    assert text.endswith('normalizer = "digits/2"  # ours\n\n# the end\n')


def test_a_list_that_cannot_be_told_from_its_surroundings_stays(tmp_path: Path) -> None:
    path = tmp_path / "piiguard.toml"
    text = 'columns = [{table = "t", column = "c", context = "c", index = "i", normalizer = ["a", "b"]}]\n'
    path.write_text(text, encoding="utf-8")
    (column,) = Manifest.load(path).columns
    with pytest.raises(ManifestError, match="cannot be told apart") as caught:
        shrink(path, column)
    assert 'normalizer = "a"' in caught.value.hint
    assert path.read_text(encoding="utf-8") == text
