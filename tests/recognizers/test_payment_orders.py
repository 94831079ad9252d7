"""Payment orders of the National Bank (MT 102) name people in fields of their own, one below the other."""

from __future__ import annotations

import random

import pytest

from piiguard.demo.people import People
from piiguard.redact import redact_text


@pytest.mark.parametrize("capitals", [True, False])
def test_a_payment_order_keeps_its_fields_and_loses_its_people(capitals: bool) -> None:
    people = People(random.Random(7))
    for person in (people.person() for _ in range(40)):
        names = [person.surname, person.given, person.patronymic]
        if capitals:
            names = [name.upper() for name in names]
        fields = dict(zip(("//FM/", "//NM/", "//FT/"), names, strict=True))
        fields |= {"//DT/": "19050112", "//IDN/": person.iin, "/CHIEF/": f"{names[0]} {names[1][0]}."}
        text = "\n".join([":70:/OPV/S", *map("".join, fields.items()), "//PERIOD/022026", "-}"])
        clean = redact_text(text)
        assert not [value for value in fields.values() if value in clean]
        assert [line[:5] for line in clean.splitlines()] == [line[:5] for line in text.splitlines()]
        assert clean.endswith("//PERIOD/022026\n-}")


@pytest.mark.parametrize(
    "text", ["https://radio.kz/FM/Алматы", "/usr/share/NAME/Алматы", "//PERIOD/022026", "/DT/19050230"]
)
def test_a_path_is_no_payment_order(text: str) -> None:
    assert redact_text(text) == text
