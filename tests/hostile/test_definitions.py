"""What a database holds beside its rows is searched: whoever may make objects can put a value into any text of them."""

from __future__ import annotations

import re

import pytest
import sqlalchemy as sa

from piiguard.scan import Options, scan_database
from piiguard.scan.discretion import Discretion

from . import schemas
from .files import iin

SMALL = Options(sample=None, entities=("KZ_IIN",))
POSTGRESQL = """
create schema "s{n}"
create table "t{n}" (a int)
create table t (a int, "c{n}" int)
create sequence "q_{n}"
create type "e{n}" as enum ('a')
create table t (a int); create index "i{n}" on t (a)
create table t (a text default '{n}')
create domain d as text default '{n}'
create table t (a text check (a <> '{n}'))
create table t (a int constraint "k{n}" check (a > 0))
create domain d as text check (value <> '{n}')
create type e as enum ('a', '{n}')
create view v as select '{n}'::text as a
create materialized view v as select 1 as a where '{n}' <> 'a'
create table t (a text); create index on t (a) where a <> '{n}'
create table t (a text); create index on t ((a || '{n}'))
create table t (a text) partition by list (a); create table p partition of t for values in ('{n}')
create aggregate g(text) (sfunc = textcat, stype = text, initcond = '{n}')
create sequence q; comment on sequence q is 'IIN {n}'
create table t (a int); create view v as select a from t; comment on column v.a is 'IIN {n}'
create table t (a int); create index i on t (a); comment on index i is 'IIN {n}'
create table t (a int); comment on table t is 'IIN {n}'
create table t (a int); comment on column t.a is 'IIN {n}'
create type e as enum ('a'); comment on type e is 'IIN {n}'
create function f() returns int language sql as 'select 1'; comment on function f is 'IIN {n}'
comment on schema public is 'IIN {n}'
create table t (a int constraint k check (a > 0)); comment on constraint k on t is 'IIN {n}'
create function f() returns text language sql as $$ select '{n}'::text $$
create function f(a text default '{n}') returns int language sql as 'select 1'
create procedure f() language sql as $$ select '{n}'::text $$
create table t (a text); create rule r as on insert to t do also select '{n}'::text
create table t (a text); alter table t enable row level security; create policy p on t using (a <> '{n}')
create table t (a int); alter table t enable row level security; create policy "p{n}" on t using (a > 0)
create table t (a text, b text); create statistics s on (a || '{n}'), b from t
create function f() returns trigger language plpgsql as $$ begin return new; end $$;
 create table t (a text); create trigger r before insert on t for each row when (new.a <> '{n}') execute function f()
"""
MARIADB = """
create table `t{n}` (a int)
create table t (a int, `c{n}` int)
create table t (a int, index `i{n}` (a))
create table t (a varchar(20) default '{n}')
create table t (a varchar(20) check (a <> '{n}'))
create table t (a enum('a', '{n}'))
create table t (a set('a', '{n}'))
create table t (a int) comment 'IIN {n}'
create table t (a int comment 'IIN {n}')
create table t (a int, index (a) comment 'IIN {n}')
create table t (a varchar(20), b varchar(40) as (concat(a, '{n}')))
create view v as select '{n}' as a
create function f() returns varchar(20) return '{n}'
create function f() returns int comment 'IIN {n}' return 1
create procedure f() select '{n}'
create procedure `f{n}`() select 1
create event e on schedule every 1 year do select '{n}'
create event e on schedule every 1 year comment 'IIN {n}' do select 1
create table t (a varchar(20)) partition by list columns (a) (partition p values in ('{n}'))
create table t (a int) partition by list (a) (partition p values in (1) comment 'IIN {n}')
create sequence `q{n}`
create table t (a varchar(20)); create trigger r before insert on t for each row set new.a = '{n}'
"""
SQLITE = """
create table "t{n}" (a int)
create table t (a int, "c{n}" int)
create table t (a text default '{n}')
create table t (a text check (a <> '{n}'))
create table t (a int /* IIN {n} */)
create view v as select '{n}' as a
create table t (a text); create index i on t (a) where a <> '{n}'
create table t (a text); create index "i{n}" on t (a)
create table t (a text); create trigger r after insert on t begin update t set a = '{n}'; end
"""
KINDS = {"postgresql": POSTGRESQL, "mariadb": MARIADB, "sqlite": SQLITE}


def statements(text: str) -> list[str]:
    return [each.replace("\n", " ").strip() for each in re.split(r"\n(?! )", text) if each.strip()]


@pytest.mark.parametrize("kind", KINDS)
def test_a_value_in_any_definition_is_found(request: pytest.FixtureRequest, kind: str) -> None:
    url = str(request.getfixturevalue(f"{kind}_url"))
    engine, missed = schemas.plain_engine(url), []
    for number, statement in enumerate(statements(KINDS[kind]), 1):
        made = statement.replace("{n}", iin(number))
        before = set(objects(engine))
        with engine.begin() as connection:
            for each in re.split(r"; (?=create|alter|comment)", made):
                connection.exec_driver_sql(each.replace("%", "%%"))
        report = scan_database(url, SMALL)
        assert iin(number) not in repr(Discretion().report(report).to_dict())
        if not report.findings:
            missed.append(statement)
        with engine.begin() as connection:
            for drop in set(objects(engine)) - before:
                connection.exec_driver_sql(drop)
            if kind == "postgresql":
                connection.exec_driver_sql("comment on schema public is null")
    engine.dispose()
    assert missed == []


def objects(engine: sa.Engine) -> list[str]:
    """How to drop what there is."""
    with engine.connect() as connection:
        return list(connection.exec_driver_sql(_DROPS[engine.dialect.name]).scalars())


_DROPS = {
    "postgresql": """
select case when nspname <> 'public' then format('drop schema %%I cascade', nspname)
            else 'drop schema public cascade; create schema public' end
  from pg_namespace n where nspname !~ '^pg_' and nspname <> 'information_schema'
   and (nspname <> 'public' or exists (select from pg_depend d where d.refclassid = 'pg_namespace'::regclass
                                          and d.refobjid = n.oid))""",
    "mysql": """
select concat('drop ', if(table_type = 'BASE TABLE', 'table', table_type), ' `', table_name, '`')
  from information_schema.tables where table_schema = database() union all
select concat('drop ', routine_type, ' `', routine_name, '`') from information_schema.routines
 where routine_schema = database() union all
select concat('drop event `', event_name, '`') from information_schema.events where event_schema = database()""",
    "sqlite": """select 'drop ' || type || ' "' || name || '"' from sqlite_master where type in ('table', 'view')""",
}


def test_what_the_account_is_not_shown_is_named(mariadb_url: str) -> None:
    engine = schemas.plain_engine(mariadb_url)
    with engine.begin() as connection:
        for statement in ("create table t (a int)", "insert into t values (1)", "create function f() returns int return 1",
                          "create or replace user reader_d@'%%' identified by 'x'", "grant select on t to reader_d@'%%'",
                          f"grant execute on `{engine.url.database}`.* to reader_d@'%%'"):  # fmt: skip
            connection.exec_driver_sql(statement)
    try:
        report = scan_database(engine.url.set(username="reader_d", password="x"), SMALL)
        assert [(each.place, each.reason) for each in report.unread] == [
            ("f function", "its function is not shown to this account")
        ]
    finally:
        with engine.begin() as connection:
            connection.exec_driver_sql("drop user reader_d@'%%'")
        engine.dispose()


def test_only_the_objects_asked_for_are_looked_at(sqlite_url: str) -> None:
    engine = schemas.plain_engine(sqlite_url)
    with engine.begin() as connection:
        for table in ("a", "b"):
            connection.exec_driver_sql(f"create table {table} (v text default '{iin(1)}')")
    engine.dispose()
    wanted = scan_database(sqlite_url, Options(tables=("a",), entities=("KZ_IIN",)))
    rest = scan_database(sqlite_url, Options(exclude=("a",), entities=("KZ_IIN",)))
    assert {each.table for each in wanted.findings} == {"a"}
    assert {each.table for each in rest.findings} == {"b"}
