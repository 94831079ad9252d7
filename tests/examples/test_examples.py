"""Every example runs, and says what it says it does."""

from __future__ import annotations

import importlib.util
import json
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

EXAMPLES = Path(__file__).parents[2] / "examples"
IIN, OTHER = "050312300015", "010203300015"


@pytest.fixture
def load(keyring_file: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], ModuleType]:
    """Import the module of an example, with a keyring in the environment."""
    monkeypatch.setenv("PIIGUARD_KEYRING", str(keyring_file))

    def load(name: str) -> ModuleType:
        title = f"example_{name}"
        spec = importlib.util.spec_from_file_location(title, EXAMPLES / name / "app.py")
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        monkeypatch.setitem(sys.modules, title, module)
        spec.loader.exec_module(module)
        return module

    return load


def test_every_example_has_a_test() -> None:
    text = Path(__file__).read_text(encoding="utf-8")
    for folder in (path for path in EXAMPLES.iterdir() if (path / "app.py").exists()):
        assert f'load("{folder.name}")' in text


def test_first_column(load: Any) -> None:
    shown = "Student(id=1, full_name=***, iin=***, phone=***)"
    assert load("first_column").main() == [shown] * 3 + ["the database holds 58 bytes that begin with f901"]


def test_existing_column(load: Any) -> None:
    module = load("existing_column")
    said = ["read 2 addresses", "encrypted 1 more", "found row 1 by its address", "0 rows are plain"]
    assert module.main() == ["indexed 1 addresses", *said]
    assert module.Parent.__table__.c.email.type.plaintext_reads == 3


def test_audit_log(load: Any) -> None:
    assert load("audit_log").main() == [
        "aigul read 3 of employees.full_name",
        "marat read 3 of employees.full_name, 3 of employees.salary",
    ]


def test_sqlmodel(load: Any) -> None:
    shown, data, length = load("sqlmodel_app").main()
    assert shown == "Client(id=1, email=***, city='Семей')"
    assert json.loads(data) == {"id": 1, "city": "Семей"}
    assert length == "the address has 16 characters"


def test_fastapi(load: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from fastapi.testclient import TestClient

    monkeypatch.setenv("DATABASE_URL", f"sqlite+aiosqlite:///{tmp_path / 'school.db'}")
    with TestClient(load("fastapi_async").app) as client:
        for iin in (IIN, OTHER):
            answer = client.post("/students", json={"iin": iin, "full_name": "Сынақов Үлгі"})
            assert answer.status_code == 201
        assert client.post("/students", json={"iin": IIN, "full_name": "x"}).status_code == 409
        found = client.post("/students/search", json={"iin": f"{IIN[:6]} {IIN[6:]}"}).json()
        assert found == [{"id": 1, "full_name": "Сынақов Үлгі"}]
        assert client.post("/students/search", json={"iin": "020406500013"}).json() == []
    held = (tmp_path / "school.db").read_bytes()
    assert IIN.encode() not in held
    assert "Сынақов".encode() not in held


def test_flask(load: Any, tmp_path: Path) -> None:
    app = load("flask_app").create_app(f"sqlite:///{tmp_path / 'clinic.db'}")
    client = app.test_client()
    assert client.post("/patients", json={"phone": "+7 701 123 45 67"}).json == {"id": 1}
    found = client.post("/patients/search", json={"phone": "87011234567"})
    assert found.json == {"id": 1, "shown": "Patient(id=1, phone=***)"}
    assert client.post("/patients/search", json={"phone": "87011234568"}).status_code == 404
    assert b"701 123" not in (tmp_path / "clinic.db").read_bytes()
