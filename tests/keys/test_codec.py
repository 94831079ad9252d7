"""Values to bytes and back."""

from __future__ import annotations

import contextlib
import datetime
import decimal
import enum
import math
import uuid
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from piiguard.errors import ManifestError
from piiguard.keys.codec import codec_for, names

TEXT = st.text(st.characters(codec="utf-8"))
OFFSETS = st.integers(-1439, 1439).map(lambda minutes: datetime.timezone(datetime.timedelta(minutes=minutes)))
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**60), 2**60)
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=8,
)
NAIVE = datetime.datetime(1905, 3, 12)
AWARE = NAIVE.replace(tzinfo=datetime.UTC)
VALUES: dict[str, st.SearchStrategy[Any]] = {
    "string": TEXT,
    "bytes": st.binary(),
    "integer": st.integers(-(2**63), 2**63 - 1),
    "boolean": st.booleans(),
    "decimal": st.decimals(allow_nan=False),
    "float": st.floats(allow_nan=False),
    "date": st.dates(),
    "time": st.times(),
    "datetime": st.datetimes(),
    "datetime_tz": st.datetimes(timezones=OFFSETS),
    "interval": st.timedeltas(),
    "uuid": st.uuids(),
    "json": JSON,
    "enum": TEXT,
}


def test_the_codes_are_frozen() -> None:
    assert {name: codec_for(name).code for name in names()} == {
        "string": 1,
        "bytes": 2,
        "integer": 3,
        "boolean": 4,
        "decimal": 5,
        "float": 6,
        "date": 7,
        "time": 8,
        "datetime": 9,
        "datetime_tz": 10,
        "interval": 11,
        "uuid": 12,
        "json": 13,
        "enum": 14,
    }


@pytest.mark.parametrize("name", names())
def test_every_type_comes_back_as_it_went(name: str) -> None:
    codec = codec_for(name)

    @given(VALUES[name])
    def comes_back(value: Any) -> None:
        encoded = codec.encode(value)
        assert isinstance(encoded, bytes)
        back = codec.decode(encoded)
        assert back == value
        assert type(back) is type(value)

    comes_back()


@pytest.mark.parametrize("name", names())
def test_any_bytes_decode_or_raise_value_error(name: str) -> None:
    codec = codec_for(name)

    @given(st.binary(max_size=40))
    def decodes_or_refuses(data: bytes) -> None:
        with contextlib.suppress(ValueError):
            codec.decode(data)

    decodes_or_refuses()


@pytest.mark.parametrize(
    ("name", "value", "encoded"),
    [
        ("string", "Үлгі", "d2aed0bbd0b3d196"),
        ("bytes", b"\x00\xff", "00ff"),
        ("integer", -2, "fffffffffffffffe"),
        ("integer", 258, "0000000000000102"),
        ("boolean", True, "01"),
        ("boolean", False, "00"),
        ("decimal", decimal.Decimal("-1.50"), "2d312e3530"),
        ("float", 1.5, "3ff8000000000000"),
        ("date", datetime.date(1905, 3, 12), "313930352d30332d3132"),
        ("time", datetime.time(8, 30), "30383a33303a3030"),
        ("datetime", datetime.datetime(1905, 3, 12, 8, 30), "313930352d30332d31325430383a33303a3030"),
        (
            "datetime_tz",
            datetime.datetime(1905, 3, 12, 8, 30, tzinfo=datetime.UTC),
            "313930352d30332d31325430383a33303a30302b30303a3030",
        ),
        ("interval", datetime.timedelta(microseconds=-1), "ff" * 12),
        ("interval", datetime.timedelta(days=1), "00000000000000141dd76000"),
        ("uuid", uuid.UUID("00112233-4455-6677-8899-aabbccddeeff"), "00112233445566778899aabbccddeeff"),
        ("json", {"а": [1, None, 1.5]}, "7b22d0b0223a5b312c6e756c6c2c312e355d7d"),
        ("enum", "көк", "d0bad3a9d0ba"),
    ],
)
def test_the_bytes_of_every_type_are_frozen(name: str, value: Any, encoded: str) -> None:
    assert codec_for(name).encode(value).hex() == encoded
    assert codec_for(name).decode(bytes.fromhex(encoded)) == value


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("integer", "5", "expected int, got str"),
        ("integer", 2**63, "the integer does not fit 64 bits"),
        ("datetime", AWARE, "the time has an offset; the type for that is datetime_tz"),
        ("datetime_tz", NAIVE, "the time has no offset; the type for that is datetime"),
        ("string", "\ud800", "the text has a lone surrogate"),
        ("json", math.inf, "the value is not JSON"),
        ("float", 10**400, "the number does not fit a float"),
    ],
)
def test_a_refusal_says_what_is_wrong(name: str, value: Any, message: str) -> None:
    with pytest.raises((TypeError, ValueError)) as caught:
        codec_for(name).encode(value)
    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("integer", b"1234567"),
        ("float", b"1234567"),
        ("boolean", b"\x02"),
        ("interval", b"1" * 11),
        ("json", b"NaN"),
    ],
)
def test_what_no_codec_wrote_is_not_read(name: str, data: bytes) -> None:
    with pytest.raises(ValueError, match=r"not eight|neither 00|not twelve|not JSON"):
        codec_for(name).decode(data)


def test_the_exponent_and_the_offset_are_kept() -> None:
    codec = codec_for("decimal")
    assert str(codec.decode(codec.encode(decimal.Decimal("1.10")))) == "1.10"
    moment = datetime.datetime(1905, 3, 12, 8, tzinfo=datetime.timezone(datetime.timedelta(hours=5)))
    codec = codec_for("datetime_tz")
    assert codec.decode(codec.encode(moment)).utcoffset() == datetime.timedelta(hours=5)


def test_special_floats_come_back() -> None:
    codec = codec_for("float")
    assert math.isnan(codec.decode(codec.encode(math.nan)))
    assert math.copysign(1, codec.decode(codec.encode(-0.0))) == -1
    assert codec.decode(codec.encode(3)) == 3.0


def test_an_enum_is_kept_by_name() -> None:
    colour = enum.Enum("colour", {"көк": 1})
    codec = codec_for("enum")
    assert codec.decode(codec.encode(colour["көк"])) == "көк"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("string", 5),
        ("string", b"x"),
        ("string", "\ud800"),
        ("bytes", "text"),
        ("integer", 2**63),
        ("integer", -(2**63) - 1),
        ("integer", "5"),
        ("boolean", 1),
        ("decimal", 1.5),
        ("float", True),
        ("float", "1"),
        ("float", 10**400),
        ("date", NAIVE),
        ("date", "1905-03-12"),
        ("time", NAIVE),
        ("datetime", AWARE),
        ("datetime", datetime.date(1905, 3, 12)),
        ("datetime_tz", NAIVE),
        ("datetime_tz", "1905!"),
        ("interval", 5),
        ("uuid", str(uuid.UUID(int=1))),
        ("json", math.nan),
        ("json", {"a": object()}),
        ("json", "\ud800"),
        ("enum", 3),
    ],
)
def test_a_value_of_another_type_is_refused_without_being_shown(name: str, value: Any) -> None:
    with pytest.raises((TypeError, ValueError)) as caught:
        codec_for(name).encode(value)
    assert str(value) not in str(caught.value)
    assert getattr(caught.value, "object", None) is None


def test_padding_makes_short_texts_equally_long_and_is_taken_off() -> None:
    codec = codec_for("string").padded(32)
    assert {len(codec.encode(text)) for text in ("", "Асан", "Сынақов")} == {32}
    assert [codec.decode(codec.encode(text)) for text in ("", "Асан")] == ["", "Асан"]
    assert len(codec.encode("ұзын мәтін, отыз екі байттан асады")) > 32
    with pytest.raises(ValueError, match="only strings"):
        codec_for("integer").padded(8)


def test_an_unknown_type_names_the_known_ones() -> None:
    with pytest.raises(ManifestError, match="unknown type 'text'") as caught:
        codec_for("text")
    assert "string" in caught.value.hint
