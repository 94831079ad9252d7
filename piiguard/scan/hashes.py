"""Proves that a column holds plain hashes of what stands in the column beside it.

The shape of a hash does not say whether a key went into it. Where the plaintext is still there, one row tells: if
SHA-256 of the number is the hash beside it, there was neither key nor salt, and so for every other row.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence

from piiguard.detect import cell
from piiguard.detect.leaves import as_text
from piiguard.entities import EMAIL_ADDRESS, IBAN_CODE, KZ_IIN, KZ_PHONE
from piiguard.recognizers.checks.characters import strip_separators
from piiguard.scan import ciphers
from piiguard.scan.statistics import Partials, Statistics

__all__ = ["prove"]

_ALGORITHMS = {16: ("md5",), 20: ("sha1",), 32: ("sha256", "sha3_256", "blake2s"), 64: ("sha512", "blake2b")}
_ROWS = 64
"""Rows of a page that are compared."""
_MOST = 256
"""Rows of a column after which it is taken that there is nothing to prove."""
_ENOUGH = 3


def prove(values: Mapping[str, Sequence[object]], partials: Partials) -> None:
    """Compare the hashes among these columns of a page with the numbers and addresses of mail beside them.

    What was proven stands in the ``proofs`` of the column's statistics.
    """
    hashed = [name for name in values if _open(partials.get((name, None)))]
    if not hashed:
        return
    plain = [name for name in values if _is_plain(partials.get((name, None)))]
    for name in hashed if plain else ():
        statistics = partials[name, None]
        rows = [row for row, value in enumerate(values[name]) if _digest(value)][:_ROWS]
        statistics.compared += len(rows)
        for sibling in plain:
            for row in rows:
                digest = _digest(values[name][row])
                if digest and (claim := _made_of(digest, values[sibling][row])):
                    statistics.proofs[claim, sibling] += 1


def _open(statistics: Statistics | None) -> bool:
    if statistics is None or not statistics.digests:
        return False
    return statistics.compared < _MOST and statistics.proofs.total() < _ENOUGH


def _is_plain(statistics: Statistics | None) -> bool:
    return statistics is not None and any(tally.whole for tally in statistics.tallies.values())


def _digest(value: object) -> bytes | None:
    if isinstance(value, str):
        text = value.strip()
        return bytes.fromhex(text) if ciphers.digest(text) else None
    if isinstance(value, bytes | bytearray | memoryview):
        data = bytes(value)
        if ciphers.digest_of_bytes(data):
            return data
        return _digest(data.decode("ascii")) if data.isascii() else None
    return None


def _made_of(digest: bytes, value: object) -> str | None:
    """The entity whose value was hashed, in one of its usual spellings; None when it was another value."""
    text = value.strip() if isinstance(value, str) else as_text(value) if isinstance(value, int) else ""
    entity = _entity(text)
    if entity:
        for spelling in _spellings(entity, text):
            data = spelling.encode("utf-8", "surrogatepass")
            for algorithm in _ALGORITHMS.get(len(digest), ()):
                if hashlib.new(algorithm, data, usedforsecurity=False).digest() == digest:
                    return entity
    return None


def _entity(text: str) -> str | None:
    claims = cell.claims(text) if text else None
    return cell.entity_of(claims[0]) if claims else None


def _spellings(entity: str, text: str) -> Iterator[str]:
    """How a value is commonly written before it is hashed."""
    yield text
    if entity == EMAIL_ADDRESS:
        yield from (text.lower(), text.upper())
    elif entity == IBAN_CODE:
        yield from (text.replace(" ", ""), text.replace(" ", "").upper())
    else:
        digits = strip_separators(text.removesuffix(".0").removeprefix("+"))
        yield digits
        if entity == KZ_PHONE:
            number = digits[-10:]
            yield from (f"+7{number}", f"7{number}", f"8{number}", number)
        elif entity == KZ_IIN:
            yield digits.zfill(12)
