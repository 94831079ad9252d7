"""One value of twelve characters through the processors of a type."""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import partial
from typing import Any

import sqlalchemy as sa
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy_utils.types.encrypted.encrypted_type import (
    AesEngine,
    AesGcmEngine,
    FernetEngine,
    StringEncryptedType,
)

from benchmarks.harness import Harness, Timing
from piiguard.keys import Keyring
from piiguard.orm import BlindIndex, Encrypted

VALUE = "050312300015"
_Pair = tuple[Callable[[Any], Any], Callable[[Any], Any]]


def raw() -> _Pair:
    """What cannot be avoided: a random nonce and one call of AES-GCM, on one cipher object."""
    cipher, aad = AESGCM(os.urandom(32)), bytes(40)

    def write(value: str) -> bytes:
        nonce = os.urandom(12)
        return nonce + cipher.encrypt(nonce, value.encode(), aad)

    return write, lambda sealed: cipher.decrypt(sealed[:12], sealed[12:], aad).decode()


def processors(kind: Any) -> _Pair:
    """What SQLAlchemy calls for each value."""
    dialect = sa.create_engine("sqlite://").dialect
    return kind.bind_processor(dialect), kind.result_processor(dialect, None)


def candidates(keyring: Keyring) -> dict[str, _Pair]:
    """What is compared."""
    phrase = "a passphrase of the benchmark"
    return {
        "raw AESGCM call": raw(),
        "piiguard, binary": processors(Encrypted(sa.String(12), keyring=keyring, context="b.v")),
        "piiguard, text": processors(
            Encrypted(sa.String(12), keyring=keyring, context="b.t", storage="text")
        ),
        "sqlalchemy-utils, AES-CBC": processors(StringEncryptedType(sa.Unicode, phrase, AesEngine)),
        "sqlalchemy-utils, AES-GCM": processors(StringEncryptedType(sa.Unicode, phrase, AesGcmEngine)),
        "sqlalchemy-utils, Fernet": processors(StringEncryptedType(sa.Unicode, phrase, FernetEngine)),
    }


def many(function: Callable[[Any], Any], value: Any, times: int) -> None:
    """Call it in a loop."""
    for _ in range(times):
        function(value)


def measure(harness: Harness, keyring: Keyring) -> None:
    """Write one section."""
    times, pairs = harness.size(4_000), candidates(keyring)
    writing = harness.interleave(
        {n: partial(many, write, VALUE, times) for n, (write, _) in pairs.items()}, rounds=21
    )
    sealed = {name: write(VALUE) for name, (write, _) in pairs.items()}
    reading = harness.interleave(
        {n: partial(many, read, sealed[n], times) for n, (_, read) in pairs.items()}, rounds=21
    )
    table = [_row(name, times, writing, reading) for name in pairs]
    table.append(_index(harness, keyring, times))
    ours, fernet = "piiguard, binary", "sqlalchemy-utils, Fernet"
    harness.section(
        "orm.values",
        "ORM: one value",
        ["", "write, ns", "to raw", "read, ns", "to raw"],
        table,
        packages=["sqlalchemy", "cryptography", "sqlalchemy-utils"],
        notes=(
            "Goals: bind ≤ 1.3x and result ≤ 1.45x of the raw call; writing ≥ 8x and reading ≥ 12x faster than "
            f"Fernet. Reached: {_ratio(writing, ours, 'raw AESGCM call'):.2f}x, "
            f"{_ratio(reading, ours, 'raw AESGCM call'):.2f}x; {_ratio(writing, fernet, ours):.1f}x, "
            f"{_ratio(reading, fernet, ours):.1f}x. The least of 21 rounds: other programs only add."
        ),
    )


def _row(name: str, times: int, writing: dict[str, Timing], reading: dict[str, Timing]) -> tuple[str, ...]:
    cells = [name]
    for timings in (writing, reading):
        cells.append(f"{timings[name].least / times * 1e9:,.0f}")
        cells.append(f"{_ratio(timings, name, 'raw AESGCM call'):.2f}x")
    return tuple(cells)


def _ratio(timings: dict[str, Timing], name: str, other: str) -> float:
    return timings[name].least / timings[other].least


def _index(harness: Harness, keyring: Keyring, times: int) -> tuple[str, ...]:
    column: sa.Column[Any] = sa.Column("v", Encrypted(sa.String(12), keyring=keyring, context="b.v"))
    index: sa.Column[Any] = sa.Column("v_index", BlindIndex("v", normalizer="digits"))
    sa.Table("b", sa.MetaData(), column, index)
    compute = keyring.index("b.v", "v_index", "digits").compute
    timing = harness.interleave({"index": partial(many, compute, VALUE, times)}, rounds=21)["index"]
    return ("blind index, digits", f"{timing.least / times * 1e9:,.0f}", "", "", "")
