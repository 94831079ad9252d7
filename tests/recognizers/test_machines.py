"""Addresses of machines and names of accounts: found where they are, told as low at most unless they are asked for."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from piiguard.detect import Engine
from piiguard.entities import IP_ADDRESS, UNASKED, USERNAME
from piiguard.redact import redact_text
from tests.corpora import scan

ADDRESSES = (
    "203.0.113.77 - - [29/Nov/2026:10:00:00 +0500] \"GET / HTTP/1.1\" 200",
    "Failed password for root from 198.51.100.23 port 51022 ssh2",
    "client_ip=192.0.2.146",
    '{"remote_addr": "203.0.113.5"}',
    "вход с айпи 10.1.22.3",
    "IP-адрес: 192.168.10.5",
    "http://203.0.113.9/login",
    "from 2001:db8:85a3::8a2e:370:7334 to us",
    "peer [2001:db8::17]:443",
)  # fmt: skip
NO_ADDRESSES = (
    "версия 4.12.0.3", "nginx/1.24.0.118", "version 203.0.113.4", "libfoo-203.0.113.4.so", "OID 2.5.29.15", "п. 4.5.1.2 договора",
    "127.0.0.1", "0.0.0.0",  # noqa: S104
    "255.255.255.255", "::1", "10.0.0.5", "маска 255.255.255.0", "203.0.113.0/24", "203.0.113.300",
    "12:30:45", "std::vector", "1.2.3", "203.0.113.4.5", "firmware 198.51.100.2",
)  # fmt: skip
NAMES = (
    ("user=asynaqov db=crm", "asynaqov"),
    ("login: a.synaqov", "a.synaqov"),
    ('{"username": "ulgi_m"}', "ulgi_m"),
    ("Accepted publickey for mysal7 from 203.0.113.7 port 22", "mysal7"),
    ("session opened for user ulgiev(uid=1004) by (uid=0)", "ulgiev"),
    ("Invalid user bsynaq from 203.0.113.7", "bsynaq"),
    ("203.0.113.7 - ulgi [29/Nov/2026:10:00:00 +0500]", "ulgi"),
    ("логин: үлгі2", "үлгі2"),
    ("имя пользователя — synaq.m", "synaq.m"),
    ("пайдаланушы аты: synaq_m", "synaq_m"),
    ("sudo:   msynaq : TTY=pts/0 ; COMMAND=/bin/ls", "msynaq"),
    ("пользователь a.synaqov вошёл", "a.synaqov"),
    ("User: CORP\\asynaqov", "asynaqov"),
)
NO_NAMES = (
    "user=root", "session opened for user www-data(uid=33)", "login: admin", "username: null", "user=1042", "user not found",
    "login failed", "user logged in", "пользователь не найден", "пайдаланушы табылмады", "users: 15", "user_id=15", "логин и пароль",
)  # fmt: skip


def found(text: str, entity: str) -> list[str]:
    return [text[m.start : m.end] for m in Engine(entities=[entity]).find(text) if m.score >= 0.5]


@pytest.mark.parametrize("text", ADDRESSES)
def test_an_address_is_found(text: str) -> None:
    assert len(found(text, IP_ADDRESS)) == 1


@pytest.mark.parametrize("text", NO_ADDRESSES)
def test_versions_clauses_networks_and_our_own_machines_are_none(text: str) -> None:
    assert found(text, IP_ADDRESS) == []


@pytest.mark.parametrize(("text", "name"), NAMES)
def test_a_name_is_found_where_something_calls_it_so(text: str, name: str) -> None:
    assert found(text, USERNAME) == [name]


@pytest.mark.parametrize("text", NO_NAMES)
def test_accounts_of_the_system_and_sentences_are_none(text: str) -> None:
    assert found(text, USERNAME) == []


TEXT = "203.0.113.77 - asynaqov [29/Nov/2026:10:00:00 +0500]"


def test_unasked_they_are_not_looked_for_or_told_as_low() -> None:
    assert Engine().find(TEXT) == []
    unasked = Engine(entities=sorted(UNASKED), named=()).find(TEXT)
    assert {m.entity for m in unasked} == UNASKED
    assert max(m.score for m in unasked) < 0.5
    assert min(m.score for m in Engine(entities=sorted(UNASKED)).find(TEXT)) >= 0.5


def test_redaction_replaces_them_only_where_they_are_named() -> None:
    assert redact_text(TEXT) == TEXT
    assert "asynaqov" not in redact_text(TEXT, entities=[USERNAME])
    assert "203.0.113.77" not in redact_text(TEXT, entities=[IP_ADDRESS])


@pytest.mark.parametrize("entity", sorted(UNASKED))
@pytest.mark.parametrize("kind", ["log", "csv"])
def test_a_scan_tells_them_at_low_or_when_they_are_asked_for(entity: str, kind: str, tmp_path: Path) -> None:
    target = tmp_path / f"visits.{kind}"
    lines = (
        [TEXT] * 60
        if kind == "log"
        else ["login,client_ip", *(f"synaq{n}u,203.0.113.{n}" for n in range(1, 80))]
    )
    target.write_text("\n".join(lines) + "\n", encoding="utf-8")

    def levels(*options: str) -> set[str]:
        document = scan(target, *options, out=tmp_path / "o.json")[1]
        return {each["confidence"] for each in document["findings"] if each["entity"] == entity}

    assert levels() == set()
    assert levels("--min-confidence", "low") == {"low"}
    assert levels("--entities", entity) in ({"medium"}, {"high"}, {"medium", "high"})


def test_a_finding_holds_no_value(tmp_path: Path) -> None:
    log = tmp_path / "a.log"
    log.write_text(TEXT + "\n", encoding="utf-8")
    said = json.dumps(scan(log, "--min-confidence", "low", out=tmp_path / "o.json")[1])
    assert "203.0.113.77" not in said
    assert "asynaqov" not in said
