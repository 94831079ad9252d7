"""The manifest of models, and its drift."""

from __future__ import annotations

import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import sqlalchemy as sa

from piiguard.cli.main import run
from piiguard.cli.options import keyring_path
from piiguard.errors import ManifestError
from piiguard.keys import Keyring
from piiguard.manifest import Manifest, ProtectedColumn
from piiguard.orm import BlindIndex, Encrypted
from piiguard.orm.manifest import drift, load_metadata, protected_columns, unlisted_indexes


def test_models_say_what_a_manifest_says(models: SimpleNamespace) -> None:
    metadata = models.Base.metadata
    found = protected_columns(metadata)
    assert found == (
        ProtectedColumn("students", "iin", "students.iin", index="iin_index", normalizer="digits/2"),
        ProtectedColumn("students", "email", "students.email", index="email_index", normalizer="email/2"),
        ProtectedColumn("students", "full_name", "students.full_name"),
    )
    assert unlisted_indexes(metadata) == ("students.email_domain",)
    assert list(drift(found, metadata, Manifest(found))) == []


def test_the_name_of_an_index_key_is_told(keyring: Keyring) -> None:
    metadata = sa.MetaData()
    sa.Table(
        "t",
        metadata,
        sa.Column("v", Encrypted(sa.Text, keyring=keyring, context="t.v")),
        sa.Column("h", BlindIndex("v", normalizer="digits/2", name="v_index", index_context="anybody")),
    )
    (entry,) = protected_columns(metadata)
    assert (entry.index, entry.index_name, entry.index_context) == ("h", "v_index", "anybody")


def test_types_storage_and_schema_are_told(keyring: Keyring) -> None:
    metadata = sa.MetaData(schema="crm")
    sa.Table(
        "cards",
        metadata,
        sa.Column("number", Encrypted(sa.Text, keyring=keyring, context="card", storage="text")),
        sa.Column("last4", BlindIndex("number", normalizer="last4")),
        sa.Column("until", Encrypted(sa.Date, keyring=keyring, context="until")),
        sa.Column("both", BlindIndex("number", "until")),
    )
    assert protected_columns(metadata) == (
        ProtectedColumn("crm.cards", "number", "card", "string", "text", "last4", "last4/1"),
        ProtectedColumn("crm.cards", "until", "until", "date"),
    )
    assert unlisted_indexes(metadata) == ("crm.cards.both",)


def test_drift_is_told_in_both_directions(models: SimpleNamespace) -> None:
    metadata = models.Base.metadata
    declared = protected_columns(metadata)
    listed = Manifest(
        (
            ProtectedColumn("students", "iin", "crm.iin", index="iin_index", normalizer="exact"),
            ProtectedColumn("students", "full_name", "students.full_name"),
            ProtectedColumn("students", "town", "students.town"),
            ProtectedColumn("elsewhere", "phone", "elsewhere.phone"),
        )
    )
    assert list(drift(declared, metadata, listed)) == [
        "students.iin: context is students.iin in the models, crm.iin here",
        "students.iin: normalizer is digits/2 in the models, exact here",
        "students.email: encrypted in the models, not in the manifest",
        "students.town: in the manifest, not encrypted in the models",
    ]


@pytest.mark.parametrize(
    ("models", "message"),
    [
        ("app", "not of the form"),
        ("no_such_module:Base", "there is no module no_such_module"),
        ("json:Base", "no declarative base and no MetaData"),
    ],
)
def test_models_that_are_not_there_are_told(models: str, message: str) -> None:
    with pytest.raises(ManifestError, match=message) as caught:
        load_metadata(models)
    assert caught.value.hint


MODELS = """
import sqlalchemy as sa
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from piiguard.keys import Keyring
from piiguard.orm import BlindIndex, Encrypted

keyring = Keyring.from_env()

class Base(DeclarativeBase):
    pass

class Student(Base):
    __tablename__ = "students"
    id: Mapped[int] = mapped_column(primary_key=True)
    iin: Mapped[str] = mapped_column(Encrypted(sa.String(12), keyring=keyring, context="students.iin"))
    iin_index: Mapped[bytes | None] = mapped_column(BlindIndex("iin", normalizer="digits"))
    iin_year: Mapped[bytes | None] = mapped_column(BlindIndex("iin", normalizer="prefix:4"))
"""


def test_the_command_writes_adds_and_checks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "crm_models.py").write_text(MODELS, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    monkeypatch.delitem(sys.modules, "crm_models", raising=False)

    def piiguard(*words: str) -> tuple[int, str]:
        code = run(["manifest", "--models", "crm_models:Base", *words])
        told: Any = capfd.readouterr()
        assert told.out == ""
        return code, told.err

    assert piiguard("--check")[0] == 1  # there is no manifest
    code, told = piiguard("--keyring", "keyring.json")
    assert (code, "piiguard.toml: 1 column added" in told) == (0, True)
    assert "students.iin_year: an index that the application fills" in told
    text = Path("piiguard.toml").read_text(encoding="utf-8")
    assert Manifest.load("piiguard.toml").keyring == "keyring.json"
    code, told = piiguard("--check")
    assert (code, "piiguard.toml: agrees with the models" in told) == (0, True)
    Path("piiguard.toml").write_text("# ours\n" + text.replace("digits/2", "exact"), encoding="utf-8")
    code, told = piiguard()
    assert code == 1
    assert "normalizer is digits/2 in the models, exact here" in told
    assert Path("piiguard.toml").read_text(encoding="utf-8").startswith("# ours\n")


@pytest.mark.parametrize("manifest", ["piiguard.toml", "etc/piiguard.toml"])
@pytest.mark.parametrize("keyring", ["keyring.json", "etc/keyring.json", "safe/keyring.json"])
def test_the_keyring_that_was_named_is_the_one_that_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, manifest: str, keyring: str
) -> None:
    """What is typed is seen from here, and what the file says from the file: wherever the two lie, it is one keyring."""
    (tmp_path / "crm_models.py").write_text(MODELS, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    monkeypatch.delitem(sys.modules, "crm_models", raising=False)
    for folder in ("etc", "safe"):
        Path(folder).mkdir()
    assert run(["manifest", "--models", "crm_models:Base", "--keyring", keyring, "--manifest", manifest]) == 0
    found = keyring_path(None, Manifest.load(manifest))
    assert found.resolve() == Path(keyring).resolve()
