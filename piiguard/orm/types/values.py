"""How a value of an encrypted column becomes bytes, and comes back."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from piiguard.keys.codec import Codec, codec_for

__all__ = ["Refused", "Step", "Values"]

Step = Callable[[Any], Any]


class Refused(ValueError):
    """The inner type does not take the value; the message does not hold it."""


@dataclass(frozen=True, slots=True)
class Values:
    """How one inner type becomes plaintext bytes.

    ``prepare`` turns what a caller assigns into the one form that is stored, and raises TypeError or
    ValueError (:class:`Refused` when its words are safe to show); ``restore`` is its way back; ``seek`` does
    for a blind index what ``prepare`` does for the column; ``parse`` reads the text of a plaintext column;
    ``pad_to`` is how many bytes shorter values are filled up to.
    """

    codec: Codec
    prepare: Step | None = None
    restore: Step | None = None
    parse: Step = str
    seek: Step | None = None
    limit: int | None = None
    pad_to: int | None = None

    def encoder(self, explain: Callable[[Any], Any]) -> Callable[[Any], bytes]:
        """Prepare and encode in one call; ``explain`` raises for what cannot be, without the value."""
        encode, prepare = self.codec.encode, self.prepare
        if self.codec is codec_for("string"):
            return _string_encoder(self.limit, explain)

        def write(value: Any) -> Any:
            try:
                return encode(value if prepare is None else prepare(value))
            except Exception:  # noqa: BLE001, S110 - its words may repeat the value
                pass
            return explain(value)

        return write

    def decoder(self) -> Callable[[bytes], Any]:
        """Decode and restore in one call."""
        decode, restore = self.codec.decode, self.restore
        if restore is None:
            return decode
        return lambda data: restore(decode(data))


def _string_encoder(limit: int | None, explain: Callable[[Any], Any]) -> Callable[[Any], bytes]:
    """The common case in one frame: it runs for every value that is written."""
    longest = sys.maxsize if limit is None else limit

    def write(value: Any) -> Any:
        try:
            if len(value) <= longest:
                return str.encode(value)
        except Exception:  # noqa: BLE001, S110 - UnicodeEncodeError carries the text
            pass
        return explain(value)

    return write
