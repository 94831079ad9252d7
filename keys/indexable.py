"""What of a value is indexed: the one form that normalizers take, whoever computes the index.

The ORM types, the jobs and Spark hand over what their side has; the same value has the same form here, and what
has none is refused. tests/keys/vectors/v2 freezes it for every type.

>>> indexable("integer", 50312300017), indexable("boolean", True)
(50312300017, True)
>>> indexable("integer", "050312300017")
Traceback (most recent call last):
    ...
piiguard.errors.NotIndexable: expected int, got str
"""

from __future__ import annotations

import datetime
import decimal
import enum
import uuid
from collections.abc import Callable
from typing import Any

from piiguard.errors import NotIndexable
from piiguard.frames import emptied
from piiguard.keys.codec import Codec, codec_for

__all__ = ["indexable", "indexer"]


@emptied
def indexable(codec: str | Codec, value: Any) -> Any:
    """The form of a value of this type that is indexed; None stays None.

    A text is its text, a number a number, a document its parsed JSON, a member of an enum its name. Raises
    :class:`NotIndexable`, whose message holds no value, for what is not of the type.

    >>> indexable("decimal", 7), indexable("json", {"a": [1]})
    (Decimal('7'), {'a': [1]})
    """
    return None if value is None else indexer(codec)(value)


def indexer(codec: str | Codec) -> Callable[[Any], Any]:
    """The same as a function of values that are not None."""
    return _FORMS[codec if isinstance(codec, str) else codec.name]


def _of(*kinds: type, but: type | None = None) -> Callable[[Any], Any]:
    def form(value: Any) -> Any:
        if isinstance(value, kinds) and not (but is not None and isinstance(value, but)):
            return value
        given = type(value).__name__
        value = None
        raise NotIndexable(f"expected {kinds[0].__name__}, got {given}")

    return form


def _bytes(value: Any) -> bytes:
    return bytes(_of(bytes, bytearray, memoryview)(value))


def _integer(value: Any) -> int:
    return int(_of(int)(value))  # True is 1 there


_number = _of(decimal.Decimal, int, but=bool)


def _decimal(value: Any) -> decimal.Decimal:
    return decimal.Decimal(_number(value))


def _member(value: Any) -> Any:
    return _of(str)(value.name if isinstance(value, enum.Enum) else value)


def _float(value: Any) -> float:
    return float(_of(float, int, but=bool)(value))


def _moment(*, zoned: bool) -> Callable[[Any], Any]:
    form = _of(datetime.datetime)

    def moment(value: Any) -> Any:
        if (form(value).utcoffset() is not None) is zoned:
            return value
        value = None
        raise NotIndexable("the time has no offset" if zoned else "the time has an offset")

    return moment


def _document(value: Any) -> Any:
    """As it comes out of its ciphertext: a tuple has become a list, and every key a text."""
    codec = codec_for("json")
    try:
        return codec.decode(codec.encode(value))
    except ValueError:
        pass
    value = None
    raise NotIndexable("the value is not JSON")


_FORMS: dict[str, Callable[[Any], Any]] = {
    "string": _of(str),
    "bytes": _bytes,
    "integer": _integer,
    "boolean": _of(bool),
    "decimal": _decimal,
    "float": _float,
    "date": _of(datetime.date, but=datetime.datetime),
    "time": _of(datetime.time),
    "datetime": _moment(zoned=False),
    "datetime_tz": _moment(zoned=True),
    "interval": _of(datetime.timedelta),
    "uuid": _of(uuid.UUID),
    "json": _document,
    "enum": _member,
}
