"""``--plan``: the very statements, and nothing is changed by asking."""

from __future__ import annotations

import dataclasses

import sqlalchemy as sa

from piiguard.protect.jobs.encrypt import encrypt
from piiguard.protect.jobs.plan import plan_encrypt, plan_rotate

from .conftest import IIN, ITEMS, NOTE, PHONE, People


def test_asking_changes_nothing(people: People) -> None:
    people.fill(3)
    before = people.rows()
    for item in ITEMS:
        assert list(plan_encrypt(people.job(), item))
    assert people.rows() == before
    assert sa.inspect(people.engine).get_table_names() == ["people"]


def test_the_stages_of_a_twin_stand_in_their_order(people: People) -> None:
    names = [stage.name for stage in plan_encrypt(people.job(), IIN)]
    assert names == [
        "expand",
        "backfill",
        "verify",
        "deploy-writing-both",
        "index",
        "swap",
        "deploy-ciphertext",
    ]


def test_a_text_column_is_read_both_ways_and_indexed_before_it_is_converted(people: People) -> None:
    names = [stage.name for stage in plan_encrypt(people.job(), NOTE)]
    assert names == ["expand", "deploy-reading-both", "convert", "deploy-ciphertext"]
    item = dataclasses.replace(IIN, storage="text")
    assert [stage.name for stage in plan_encrypt(people.job(), item)] == [
        "expand",
        "fill",
        "index",
        "deploy-reading-both",
        "deploy-indexed",
        "convert",
        "deploy-ciphertext",
    ]


def test_the_planned_changes_of_the_schema_are_those_that_are_run(people: People) -> None:
    people.fill(5)
    planned = [
        statement
        for stage in plan_encrypt(people.job(), PHONE)
        if stage.name in ("expand", "index", "swap")
        for statement in stage.statements
    ]
    run: list[str] = []
    sa.event.listen(people.engine, "before_cursor_execute", lambda *args: run.append(args[2]))
    encrypt(people.job(), PHONE)
    missing = [statement for statement in planned if statement not in run]
    assert missing == []


def test_what_is_done_needs_no_plan(people: People) -> None:
    people.fill(5)
    encrypt(people.job(), PHONE)
    assert [stage.name for stage in plan_encrypt(people.job(), PHONE)] == ["nothing"]
    (stage,) = plan_rotate(people.job(), [PHONE])
    assert stage.place == "people.phone"
    assert "update" in stage.statements[0].lower()
