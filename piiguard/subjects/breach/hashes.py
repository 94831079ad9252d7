"""Under which hashes a value of the file stands in a blind index, however an application has stored it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from piiguard.entities import KZ_IIN, KZ_PHONE
from piiguard.errors import NotIndexable
from piiguard.keys.codec import codec_for
from piiguard.protect.seal import Seal

__all__ = ["hashes"]


def hashes(seal: Seal, entity: str, value: str) -> Iterator[bytes]:
    """Every hash of one value, under every live index key and rule."""
    codec = codec_for(seal.item.type, seal.item.pad_to)
    for form in _forms(entity, value, codec.name):
        try:
            yield from seal.indexes(form)
        except (NotIndexable, TypeError, ValueError):
            continue


def _forms(entity: str, value: str, codec: str) -> list[Any]:
    """A value as an application may have stored it: a number has no zeros in front, a phone its country or not."""
    texts = {value: None}
    if entity == KZ_PHONE and value.startswith("+7"):
        texts |= dict.fromkeys((value[1:], f"8{value[2:]}", value[2:]))
    elif entity == KZ_IIN:
        texts[value.lstrip("0")] = None
    if codec in ("integer", "decimal"):
        return list(dict.fromkeys(int(text) for text in texts if text.isdecimal()))
    return list(texts)
