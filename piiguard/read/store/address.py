"""The address of objects: ``s3://bucket/prefix`` is every key that begins so; ``*``, ``?`` and ``[`` choose among keys.

A key is taken as it stands: nothing in it is an escape, a query or a way up.
"""

from __future__ import annotations

import fnmatch
import re
from dataclasses import dataclass

from piiguard.errors import ScanError

__all__ = ["Address", "is_store"]

_SCHEME = "s3://"
_BUCKET = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,253}[A-Za-z0-9]")
_MAGIC = re.compile(r"[*?\[]")
_SIGNED = re.compile(r"[?&](?:X-Amz-\w|AWSAccessKeyId=|Signature=)", re.IGNORECASE)
_CREDENTIALS = (
    "credentials come from AWS_PROFILE, AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or a role of the machine"
)
"""https://boto3.amazonaws.com/v1/documentation/api/latest/guide/credentials.html"""


def is_store(target: str) -> bool:
    """Whether a target names objects and no file: no file is ever looked for under such a name.

    >>> is_store("s3://leads/in/"), is_store("s3a://leads/in/"), is_store("s3/leads")
    (True, False, False)
    """
    return target.startswith(_SCHEME)


@dataclass(frozen=True, slots=True)
class Address:
    """A bucket, and what is asked for of it.

    >>> Address.of("s3://leads/in/2026-*.csv").prefix, Address.of("s3://leads/in/2026-*.csv").root
    ('in/2026-', 's3://leads/in/')
    >>> Address.of("s3://leads").root, Address.of("s3://leads").place("../a")
    ('s3://leads/', 's3://leads/../a')
    """

    bucket: str
    wanted: str = ""

    @classmethod
    def of(cls, target: str) -> Address:
        """That of a target.

        Raises: :class:`ScanError` for one that names no bucket, or holds a secret, which is not repeated.
        """
        bucket, _, wanted = target.removeprefix(_SCHEME).partition("/")
        if not _BUCKET.fullmatch(bucket):  # a secret key may have any sign in it, a slash too
            raise ScanError(
                f"{_SCHEME}***: no bucket is called so, and no user or password stands in its address",
                source=f"{_SCHEME}***",
                hint=f"name it as s3://bucket/prefix; {_CREDENTIALS}",
            )
        if signed := _SIGNED.search(wanted):
            shown = f"{_SCHEME}{bucket}/{wanted[: signed.start()]}"
            raise ScanError(
                f"{shown}: a presigned address is no key",
                source=shown,
                hint=f"leave out what follows the ?; {_CREDENTIALS}",
            )
        return cls(bucket, wanted)

    @property
    def prefix(self) -> str:
        """What all of its keys begin with."""
        return _MAGIC.split(self.wanted, maxsplit=1)[0]

    @property
    def root(self) -> str:
        """The folder, as people call it, that all of them lie in."""
        return self.place(self.prefix[: self.prefix.rfind("/") + 1])

    def names(self, key: str) -> bool:
        """Whether a key was asked for: it begins so, or the whole of it matches."""
        return key.startswith(self.wanted) or fnmatch.fnmatchcase(key, self.wanted)

    def place(self, key: str) -> str:
        """What a key is called."""
        return f"{_SCHEME}{self.bucket}/{key}"
