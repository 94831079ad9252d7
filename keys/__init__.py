"""Keyring, envelope and cipher; imported as ``piiguard.keys``.

Lazy, so that ``piiguard.keys.envelope``, which the scanner needs, costs no cryptography.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from piiguard.keys.column import ColumnCipher as ColumnCipher
    from piiguard.keys.document import KeyVersion as KeyVersion
    from piiguard.keys.index import IndexKey as IndexKey
    from piiguard.keys.keyring import Keyring as Keyring
    from piiguard.keys.normalizers import Normalizer as Normalizer

__all__ = ["ColumnCipher", "IndexKey", "KeyVersion", "Keyring", "Normalizer"]

_HOMES = {
    "ColumnCipher": "column",
    "IndexKey": "index",
    "KeyVersion": "document",
    "Keyring": "keyring",
    "Normalizer": "normalizers",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
