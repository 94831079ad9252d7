"""The bytes of an object, from wherever one likes, as if it were a file that is open.

They are fetched in pieces, so a slow reader keeps no connection waiting, what breaks is asked for again from where it broke,
and an archive, which is looked through from its end, needs no copy. Every piece is of the one version that was listed.
"""

from __future__ import annotations

import io
from collections import OrderedDict
from contextlib import closing
from functools import partial
from typing import Any

from piiguard.read.store.client import CHANGED, LOST, Refused, call, tried

__all__ = ["PIECE", "Body"]

PIECE = 8 << 20
KEPT = 4
"""Pieces that are kept: a small archive is fetched once, however it is looked through."""
TRIES = 3
_STEP = 1 << 20
_OTHER = "the store gives other bytes than it is asked for"


class Body(io.RawIOBase):
    """An object of so many bytes, of the version that has this mark (``ETag``), where the store gives one.

    Reading raises :class:`Refused` behind the last byte that was given.
    """

    def __init__(self, bucket: str, key: str, size: int, etag: str = "") -> None:
        self._what = {"Bucket": bucket, "Key": key, **({"IfMatch": etag} if etag else {})}
        self._size, self._etag, self._at = size, etag, 0
        self._pieces: OrderedDict[int, bytearray] = OrderedDict()
        self._broken: dict[int, Refused] = {}

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        begins = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}
        self._at = max(begins[whence] + offset, 0)
        return self._at

    def begin(self) -> None:
        """Fetch what it begins with. Raises: :class:`Refused` where nothing of it is given."""
        if self._size and not self._piece(0):
            raise self._broken[0]

    def readinto(self, buffer: Any) -> int:
        if self._at >= self._size:
            return 0
        number, within = divmod(self._at, PIECE)
        data = memoryview(self._piece(number))[within : within + len(buffer)]
        if not data:
            raise self._broken[number]
        buffer[: len(data)] = data
        self._at += len(data)
        return len(data)

    def close(self) -> None:
        self._pieces.clear()
        super().close()

    def _piece(self, number: int) -> bytearray:
        """A piece, or what there is of one that broke."""
        if number in self._pieces:
            self._pieces.move_to_end(number)
            return self._pieces[number]
        while len(self._pieces) >= KEPT:
            self._pieces.popitem(last=False)
        self._pieces[number] = piece = bytearray()
        try:
            self._fetch(piece, number * PIECE, min((number + 1) * PIECE, self._size))
        except Refused as refused:
            self._broken[number] = refused
        return piece

    def _fetch(self, piece: bytearray, start: int, end: int) -> None:
        wrong = Refused(LOST)
        for _ in range(TRIES):
            with closing(self._asked(start + len(piece), end)) as body:
                try:
                    _take(body, piece, end - start)
                except Refused as refused:
                    wrong = refused
            if len(piece) >= end - start:
                return
        raise wrong

    def _asked(self, start: int, end: int) -> Any:
        """The stream of these bytes. A store that knows no ranges or versions, or unpacks what it gives, is not believed."""
        answer = call("get_object", **self._what, Range=f"bytes={start}-{end - 1}")
        changed = self._etag and answer.get("ETag") != self._etag
        if changed or not self._is_given(answer, start):
            answer["Body"].close()
            raise Refused(CHANGED if changed else _OTHER)
        return answer["Body"]

    def _is_given(self, answer: dict[str, Any], start: int) -> bool:
        given = str(answer.get("ContentRange", ""))
        if not given:
            return start == 0 and answer.get("ContentLength") == self._size
        return given.startswith(f"bytes {start}-") and given.endswith((f"/{self._size}", "/*"))


def _take(body: Any, piece: bytearray, whole: int) -> None:
    """Read on until the piece is whole, or the stream ends."""
    while len(piece) < whole and (data := tried(partial(body.read, min(_STEP, whole - len(piece))))):
        piece += data
