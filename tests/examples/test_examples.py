"""Every example runs, and says what it says it does."""

from __future__ import annotations

import importlib.util
import json
import runpy
import sys
from collections.abc import Callable
from dataclasses import replace
from email.message import Message
from pathlib import Path
from types import ModuleType
from typing import Any
from urllib.error import HTTPError
from urllib.parse import unquote

import pytest

from piiguard.report import render
from piiguard.scan.finding import Finding, ScanReport

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


class Server:
    """As much of OpenMetadata as tags of columns need, and no more than its documents say."""

    def __init__(self, tables: dict[str, dict[str, list[Any]]]) -> None:
        self.tables, self.tags = tables, {"PII.Sensitive", "PII.NonSensitive"}

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        name, _, query = unquote(path.rpartition("/name/")[2]).partition("?")
        if method == "GET" and query == "fields=columns,tags" and name in self.tables:
            columns = self.tables[name].items()
            return {"columns": [{"fullyQualifiedName": each, "tags": tags} for each, tags in columns]}
        if path == "/v1/tags":
            return self._made(f"{body['classification']}.{body['name']}")
        if path == "/v1/classifications":
            return self._made(body["name"])
        tables = [columns for columns in self.tables.values() if name in columns]
        if method != "PUT" or query != "entityType=table" or not tables:
            raise HTTPError(path, 404, "not found", Message(), None)
        assert {tag["tagFQN"] for tag in body["tags"]} <= self.tags
        tables[0][name] = body["tags"]
        return {}

    def _made(self, tag: str) -> Any:
        if tag in self.tags:
            raise HTTPError(tag, 409, "conflict", Message(), None)
        self.tags.add(tag)
        return {}


def test_tags_for_openmetadata(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    """Ours become those of the file, whoever else's stay, and a column that is not there is named."""
    sent = runpy.run_path(str(EXAMPLES / "catalogues/openmetadata.py"), run_name="example")["main"]
    table = ("crm", "crm", "public", "a.b/c")
    names = [".".join((*table[:3], '"a.b/c"', column)) for column in ("iin", "phone", "new")]
    old = [{"tagFQN": name} for name in ("piiguard.KZ_BIN", "PII.NonSensitive", "Tier.Tier1")]
    server = Server({".".join((*table[:3], '"a.b/c"')): {names[0]: old, names[1]: []}})
    server.tags |= {tag["tagFQN"] for tag in old}
    monkeypatch.setitem(sent.__globals__, "ask", server.ask)
    finding = Finding("postgresql://h/crm", "column", "KZ_IIN", "high", 1, 9, 9, "none", "", "a.b/c", "iin")
    finding = replace(finding, base=table[2:])
    found = [replace(finding, column=column) for column in ("iin", "phone", "new")]
    file = tmp_path / "told.json"
    file.write_text(render(ScanReport("", "", findings=tuple(found)), "openmetadata"), encoding="utf-8")
    for _ in range(2):  # again, nothing is different
        assert sent(str(file)) == 1
        [columns] = server.tables.values()
        told = {name: {tag["tagFQN"] for tag in tags} for name, tags in columns.items()}
        assert told == {
            names[0]: {"PII.NonSensitive", "Tier.Tier1", "piiguard.KZ_IIN"},
            names[1]: {"PII.Sensitive", "piiguard.KZ_IIN"},
        }
        assert names[2] in capsys.readouterr().err
