"""A bucket as a source: the objects under a prefix, page by page, each read as the file that it would be."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Any, BinaryIO, cast

from piiguard.errors import ScanError
from piiguard.read import Examiner, Kind, Left, Sink, Task, magic, members
from piiguard.read.kinds import kind_of
from piiguard.read.listing import NO_FILE, is_excluded
from piiguard.read.opened import told
from piiguard.read.options import EXCLUDED, ReadOptions
from piiguard.read.part import Part
from piiguard.read.store.address import Address
from piiguard.read.store.body import Body
from piiguard.read.store.client import NO_STORE, Refused, call, leave

__all__ = ["ObjectTask", "StoreSource"]

_WHOLE = frozenset({"an SQLite database", "a Parquet file"})
_FETCH = "{}, which is not taken apart in a bucket; fetch it, and scan the copy"
_ENDLESS = "the list of its keys does not end"


class StoreSource:
    """The objects of an address, but for those to ``skip``. Raises: :class:`ScanError` for one that names no bucket."""

    kind: Kind = "file"
    noted = True
    idle = False

    def __init__(self, target: str, name: str = "", *, skip: Collection[str] = ()) -> None:
        self.name, self._address, self._skip = name or target, Address.of(target), skip
        self.root = self._address.root

    def close(self) -> None:
        """Close the connections."""
        leave()

    def tasks(self, options: ReadOptions) -> Iterable[Task]:
        """Raises: :class:`ScanError` where the bucket cannot be listed; of one that is listed in part, the rest is named."""
        begun = False
        try:
            for listed in _listed(self._address):
                task = self._task(listed, options)
                begun = True
                if task:
                    yield task
        except Refused as refused:
            if not begun:
                raise ScanError(
                    f"{self.name}: {refused.reason}", source=self.name, hint=refused.hint
                ) from None
            yield Left(self.name, why=refused.reason, shared=False)
        if not begun:  # a misspelt prefix must not look clean
            yield Left(self.name, why=NO_FILE, shared=False)

    def _task(self, listed: dict[str, Any], options: ReadOptions) -> Task | None:
        """The task of a key; none for a folder: a key of no bytes, which other programs make."""
        key, size = str(listed["Key"]), int(listed["Size"])
        if key.endswith("/") and not size:
            return None
        place = self._address.place(key)
        if place in self._skip:
            return None
        if is_excluded(place, options.exclude):
            return Left(place, why=EXCLUDED, excluded=True, shared=False)
        modified, etag = listed.get("LastModified"), str(listed.get("ETag", ""))
        return ObjectTask(
            place, size, options=options, bucket=self._address.bucket, key=key, etag=etag,
            modified=modified.isoformat() if modified else "",
        )  # fmt: skip


def _listed(address: Address) -> Iterator[dict[str, Any]]:
    """What the store says of each key that was asked for; no more than a page of them is held."""
    following: dict[str, str] = {}
    while True:
        page = call("list_objects_v2", Bucket=address.bucket, Prefix=address.prefix, **following)
        yield from filter(partial(_is_wanted, address), page.get("Contents", ()))
        if not page.get("IsTruncated"):
            return
        token = str(page.get("NextContinuationToken", ""))
        if not token or token == following.get("ContinuationToken"):
            raise Refused(_ENDLESS)
        following = {"ContinuationToken": token}


def _is_wanted(address: Address, listed: dict[str, Any]) -> bool:
    """Raises: :class:`Refused` for what no store lists."""
    if "Key" not in listed or int(listed.get("Size", -1)) < 0:
        raise Refused(NO_STORE)
    return address.names(str(listed["Key"]))


@dataclass(frozen=True, slots=True)
class ObjectTask(Task):
    """One object, as it was listed."""

    options: ReadOptions = field(kw_only=True)
    bucket: str = ""
    key: str = ""
    etag: str = ""
    modified: str = ""

    @property
    def mark(self) -> str:
        return f"{self.total} {self.etag} {self.modified}"

    def read(self, examiner: Examiner, part: Part, sink: Sink | None) -> None:
        part.hindrance = "object"
        with told(part), Body(self.bucket, self.key, self.total, self.etag) as body:
            body.begin()
            what = magic.kind(body.read(magic.HEAD)).partition(";")[0]
            body.seek(0)
            if what in _WHOLE and not self.options.raw:
                part.fail(_FETCH.format(what))
                return
            kind = kind_of(self.place, self.options, by_line=sink is not None)
            kind(
                self.place, self.total, options=self.options, fetched=cast(BinaryIO, body), within=members.read
            ).read(examiner, part, sink)  # fmt: skip
