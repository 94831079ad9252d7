"""Catalogues are told of every column of a base table that holds personal data, by its own name, and of nothing else."""

from __future__ import annotations

import random
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from piiguard.cli.main import run
from piiguard.report.catalogues import CATALOGUES, Catalogue, to_catalogue
from piiguard.report.catalogues.columns import IN_A_FILE, MASKED
from piiguard.scan.finding import Finding, ScanReport
from piiguard.scan.policy import Policy
from tests.corpora import iin
from tests.hostile.names import NAMES
from tests.report.catalogues import READERS, RESERVED, Names, Read

URL = "postgresql+psycopg://reader:***@db:5433/crm"
PLAIN = ("public", "people", "id number")


def column(names: Names = PLAIN, entity: str = "KZ_IIN", **more: Any) -> Finding:
    """A finding in the table and column of these names, below their schema."""
    schema, table, name = names
    shown = table if schema == "public" else f"{schema}.{table}"
    given: dict[str, Any] = {"target": URL, "table": shown, "base": (schema, table), "column": name}
    made = Finding(URL, "column", entity, "high", 0.98, 9, 9, "none", "05*")
    return replace(made, **given | more)


def told(catalogue: Catalogue, *findings: Finding, **more: Any) -> tuple[dict[Names, Read], dict[str, str]]:
    """What the catalogue reads, and what it is said not to be told of, by place."""
    text, left = to_catalogue(ScanReport("", "", findings=findings), catalogue, **more)
    return READERS[catalogue](text), {one.place: one.why for one in left}


def whole(catalogue: Catalogue, names: Names, service: str = "crm", database: str = "crm") -> Names:
    """The names under which a catalogue has a column of PostgreSQL."""
    if catalogue == "datahub":
        return ".".join((database, *names[:-1])), names[-1]
    return (service, database, *names) if catalogue == "openmetadata" else (database, *names)


def can_be_told(catalogue: Catalogue, names: Names) -> bool:
    """Whether the form has any way to say the names, as its own documents and code have it."""
    try:
        "".join(names).encode()
    except UnicodeEncodeError:
        return False
    if catalogue == "datahub":
        escapes = ("%2C", "%28", "%29", "%E2%90%9F")
        return not any(escape in ".".join(names[:-1]) for escape in escapes)
    if catalogue == "openmetadata":
        signs = ("\n", "\r", "\x85", "\u2028", "\u2029", *RESERVED)
        return not any(sign in name for name in names for sign in signs)
    pairs = ("{{", "{%", "{#", "}}", "%}", "#}", "\n", "\r")
    return not any(pair in name for name in names for pair in pairs)


PIECES = st.sampled_from(
    ["people", "Қызмет", ".", "..", '"', "'", "`", ",", "(", ")", "␟", "%2C", "%", "/", "~", "~1", "::", ">", ":", "#", "- ", "{{ 7*7 }}",
     "{%", "{#", "#}", "{", "}", "\\", "\n", "\t", "\x85", "\u2028", "\u202e", "\x00", "\udcff", "\U000e0041", "😀", " ", "null", "yes", "=1+1",
     "__reserved__colon__", "&a", "*a", "!x", "|"]
)  # fmt: skip
NAME = st.lists(PIECES, min_size=1, max_size=6).map("".join)
LAW = settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))


@pytest.mark.parametrize("catalogue", CATALOGUES)
@LAW
@given(names=st.tuples(NAME, NAME, NAME))
def test_a_name_of_any_spelling_is_read_back_or_named_as_left_out(catalogue: Catalogue, names: Names) -> None:
    if "•" in "".join(names):
        return  # the sign of a mask: below
    found, left = told(catalogue, column(names), column())
    expected = {whole(catalogue, PLAIN)}
    if can_be_told(catalogue, names):
        expected.add(whole(catalogue, names))
    assert found.keys() == expected
    assert len(left) == 2 - len(expected) if names != PLAIN else not left


@pytest.mark.parametrize("catalogue", CATALOGUES)
@pytest.mark.parametrize("called", NAMES)
def test_a_hostile_name_is_read_back_or_named_as_left_out(catalogue: Catalogue, called: str) -> None:
    names = NAMES[called], NAMES[called], NAMES[called]
    found, left = told(catalogue, column(names))
    assert set(found) == ({whole(catalogue, names)} if can_be_told(catalogue, names) else set())
    assert len(found) + len(left) == 1


@pytest.mark.parametrize("catalogue", CATALOGUES)
def test_a_column_is_told_once_with_all_that_it_holds(catalogue: Catalogue) -> None:
    """The most certain of each entity, the worst protection, and why it is stored, by the policy."""
    policy = Policy.parse(
        'organisation = "Үлгі"\npurpose = "study"\n'
        '[[categories]]\ncategory = "iin"\npurpose = "to know a student from another"\n'
        '[[categories]]\ncategory = "phone"\n[[categories]]\ncategory = "email"\n'
    )
    found, left = told(
        catalogue,
        column(path="$.a", confidence="medium", protection="encrypted"),
        column(path="$.b"),
        column(entity="KZ_PHONE", confidence="low", protection="encrypted"),
        column(("public", "people", "mail"), "EMAIL_ADDRESS", confidence="medium", protection="partial"),
        column(("public", "people", "name"), "PERSON", protection="encrypted"),
        policy=policy,
    )
    assert left == {}
    several = Read({"KZ_IIN": "high", "KZ_PHONE": "low"}, "none", "study; to know a student from another")
    several.purpose = found[whole(catalogue, PLAIN)].purpose
    assert sorted(several.purpose.split("; ")) == ["study", "to know a student from another"]
    assert found == {
        whole(catalogue, PLAIN): several,
        whole(catalogue, ("public", "people", "mail")): Read({"EMAIL_ADDRESS": "medium"}, "partial", "study"),
        whole(catalogue, ("public", "people", "name")): Read({"PERSON": "high"}, "encrypted", ""),
    }


@pytest.mark.parametrize("catalogue", CATALOGUES)
def test_what_is_no_column_of_a_table_is_left_out_and_named(catalogue: Catalogue) -> None:
    file = Finding("app.log", "file", "KZ_IIN", "high", 0.98, 9, 9, "none", "05*", file="app.log")
    found, left = told(
        catalogue,
        file,
        column(table="v_people", base=(), hindrance="view"),
        column(table="t_05••••••••••"),
        column(table="own", entity='OWN "}}'),
        column(target="lake/people.parquet", table="lake/people.parquet", base=()),
        column(entity="KZ_BIN"),  # of an organisation: no personal data
    )
    assert found == {}
    assert {place.partition(".id number")[0] for place in left} == {
        "app.log", "v_people", "t_05••••••••••", "own", "lake/people.parquet"
    }  # fmt: skip


@pytest.mark.parametrize(
    ("url", "name", "datahub", "openmetadata", "dbt"),
    [
        (URL, "", "crm.public.t", "crm.crm.public.t", "crm.public.t"),
        (URL, "the crm", "crm.public.t", "the crm.crm.public.t", "crm.public.t"),
        ("postgresql://h/a%2Cb", "", "a%2Cb.public.t", "a,b.a,b.public.t", "a,b.public.t"),
        ("postgresql://crm@h", "", "crm.public.t", "crm.crm.public.t", "crm.public.t"),
        ("mysql+pymysql://u:***@h/shop", "", "shop.t", "shop.default.shop.t", "shop.t"),
        ("mariadb+pymysql://h/shop", "", "shop.t", "shop.default.shop.t", "shop.t"),
        ("sqlite:///in/cr%20m.db", "", "main.t", "cr m.default.main.t", "main.t"),
    ],
)
def test_a_table_has_the_name_that_each_catalogue_gives_it(
    url: str, name: str, datahub: str, openmetadata: str, dbt: str
) -> None:
    """As their own readers of databases call it, so that tags meet the table that is there."""
    schema = "public" if url.startswith("postgresql") else ""
    finding = column(("", "t", "c"), base=(schema, "t"), target=name or url, address=url if name else None)
    for catalogue, said in (("datahub", datahub), ("openmetadata", openmetadata), ("dbt", dbt)):
        text, _ = to_catalogue(ScanReport("", "", findings=(finding,)), catalogue)  # type: ignore[arg-type]
        if catalogue == "datahub":
            platform = "postgres" if schema else url.partition(":")[0].partition("+")[0]
            assert f'"urn:li:dataset:(urn:li:dataPlatform:{platform},{said},PROD)"' in text
        else:
            assert list(READERS[catalogue](text)) == [(*said.split("."), "c")]


def test_the_command_writes_what_tables_hold_and_says_what_it_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    dice = random.Random(7)
    numbers = [iin(dice) for _ in range(20)]
    masked = f"t_{numbers[0]}"
    with closing(sqlite3.connect("crm.db")) as connection:
        for table in ("a.b", masked):
            connection.execute(f'create table "{table}" (iin text)')
            connection.executemany(f'insert into "{table}" values (?)', [(number,) for number in numbers])
        connection.commit()
    Path("app.log").write_text(f"принят ИИН {numbers[1]}\n" * 3, encoding="utf-8")
    for catalogue in CATALOGUES:
        words = ["scan", "crm.db", "app.log", "--entities", "KZ_IIN", "--format", catalogue, "-o", "told"]
        assert run(words) == 3
        [(names, read)] = READERS[catalogue](Path("told").read_text(encoding="utf-8")).items()
        assert (names[-1], read.entities) == ("iin", {"KZ_IIN": "high"})
        assert names[-2] == ("main.a.b" if catalogue == "datahub" else "a.b")
        said = [line for line in capfd.readouterr().err.splitlines() if "left out of the catalogue" in line]
        assert [line.rpartition(": ")[2] for line in said] == [MASKED, IN_A_FILE]
        assert not any(number in line for number in numbers for line in said)
