"""Ciphertext and hashes of other tools, as far as their form gives them away.

Lockbox, MySQL's ``AES_ENCRYPT`` and most home-made schemes write bytes without any mark: such values are
only *opaque*, where they are long and look random, and the judge takes them for ciphertext where the name of the column says so.
"""

from __future__ import annotations

import base64
import re

__all__ = ["OPAQUE", "digest", "digest_of_bytes", "tink_key", "tool_of_bytes", "tool_of_text"]

OPAQUE = "opaque"

_TEXT = re.compile(
    r"(?P<Fernet>gAAAAA[A-Za-z0-9_-]{90,}={0,2})"
    r"|(?P<Vault>vault:v[0-9]{1,6}:[A-Za-z0-9+/]+={0,2})"
    r"|(?P<PGP>-----BEGIN PGP MESSAGE-----)"
    r'|(?P<Rails>\{"p":"[A-Za-z0-9+/=]+","h":\{"iv":")'
    r"|(?P<age>-----BEGIN AGE ENCRYPTED FILE-----|age-encryption\.org/v1)"
    r"|(?P<JWE>eyJ[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$)"
    r"|(?P<OpenSSL>U2FsdGVkX1[A-Za-z0-9+/=]{10,})"
    r"|(?P<CiphersweetOrPaseto>(?:fips|nacl|brng):[A-Za-z0-9_=-]{40,}|v[1-4]\.local\.[A-Za-z0-9_-]{40,})"
)
# OpenPGP packets 1 and 3 (session keys), old and new headers, with the version byte behind the length:
# RFC 9580, sections 4.2, 5.1 and 5.3
_BYTES = re.compile(
    rb"(?P<PGP>\x84[\x00-\xff]\x03|\x85[\x00-\xff]{2}\x03|\x8c[\x00-\xff]\x04"
    rb"|\xc1[\x00-\xbf]\x03|\xc1[\xc0-\xdf][\x00-\xff]\x03|\xc3[\x00-\xbf]\x04)"
    rb"|(?P<OpenSSL>Salted__)|(?P<age>age-encryption\.org/v1)|(?P<Fernet>\x80\x00\x00\x00\x00[\x00-\xff]{68,})"
)
_OPAQUE = re.compile(r"[A-Za-z0-9+/_-]{38,}={0,2}")
_HEX = re.compile(r"[0-9a-f]+|[0-9A-F]+")
_SHORTEST = 16
_BITS = {16: "MD5", 20: "SHA-1", 32: "SHA-256", 64: "SHA-512"}


def tool_of_text(cell: str) -> str | None:
    """The tool that wrote this ciphertext; ``opaque`` for long base64 of no known tool.

    >>> tool_of_text("vault:v1:8SDd3WHDOjf7mq69CyCqYjBXAiQQAVZRkFM13ok481zoCmHnSeDX9vyf7w=="), tool_of_text("иин")
    ('Vault', None)
    """
    if known := _TEXT.match(cell):
        return known.lastgroup
    if _OPAQUE.fullmatch(cell) and not _HEX.fullmatch(cell) and _mixed(cell):
        return OPAQUE
    return None


def tool_of_bytes(value: bytes) -> str | None:
    """The tool that wrote bytes that are no text; ``opaque`` when they are long and random but do not tell.

    >>> tool_of_bytes(b"Salted__12345678"), tool_of_bytes("Сынақов Үлгі".encode("kz1048")), tool_of_bytes(bytes(64))
    ('OpenSSL', None, None)
    """
    if known := _BYTES.match(value):
        return known.lastgroup
    return OPAQUE if is_random(value) else None


def is_random(value: bytes) -> bool:
    """Whether bytes are as many and as different as those of a cipher or a hash: a block of AES at least.

    Of 16 random bytes 15 or 16 differ and half are below 128; nearly all of a text in one script stand together.
    """
    size = len(value)
    if size < _SHORTEST:
        return False
    differing = 256 * (1 - (255 / 256) ** size)
    return len(set(value)) > 0.75 * differing and 0.15 < sum(byte >= 128 for byte in value) / size < 0.85


def tink_key(value: bytes | str) -> bytes | None:
    """The key id of bytes (or their base64) that begin as Tink's output does: 01 and four bytes.

    One value proves nothing; a column whose values all begin so, with the same few ids, does. What is behind the id
    must look random: https://developers.google.com/tink/wire-format, AES-GCM with 12 bytes of nonce and 16 of tag.
    """
    if isinstance(value, str):
        text = value.rstrip("=").replace("-", "+").replace("_", "/")
        if len(text) % 4 == 1 or not text.startswith("A"):
            return None
        value = base64.b64decode(text + "=" * (-len(text) % 4))
    rest = value[5:]
    if value[:1] != b"\x01" or len(rest) < 28 or value[1:5] == bytes(4):
        return None
    high = sum(byte >= 128 for byte in rest) / len(rest)
    return value[1:5] if 0.15 < high < 0.85 else None


def digest(cell: str) -> str | None:
    """The hash whose size and alphabet these are: a shape, no proof.

    >>> digest("d41d8cd98f00b204e9800998ecf8427e"), digest("050312300015")
    ('MD5', None)
    """
    if len(cell) % 2 == 0 and (name := _BITS.get(len(cell) // 2)) and _HEX.fullmatch(cell):
        return name
    return None


def digest_of_bytes(value: bytes) -> str | None:
    """The same for a column of bytes."""
    return _BITS.get(len(value)) if is_random(value) else None


def _mixed(cell: str) -> bool:
    """Random base64 has digits, small and capital letters; words and paths seldom have all three."""
    return any(map(str.isdigit, cell)) and any(map(str.isupper, cell)) and any(map(str.islower, cell))
