"""Verdicts follow shares and chance: certain columns are named, noise is not."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence

from piiguard.scan.judge import Verdict, judge
from piiguard.scan.observe import Observer
from piiguard.scan.statistics import merge_partials

DICE = random.Random(3)


def verdicts(
    observer: Observer, column: str, values: Sequence[object], path: str | None = None
) -> dict[str, Verdict]:
    partials = merge_partials([observer.observe(column, values)])
    return {v.entity: v for v in judge(column, path, partials[column, path])}


def test_a_column_of_iins_is_certain_without_its_name(observer: Observer, iin: Callable[[], str]) -> None:
    found = verdicts(observer, "field7", [iin() for _ in range(50)])
    assert found["KZ_IIN"].confidence == "high"
    assert found["KZ_IIN"].matched == 50
    assert "excluded" in {reason.code for reason in found["KZ_IIN"].reasons}


def test_order_numbers_of_twelve_digits_do_not_cry_wolf(observer: Observer) -> None:
    for seed in range(100):
        dice = random.Random(seed)
        column = [f"{dice.randrange(10**12):012}" for _ in range(1000)]
        assert "KZ_IIN" not in verdicts(observer, "order_number", column), seed


def test_running_numbers_behind_a_date_are_no_iins(observer: Observer) -> None:
    column = [f"2605213{serial:05}" for serial in range(1000)]
    assert "KZ_IIN" not in verdicts(observer, "contract", column)


def test_timestamps_are_no_iins(observer: Observer) -> None:
    column = [
        f"26{m:02}{d:02}1{h}{s:04}"
        for m in range(1, 13)
        for d in range(1, 29)
        for h in range(9)
        for s in (1, 3007)
    ]
    assert "KZ_IIN" not in verdicts(observer, "created", column)


def test_one_constant_that_passes_is_one_value(observer: Observer) -> None:
    assert "KZ_IIN" not in verdicts(observer, "field7", ["050312300015"] * 1000)


def test_three_values_need_the_name_of_the_column(observer: Observer, iin: Callable[[], str]) -> None:
    values = [iin() for _ in range(3)]
    assert "KZ_IIN" not in verdicts(observer, "field7", values)
    assert verdicts(observer, "ЖСН", values)["KZ_IIN"].confidence == "high"


def test_zeros_lost_in_a_number_column_are_put_back(observer: Observer, iin: Callable[[], str]) -> None:
    values = [int(iin()) for _ in range(50)]
    assert verdicts(observer, "taxpayer_iin", values)["KZ_IIN"].matched == 50
    floats = [float(value) for value in values]
    assert verdicts(observer, "iin", floats)["KZ_IIN"].confidence == "high"


def test_three_labelled_iins_in_many_notes_do_not_vanish(observer: Observer, iin: Callable[[], str]) -> None:
    notes = ["доставка до двери"] * 20_000
    for place in (11, 7000, 19_999):
        notes[place] = f"ИИН {iin()} проверен"
    found = verdicts(observer, "notes", notes)
    assert (found["KZ_IIN"].confidence, found["KZ_IIN"].matched) == ("high", 3)


def test_three_bare_iins_among_no_other_numbers_do_not_vanish(
    observer: Observer, iin: Callable[[], str]
) -> None:
    notes = ["позвонить клиенту"] * 5000
    for place in (11, 700, 4999):
        notes[place] = f"проверили {iin()} вчера"
    assert verdicts(observer, "notes", notes)["KZ_IIN"].matched == 3


def test_bare_numbers_in_notes_are_weighed_against_chance(observer: Observer) -> None:
    notes = [f"посылка {DICE.randrange(10**12):012} в пути" for _ in range(3000)]
    assert "KZ_IIN" not in verdicts(observer, "notes", notes)


def test_ten_digits_are_phones_only_in_a_column_named_so(observer: Observer) -> None:
    values = [f"701{serial:07}" for serial in range(100)]
    assert "KZ_PHONE" not in verdicts(observer, "ref", values)
    assert verdicts(observer, "моб_тел", values)["KZ_PHONE"].confidence == "high"


def test_nine_digits_are_a_document_only_in_a_column_named_so(observer: Observer) -> None:
    values = [f"0{serial:08}" for serial in range(100)]
    assert verdicts(observer, "sku", values) == {}
    assert "KZ_ID_CARD" in verdicts(observer, "nomer_udostovereniya", values)


def test_persons_and_companies_may_share_a_column(observer: Observer, iin: Callable[[], str]) -> None:
    bins = ["500140000118", "791043078805", "540162191550", "710240470120", "630351764220", "660960019976"]
    found = verdicts(observer, "iin_bin", [iin() for _ in range(20)] + bins)
    assert found["KZ_IIN"].confidence == "high"
    assert "KZ_BIN" in found


def test_a_name_whose_values_fail_is_said_as_low(observer: Observer) -> None:
    found = verdicts(observer, "iin", ["990101300123", "900101300123", "880101300124", "870101300129"])
    assert (found["KZ_IIN"].confidence, found["KZ_IIN"].matched) == ("low", 0)
    assert [reason.code for reason in found["KZ_IIN"].reasons] == ["only_named"]


def test_whole_names_are_found_without_a_header(observer: Observer) -> None:
    names = [
        "Сынақов Үлгі Мысалұлы",
        "Иванова Анна Петровна",
        "Айгүл Серікова",
        "Нұрлан Ахметов",
        "АХМЕТОВ НУРЛАН",
    ]
    assert verdicts(observer, "field3", names * 5)["PERSON"].confidence == "high"


def test_goods_and_colours_are_no_names(observer: Observer) -> None:
    goods = [
        "красный",
        "синий",
        "зелёный",
        "белый",
        "чёрный",
        "жёлтый",
        "Стол письменный",
        "Шкаф",
        "Лампа",
        "Диван",
    ]
    assert "PERSON" not in verdicts(observer, "title", goods * 5)


def test_json_paths_are_columns_of_their_own(observer: Observer, iin: Callable[[], str]) -> None:
    cells = [f'{{"client": {{"docs": [{{"iin": "{iin()}"}}], "ok": true}}}}' for _ in range(20)]
    found = verdicts(observer, "meta", cells, "$.client.docs[*].iin")
    assert found["KZ_IIN"].matched == 20
