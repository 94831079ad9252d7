"""How keys come from keys: HKDF-SHA-256 with the labels of this one table.

An info is always a sequence of :func:`lp` items, the salt always the keyring id, so no two uses of one key
can meet.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from piiguard.keys.envelope import SUITE_XAES

__all__ = [
    "LABELS",
    "aad",
    "body_key",
    "canary_key",
    "chained_key",
    "column_key",
    "index_key",
    "lp",
    "pseudonym_key",
    "redaction_key",
    "restrict_key",
    "restrict_name_key",
    "tombstone_id",
    "tombstone_key",
    "unpacked",
    "vouching_key",
    "wrapping_aad",
    "wrapping_subkey",
]

LABELS = {
    "canary": b"piiguard/1 canary",  # member of the body -> key of the marks of canaries
    "chained": b"piiguard/1 chained trail",  # key of the audit trail -> key of one in a file of its own
    "data": b"piiguard/1 data",  # data root -> column key
    "index": b"piiguard/1 index",  # index root -> key of one blind index
    "body": b"piiguard/1 keyring body",  # file key -> key that seals the body of the file
    "pseudonym": b"piiguard/1 pseudonym",  # index root -> AES-SIV key of the pseudonyms of one entity
    "redaction": b"piiguard/1 redaction hash",  # index root -> key of the hashes of one entity
    "restrict": b"piiguard/1 restrict",  # member of the body -> key that seals restricted values
    "restrict name": b"piiguard/1 restrict name",  # the same member -> key of the names of restricted rows
    "tombstone": b"piiguard/1 tombstone",  # member of the body -> key of tombstones
    "tombstone id": b"piiguard/1 tombstone id",  # the same member -> what names that key
    "vouch": b"piiguard/1 rewrap",  # file key -> key that proves the recipients of the next one
    "wrap": b"piiguard/1 wrap",  # 32-byte wrapping key -> key that seals the file key
}


def lp(item: bytes) -> bytes:
    """Length-prefix an item: fixed width, so that no two sequences spell the same bytes.

    >>> lp(b"iin").hex()
    '0000000369696e'
    """
    return len(item).to_bytes(4, "big") + item


def unpacked(joined: bytes) -> Iterator[bytes]:
    """The items of which :func:`lp` made these bytes.

    >>> list(unpacked(lp(b"iin") + lp(b"")))
    [b'iin', b'']
    """
    at = 0
    while at < len(joined):
        end = at + 4 + int.from_bytes(joined[at : at + 4], "big")
        yield joined[at + 4 : end]
        at = end


def column_key(root: bytes, keyring: uuid.UUID, context: str, *, suite: int = SUITE_XAES) -> bytes:
    """The key of one column under one data key version."""
    return _derive(root, keyring, LABELS["data"], bytes((suite,)), context.encode())


def index_key(root: bytes, keyring: uuid.UUID, context: str, name: str, normalizer: str) -> bytes:
    """The key of one blind index; ``normalizer`` carries its version, as in ``digits/1``."""
    return _derive(root, keyring, LABELS["index"], context.encode(), name.encode(), normalizer.encode())


def pseudonym_key(root: bytes, keyring: uuid.UUID, entity: str) -> bytes:
    """The key of the pseudonyms of one entity: 64 bytes, which AES-256-SIV takes."""
    return _derive(root, keyring, LABELS["pseudonym"], entity.encode(), length=64)


def redaction_key(root: bytes, keyring: uuid.UUID, entity: str) -> bytes:
    """The key of the hashes that stand for the values of one entity."""
    return _derive(root, keyring, LABELS["redaction"], entity.encode())


def body_key(file_key: bytes, keyring: uuid.UUID) -> bytes:
    """The key that seals the body of the keyring file."""
    return _derive(file_key, keyring, LABELS["body"])


def chained_key(audit_key: bytes, keyring: uuid.UUID) -> bytes:
    """The key of an audit trail in a file of its own, whose lines are none of the keyring's trail."""
    return _derive(audit_key, keyring, LABELS["chained"])


def restrict_key(secret: bytes, keyring: uuid.UUID) -> bytes:
    """The key that seals restricted values."""
    return _derive(secret, keyring, LABELS["restrict"])


def restrict_name_key(secret: bytes, keyring: uuid.UUID) -> bytes:
    """The key of the names under which restricted rows are kept."""
    return _derive(secret, keyring, LABELS["restrict name"])


def canary_key(secret: bytes, keyring: uuid.UUID) -> bytes:
    """The key of the marks of canaries."""
    return _derive(secret, keyring, LABELS["canary"])


def tombstone_key(secret: bytes, keyring: uuid.UUID) -> bytes:
    """The key of tombstones."""
    return _derive(secret, keyring, LABELS["tombstone"])


def tombstone_id(secret: bytes, keyring: uuid.UUID) -> bytes:
    """What names the key of tombstones where they are kept: 8 bytes that tell nothing of it."""
    return _derive(secret, keyring, LABELS["tombstone id"], length=8)


def vouching_key(file_key: bytes, keyring: uuid.UUID) -> bytes:
    """The key of the proof that lets a running process follow a rewrap."""
    return _derive(file_key, keyring, LABELS["vouch"])


def wrapping_subkey(wrapping_key: bytes, keyring: bytes) -> bytes:
    """What seals the file key, so that a key file used for two keyrings serves two keys."""
    return _derive(wrapping_key, uuid.UUID(bytes=keyring), LABELS["wrap"])


def wrapping_aad(keyring: uuid.UUID) -> bytes:
    """What every provider binds the wrapped file key to."""
    return lp(LABELS["wrap"]) + lp(keyring.bytes)


def aad(header: bytes, keyring: uuid.UUID, context: str, type_code: int) -> bytes:
    """The associated data of an envelope."""
    return header + lp(keyring.bytes) + lp(context.encode()) + lp(bytes((type_code,)))


def _derive(key: bytes, keyring: uuid.UUID, *info: bytes, length: int = 32) -> bytes:
    return HKDF(SHA256(), length, keyring.bytes, b"".join(map(lp, info))).derive(key)
