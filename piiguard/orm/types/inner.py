"""What each type of SQLAlchemy takes, and what it would refuse.

The inner type never meets the database, so its own checks (length, membership, scale) run here, on the
plaintext; their messages hold no value.
"""

from __future__ import annotations

import datetime
import decimal
import uuid
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.types import NullType, TypeDecorator, TypeEngine

from piiguard.keys.codec import codec_for
from piiguard.orm.errors import EncryptedColumnError
from piiguard.orm.types.values import Refused, Step, Values

__all__ = ["values_for"]


def values_for(inner: TypeEngine[Any], *, pad_to: int | None = None) -> Values:
    """How the inner type is stored; raise EncryptedColumnError for a type that cannot be."""
    for kind, build in _BUILDERS:
        if isinstance(inner, kind):
            found = build(inner)
            break
    else:
        found = _by_python_type(inner)
    size = max(pad_to or 0, found.pad_to or 0) or None  # an enum is never shorter than its longest member
    if size is None:
        return found
    try:
        return replace(found, codec=found.codec.padded(size), pad_to=size)
    except ValueError:
        raise EncryptedColumnError(
            f"pad_to is for text, not for {type(inner).__name__}", hint="leave pad_to out"
        ) from None


def _string(inner: Any) -> Values:
    limit = inner.length
    if limit is None:
        return Values(codec_for("string"), seek=_text)

    def prepare(value: Any) -> Any:
        if len(value) > limit:
            raise Refused(f"it is longer than {limit} characters")
        return value

    return Values(codec_for("string"), prepare, seek=_text, limit=limit)


def _text(value: Any) -> Any:
    """A search may be spelled longer than the column takes; but 5 for "05" would find nobody."""
    if not isinstance(value, str):
        raise Refused(f"expected str, got {type(value).__name__}")
    return value


def _enum(inner: sa.Enum) -> Values:
    members = inner.enum_class
    named: dict[str, Any] = {name: name for name in inner.enums}
    if members is not None:
        # in the order of the class; values_callable may have given other names, an alias comes after all
        unique = list(members)
        named = (
            dict(zip(inner.enums, unique, strict=True))
            if len(unique) == len(inner.enums)
            else dict(members.__members__)
        )
    names = {member: name for name, member in reversed(named.items())}

    def prepare(value: Any) -> str:
        name = names.get(value, value)
        if name not in named:
            raise Refused("it is no member of the Enum")
        return str(name)

    def restore(name: str) -> Any:
        return named[name]

    longest = max(len(name.encode()) for name in named)
    return Values(codec_for("enum"), prepare, restore, restore, pad_to=longest)


def _numeric(inner: Any) -> Values:
    step = None if inner.scale is None else decimal.Decimal(1).scaleb(-inner.scale)
    whole = None if inner.precision is None else 10 ** (inner.precision - (inner.scale or 0))

    def prepare(value: Any) -> decimal.Decimal:
        if isinstance(value, bool) or not isinstance(value, int | float | decimal.Decimal):
            raise Refused(f"expected Decimal, got {type(value).__name__}")
        number = decimal.Decimal(repr(value)) if isinstance(value, float) else decimal.Decimal(value)
        if step is not None and number.is_finite():  # as databases do, and so that 1.1 and 1.10 meet
            with decimal.localcontext(prec=1000, Emax=decimal.MAX_EMAX):
                number = number.quantize(step, decimal.ROUND_HALF_UP)
        if number == 0:  # databases know no minus zero
            number = number.copy_abs()
        if whole is not None and number.is_finite() and abs(number) >= whole:
            raise Refused(f"it has more digits than Numeric({inner.precision}, {inner.scale})")
        return number

    restore = None if inner.asdecimal else float
    return Values(codec_for("decimal"), prepare, restore, lambda text: _as(inner, decimal.Decimal(str(text))))


def _as(inner: Any, number: decimal.Decimal) -> Any:
    return number if inner.asdecimal else float(number)


def _float(inner: Any) -> Values:
    restore: Step = float
    if inner.asdecimal:
        digits = inner._effective_decimal_return_scale

        def restore(value: Any) -> Any:
            return decimal.Decimal(f"{value:.{digits}f}")

    def prepare(value: Any) -> Any:
        return float(value) if isinstance(value, decimal.Decimal) else value

    return Values(codec_for("float"), prepare, restore, lambda text: restore(float(text)))


def _datetime(inner: Any) -> Values:
    name = "datetime_tz" if inner.timezone else "datetime"
    return Values(codec_for(name), None, None, _parsed(datetime.datetime))


def _uuid(inner: Any) -> Values:
    def prepare(value: Any) -> Any:
        return value if isinstance(value, uuid.UUID) else _as_uuid(value)

    restore = None if inner.as_uuid else str
    return Values(codec_for("uuid"), prepare, restore, lambda text: (restore or _same)(uuid.UUID(str(text))))


def _as_uuid(value: Any) -> uuid.UUID:
    if not isinstance(value, str):
        raise Refused(f"expected UUID, got {type(value).__name__}")
    try:
        return uuid.UUID(value)
    except ValueError:
        raise Refused("it is not a UUID") from None


def _json(inner: Any) -> Values:
    # Databases keep 1.0 and 1 apart in JSON as well; the codec is not asked to do better.
    return Values(codec_for("json"), None, None, _parsed_json)


def _array(inner: Any) -> Values:
    item = values_for(inner.item_type)
    encode, decode = item.encoder(_not_an_item), item.decoder()
    plain = item.codec.name in ("string", "integer", "boolean", "enum") and item.restore is None

    def write(value: Any) -> Any:
        if isinstance(value, list | tuple):
            return [write(one) for one in value]
        if value is None:
            return None
        data = encode(value)
        return item.codec.decode(data) if plain else data.hex()

    def read(value: Any) -> Any:
        if isinstance(value, list):
            found = (read(one) for one in value)
            return tuple(found) if inner.as_tuple else list(found)
        if value is None or plain:
            return value
        return decode(bytes.fromhex(value))

    def prepare(value: Any) -> Any:
        if not isinstance(value, list | tuple):
            raise Refused(f"expected list, got {type(value).__name__}")
        return write(value)

    return Values(codec_for("json"), prepare, read, _no_text)


def _not_an_item(value: Any) -> Any:
    raise Refused("an item is not what the array takes")


def _no_text(value: Any) -> Any:
    raise Refused("an array has no text form here")


def _date(inner: Any) -> Values:
    def prepare(value: Any) -> Any:
        return value.date() if isinstance(value, datetime.datetime) else value

    return Values(codec_for("date"), prepare, None, _parsed(datetime.date))


def _interval(inner: Any) -> Values:
    return Values(codec_for("interval"), None, None, _parsed_interval)


def _same(value: Any) -> Any:
    return value


def _utf8(value: Any) -> bytes:
    return value.encode() if isinstance(value, str) else bytes(value)


def _parsed(kind: Any) -> Step:
    return lambda value: value if isinstance(value, kind) else kind.fromisoformat(value)


def _parsed_interval(value: Any) -> datetime.timedelta:
    """SQLAlchemy's emulated Interval is a time since 1970."""
    if isinstance(value, datetime.timedelta):
        return value
    found: datetime.datetime = _parsed(datetime.datetime)(value)
    return found - datetime.datetime(1970, 1, 1)


def _parsed_json(value: Any) -> Any:
    return codec_for("json").decode(_utf8(value)) if isinstance(value, str | bytes) else value


def _parsed_boolean(value: Any) -> bool:
    found = {"1": True, "true": True, "t": True, "0": False, "false": False, "f": False}
    return found[str(value).lower()]


def _simple(name: str, parse: Step) -> Callable[[Any], Values]:
    return lambda inner: Values(codec_for(name), None, None, parse)


def _refused(inner: Any) -> Values:
    raise EncryptedColumnError(
        f"Encrypted does not take {type(inner).__name__}",
        hint="wrap one of SQLAlchemy's own scalar types, and convert in a hybrid property or a validator",
    )


_BY_PYTHON_TYPE = {
    str: _string,
    bytes: _simple("bytes", _utf8),
    bool: _simple("boolean", _parsed_boolean),
    int: _simple("integer", int),
    datetime.timedelta: _interval,
}


def _by_python_type(inner: Any) -> Values:
    """Dialect types that derive from no generic one, as INTERVAL of PostgreSQL."""
    try:
        build = _BY_PYTHON_TYPE.get(inner.python_type, _refused)
    except NotImplementedError:
        build = _refused
    return build(inner)


_BUILDERS: tuple[tuple[Any, Callable[[Any], Values]], ...] = (
    (sa.Interval, _interval),  # a TypeDecorator, as are those refused
    (TypeDecorator, _refused),
    (NullType, _refused),
    (sa.Enum, _enum),  # a String
    (sa.String, _string),
    (sa.Float, _float),  # a Numeric
    (sa.Numeric, _numeric),
    (sa.Boolean, _simple("boolean", _parsed_boolean)),
    (sa.Integer, _simple("integer", int)),
    (sa.DateTime, _datetime),
    (sa.Date, _date),
    (sa.Time, _simple("time", _parsed(datetime.time))),
    (sa.Uuid, _uuid),
    (sa.JSON, _json),
    (sa.ARRAY, _array),
    (sa.LargeBinary, _simple("bytes", _utf8)),
)
