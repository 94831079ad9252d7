"""What stands in place of a value: its shape, a tag, a keyed hash or a pseudonym.

Every replacement is safe inside a JSON string and is found by no recognizer, so redacting twice changes nothing.
"""

from __future__ import annotations

import base64
import hmac
import re
import uuid
from collections.abc import Callable
from functools import lru_cache
from typing import TYPE_CHECKING

from piiguard.detect.mask import mask
from piiguard.entities import BY_NAME
from piiguard.errors import KeyringError

if TYPE_CHECKING:
    from piiguard.keys import Keyring
    from piiguard.redact.choices import Operator, Scope

__all__ = ["Replace", "normal", "replacer"]

Replace = Callable[[str, str], str]
"""From entity and value to what stands in place of the value."""

_HASH_BYTES = 10  # 80 bits: no two of 10^9 values are likely to meet
_SEPARATORS = re.compile(r"[\s\-]+")


def replacer(operator: Operator, keyring: Keyring | None = None, scope: Scope = "keyring") -> Replace:
    """Choose what replaces values; ``hash`` and ``pseudonym`` need a keyring, ``scope`` is that of pseudonyms."""
    if operator == "mask":
        return mask
    if operator == "tag":
        return _tag
    if keyring is None:
        raise KeyringError(
            f"the operator {operator} needs a keyring", hint="add --keyring FILE, or set PIIGUARD_KEYRING"
        )
    if operator == "hash":
        return _Hash(keyring)
    from piiguard.redact.pseudonym import Pseudonyms

    return Pseudonyms(keyring, scope).make


def normal(entity: str, value: str) -> str:
    """Spell one person's value one way, so that it always gets the same pseudonym.

    >>> normal("KZ_IIN", "050312 300015"), normal("KZ_PHONE", "8 (701) 123-45-67")
    ('050312300015', '+77011234567')
    >>> normal("KZ_IIN", "50312300015")
    '050312300015'
    >>> normal("PERSON", "Сынақов  Үлгі")
    'Сынақов Үлгі'
    """
    from piiguard.keys.normalizers import normalize

    row = BY_NAME.get(entity)
    if row is None or row.spelling is None:
        return " ".join(value.split())
    if row.spelling == "upper":
        value = _SEPARATORS.sub("", value)
    spelled = normalize(row.spelling, value)
    return (spelled if isinstance(spelled, str) else value).zfill(row.width)


def letters(data: bytes) -> str:
    """Bytes as small letters and digits: one word for a double click, a URL and a file name.

    >>> letters(b"piiguard")
    'obuwsz3vmfzgi'
    """
    return base64.b32encode(data).decode().rstrip("=").lower()


def _tag(entity: str, _value: str) -> str:
    return f"<{entity}>"


class _Hash:
    """``<KZ_IIN#1.gq3wkzjsmvxg4pzr>``: equal for equal values, and nobody without the key can try values."""

    def __init__(self, keyring: Keyring) -> None:
        self._keyring = keyring

    def __call__(self, entity: str, value: str) -> str:
        state = self._keyring.current()
        version, root = state.index_roots()[0]
        data = normal(entity, value).encode("utf-8", "surrogatepass")
        digest = hmac.digest(_hash_key(root, state.id, entity), data, "sha256")
        return f"<{entity}#{version}.{letters(digest[:_HASH_BYTES])}>"


@lru_cache(maxsize=256)
def _hash_key(root: bytes, keyring: uuid.UUID, entity: str) -> bytes:
    from piiguard.keys.derivation import redaction_key

    return redaction_key(root, keyring, entity)
