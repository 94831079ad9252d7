"""One rule for a value, wherever it stands: a cell, a page of cells, a column and the engine agree."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from piiguard.confidence import HIGH, MEDIUM, at_least
from piiguard.detect import Engine, cell
from piiguard.entities import BY_NAME
from piiguard.recognizers import evidence
from piiguard.recognizers.checks import phone
from piiguard.scan.engines import make_observer
from piiguard.scan.judge import Verdict, judge
from piiguard.scan.observe import Observer
from piiguard.scan.options import Options

CELLS = 300
SEPARATORS = (" ", ", ", "; ", " / ", "/", "\n", "\t", "|", " и ")
Maker = Callable[[random.Random], str]


def identifier(dice: random.Random, head: str) -> str:
    """Twelve digits whose last one the published rule gives."""
    while True:
        body = head + "".join(dice.choices("0123456789", k=11 - len(head)))
        for weights in (range(1, 12), (3, 4, 5, 6, 7, 8, 9, 10, 11, 1, 2)):
            rest = sum(int(digit) * weight for digit, weight in zip(body, weights, strict=True)) % 11
            if rest < 10:
                return f"{body}{rest}"


def iin(dice: random.Random) -> str:
    return identifier(
        dice, f"0{dice.randrange(10)}{dice.randrange(1, 13):02}{dice.randrange(1, 29):02}{dice.choice('34')}"
    )


def company(dice: random.Random) -> str:
    return identifier(dice, f"{dice.randrange(50, 90)}{dice.randrange(1, 13):02}4{dice.randrange(4)}")


def number(prefix: str, size: int = 16) -> Maker:
    """Card numbers of a scheme: ISO/IEC 7812-1."""

    def make(dice: random.Random) -> str:
        body = prefix + "".join(dice.choices("0123456789", k=size - 1 - len(prefix)))
        doubled = [int(digit) * 2 for digit in body[-1::-2]]
        total = sum(value - 9 * (value > 9) for value in doubled) + sum(map(int, body[-2::-2]))
        return f"{body}{-total % 10}"

    return make


def account(dice: random.Random) -> str:
    """ISO 13616: the remainder by 97 is 1."""
    body = f"125{dice.randrange(10**13):013}"
    return f"KZ{98 - int(f'{body}203500') % 97:02}{body}"


def digits(form: str) -> Maker:
    """A form in which every # is a digit."""
    return lambda dice: "".join(dice.choice("0123456789") if sign == "#" else sign for sign in form)


def of_words(*words: str) -> Maker:
    return lambda dice: " ".join(dice.choice(each.split("|")) for each in words)


PERSON = of_words(
    "Сынақов|Үлгіев|Мысалов|Образцов|Тестов", "Үлгі|Дана|Айдар|Иван|Асель", "Мысалұлы|Үлгіұлы|Петрович"
)
CARDS = {
    f"CREDIT_CARD {prefix}": number(prefix, size)
    for prefix, size in (
        ("6011", 16), ("3528", 16), ("36", 14), ("8600", 16), ("9860", 16), ("5018", 16), ("2205", 16), ("4400", 16),
    )
}  # fmt: skip
MAKERS: dict[str, Maker] = {
    "KZ_IIN": iin,
    "KZ_BIN": company,
    "KZ_PHONE": digits("87010######"),
    "KZ_PHONE plus": digits("+7 701 0## ## ##"),
    "KZ_PHONE brackets": digits("8 (701) 0##-##-##"),
    "EMAIL_ADDRESS": digits("user####@example.kz"),
    "IBAN_CODE": account,
    **CARDS,
    "KZ_ID_CARD": digits("0########"),
    "KZ_PASSPORT": digits("N1#######"),
    "KZ_DRIVER_LICENSE": digits("AB 1#####"),
    "KZ_MRZ": lambda dice: (
        "P<KAZTESTOV<<SYNAQ<<<<<<<<<<<<<<<<<<<<<<<<<<|N123456785KAZ0508263M2906173050826398546<<28"
    ),
    "KZ_DOCUMENT_DATE": lambda dice: (
        f"{dice.randrange(1, 29):02}.{dice.randrange(1, 13):02}.20{dice.randrange(10, 20)}"
    ),
    "KZ_BIRTH_DATE": lambda dice: (
        f"{dice.randrange(1, 29):02}.{dice.randrange(1, 13):02}.190{dice.randrange(10)}"
    ),
    "IP_ADDRESS": lambda dice: f"203.0.113.{dice.randrange(1, 255)}",
    "USERNAME": of_words("a|b|c", "synaqov|ulgiev|mysalov"),
    "KZ_DOCUMENT_ISSUER": of_words("МВД|МЮ", "РК|Республики Казахстан"),
    "KZ_VEHICLE_PLATE": digits("1## ABC 02"),
    "KZ_BIC": of_words("CASPKZKA|HSBKKZKX"),
    "KZ_ADDRESS": lambda dice: (
        f"г. Астана, ул. Мысал, д. {dice.randrange(1, 200)}, кв. {dice.randrange(1, 99)}"
    ),
    "KZ_WORKPLACE": of_words("директор|бухгалтер|инженер", "ТОО", "«Үлгі»|«Мысал»|«Сынақ»"),
    "PERSON": PERSON,
}
LABELS = {row.name: row.columns.split(", ")[0].replace(" ", "_") for row in BY_NAME.values()}


@pytest.fixture(scope="module")
def observer() -> Observer:
    return make_observer(Options())


def column(observer: Observer, name: str, cells: Sequence[object]) -> dict[str, Verdict]:
    """What is reported of a column by itself, at medium or above."""
    found = observer.observe(name, cells)[name, None]
    return {v.entity: v for v in judge(name, None, found) if at_least(v.confidence, "medium")}


def engine_says(observer: Observer, name: str, cells: Sequence[str], least: float = MEDIUM) -> set[str]:
    """The entities that the engine reports in nine of ten such cells."""
    sample = cells[:40]
    found = [
        {match.entity for match in matches if match.score >= least}
        for _, matches in observer.engine.find_many(sample, (name,))
    ]
    return {entity for entity in BY_NAME if sum(entity in each for each in found) >= 0.9 * len(sample)}


def made(maker: Maker, seed: int = 1) -> list[str]:
    dice = random.Random(seed)
    return [maker(dice) for _ in range(CELLS)]


def joined(first: str, second: str, separator: str) -> list[str]:
    return [f"{a}{separator}{b}" for a, b in zip(made(MAKERS[first]), made(MAKERS[second], 2), strict=True)]


def test_every_entity_has_values_here() -> None:
    assert {cell.entity_of(name) for name in MAKERS} == set(BY_NAME)


@pytest.mark.parametrize("named", ["c1", "its label"])
@pytest.mark.parametrize("kind", MAKERS)
def test_what_the_engine_reports_of_a_cell_a_column_of_such_cells_reports(
    observer: Observer, kind: str, named: str
) -> None:
    name = LABELS[cell.entity_of(kind)] if named == "its label" else named
    cells = made(MAKERS[kind])
    assert column(observer, name, cells).keys() >= engine_says(observer, name, cells)


@settings(max_examples=60, suppress_health_check=list(HealthCheck))
@given(
    st.sampled_from(list(MAKERS)), st.sampled_from(list(MAKERS)), st.sampled_from(SEPARATORS), st.booleans()
)
@example("KZ_PHONE", "KZ_PHONE", " / ", False)
@example("KZ_PHONE", "KZ_PHONE", " / ", True)
@example("KZ_PHONE plus", "KZ_PHONE plus", " ", False)
@example("KZ_PHONE brackets", "KZ_PHONE brackets", " / ", False)
@example("KZ_IIN", "KZ_PHONE", " ", False)
@example("KZ_IIN", "KZ_DOCUMENT_DATE", " ", False)
@example("KZ_IIN", "KZ_DOCUMENT_DATE", " ", True)
def test_two_values_in_a_cell_are_what_the_engine_says(
    observer: Observer, first: str, second: str, separator: str, labelled: bool
) -> None:
    name = LABELS[cell.entity_of(first)] if labelled else "c1"
    cells = joined(first, second, separator)
    assert column(observer, name, cells).keys() >= engine_says(observer, name, cells)
    leaves = observer.observe("data", [{name: text} for text in cells])["data", f"$.{name}"]
    told = {v.entity for v in judge("data", f"$.{name}", leaves) if at_least(v.confidence, "medium")}
    assert told >= engine_says(observer, f"data {name}", cells)


@pytest.mark.parametrize("kind", CARDS)
def test_a_table_of_cards_is_one_whatever_their_scheme(observer: Observer, kind: str) -> None:
    assert column(observer, "card_number", made(CARDS[kind]))["CREDIT_CARD"].confidence == "high"


@pytest.mark.parametrize("separator", SEPARATORS)
def test_what_the_engine_is_sure_of_in_a_cell_does_not_vanish_among_others(
    observer: Observer, separator: str
) -> None:
    cells = [f"ИИН{separator.strip()} {value}" for value in made(iin)[:5]]
    sure = engine_says(observer, "c1", cells * 8, HIGH)
    assert column(observer, "c1", cells + ["доставлено"] * 5000).keys() >= sure


# -- a cell by itself


LABELLED = " | ".join(LABELS.values())


def oracle(engine: Engine, text: str, words: Sequence[str]) -> set[str]:
    return {match.entity for match in engine.find(text, words)}


NUMBERS = (
    st.text("0123456789", min_size=1, max_size=24)
    | st.integers(0, 10**12 - 1).map(lambda n: f"{n:012}")
    | st.lists(st.integers(0, 999), min_size=2, max_size=6).map(lambda parts: ".".join(map(str, parts)))
    | st.text("0123456789 -./()+", min_size=1, max_size=20).filter(str.strip).map(str.strip)
    | st.tuples(st.sampled_from(["7", "8", "007", "8107", "+7 ", "8 ", ""]), st.integers(7_000_000_000, 7_999_999_999)).map(
        lambda both: f"{both[0]}{both[1]}"
    )
    | st.integers(0, 10**6).map(random.Random).flatmap(
        lambda dice: st.sampled_from([maker(dice) for maker in MAKERS.values()])
    )
)  # fmt: skip


@settings(max_examples=300, suppress_health_check=list(HealthCheck))
@given(NUMBERS, st.booleans())
@example("1.2.94", True)
@example("-7/8/94", True)
@example("87.171.234.156", True)
@example("8701.1234567", True)
@example("123.123.123.123", False)
def test_a_cell_is_never_dismissed_that_the_engine_knows(
    observer: Observer, text: str, labelled: bool
) -> None:
    words = (LABELLED,) if labelled else ()
    said = cell.claims(text, evidence.labelled(LABELLED) if labelled else cell.NOBODY)
    if said is not None:
        assert oracle(observer.engine, text, words) <= {cell.entity_of(claim) for claim in said}


@given(st.integers(87_000_000_000, 88_000_000_000 - 1))
@example(87103123456)
def test_of_numbers_from_87_a_cell_takes_those_that_the_check_takes(number: int) -> None:
    said = cell.claims(str(number))
    assert bool(said and cell.entity_of(said[0]) == "KZ_PHONE") == phone.is_valid(str(number))


@given(st.tuples(*[st.integers(0, 255)] * 4).map(lambda parts: ".".join(map(str, parts))))
@example("87.171.234.156")
@example("77.11.231.45")
def test_an_address_of_a_machine_is_no_phone(address: str) -> None:
    assert not any(cell.entity_of(claim) == "KZ_PHONE" for claim in cell.claims(address) or ())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("050312300015", ("KZ_IIN",)),
        ("'050312-300015", ("KZ_IIN",)),
        ("050312300015.0", ("KZ_IIN",)),
        ("50312300015", ("KZ_IIN zeros lost",)),
        ("000000000000", ()),
        ("+7(7172) 64 86 86", ("KZ_PHONE",)),
        ("007 701 123 45 67", ("KZ_PHONE",)),
        ("77011234567", ("KZ_PHONE bare",)),
        ("7011234567", ("KZ_PHONE short",)),
        ("+7 916 000 00 01", None),
        ("4111 1111 1111 1111", ("CREDIT_CARD",)),
        ("012345678", ("KZ_ID_CARD",)),
        ("user@example.kz", ("EMAIL_ADDRESS",)),
        ("icon@2x.png", None),
        ("KZ86 125K ZT50 0410 0100", ("IBAN_CODE",)),
        ("KZ12 3456 7890 1234 5678", None),
        ("87011234567 / 87021234567", None),
    ],
)
def test_a_cell_says_what_it_is_or_asks_for_a_look(text: str, expected: tuple[str, ...] | None) -> None:
    assert cell.claims(text) == expected


@given(st.text(min_size=1, max_size=30))
def test_any_text_is_survived(text: str) -> None:
    assert isinstance(cell.claims(text), tuple | None)


# -- what is none


def controls() -> Iterator[tuple[str, list[str]]]:
    dice = random.Random(7)
    rows = range(60_000)
    yield "order numbers", [str(10_000_000 + 37 * row) for row in rows]
    yield "epoch milliseconds", [str(1_700_000_000_000 + 977 * row) for row in rows]
    yield "snowflakes", [str(1_700_000_000_000_000_000 + 97_777_777 * row) for row in rows]
    yield (
        "dates with times",
        [
            f"20{10 + row % 15}-{1 + row % 12:02}-{1 + row % 28:02} {row % 24:02}:{row % 60:02}"
            for row in rows
        ],
    )
    yield "UUIDs", [f"{dice.getrandbits(128):032x}" for row in rows]
    yield "versions", [f"{row % 10}.{row % 37}.{row % 101}" for row in rows]
    yield "prices", [f"{dice.randrange(10**6)}.{dice.randrange(100):02}" for row in rows]
    yield "offsets", [f"{dice.randrange(10**16):016}" for row in rows]
    yield "addresses of machines", [".".join(str(dice.randrange(256)) for _ in range(4)) for row in rows]


CONTROLS = dict(controls())


@pytest.mark.parametrize("what", CONTROLS)
def test_numbers_of_other_kinds_are_no_finding_at_any_confidence(observer: Observer, what: str) -> None:
    found = observer.observe("c1", CONTROLS[what])["c1", None]
    assert judge("c1", None, found) == []
