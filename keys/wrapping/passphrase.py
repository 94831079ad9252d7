"""A wrapping key from a passphrase, by Argon2id with floors.

How hard a passphrase is to guess is estimated, not counted in characters: ``zxcvbn`` (Wheeler, USENIX Security 2016)
knows common passwords, English words, names, dates, rows of keys and repetitions. It knows no Russian or Kazakh words
and takes their letters for random ones, so a word in Cyrillic is worth no more here than one of 100,000.
"""

from __future__ import annotations

import hmac
import os
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from piiguard.errors import KeyringFormatError, WrappingKeyError
from piiguard.keys.document import b64, unb64
from piiguard.keys.wrapping import AskPassphrase, sealing

__all__ = ["Passphrase"]

_LEAST = 12  # powers of ten of guesses; each costs 64 MiB and three passes, so 500 a second take 60 years
_ANY_WORD = 5  # a word of a language is one of 100,000
_LONGEST = 72  # what the estimate looks at; what is longer is not weaker
_CYRILLIC_WORD = re.compile("[\u0400-\u052f]+")


@dataclass(frozen=True, slots=True)
class Cost:
    """Argon2id parameters. The ceiling is there because a file must not be able to hang a service."""

    t: int = 3
    m_kib: int = 64 * 1024
    p: int = 1

    def check(self) -> None:
        """Refuse what is weaker than the defaults, or absurd; also when reading."""
        fair = 3 <= self.t <= 16 and 64 * 1024 <= self.m_kib <= 4 * 1024 * 1024 and 1 <= self.p <= 16
        if not fair:
            raise KeyringFormatError(
                f"passphrase: argon2id with t={self.t}, m={self.m_kib} KiB, p={self.p} is out of bounds",
                hint="the keyring was edited; restore a backup",
            )


class Passphrase:
    """``passphrase``: asked for when the keyring is opened; 64 bytes are derived, half of them to check it."""

    def __init__(
        self, ask: AskPassphrase | None, salt: bytes, cost: Cost | None = None, check: bytes | None = None
    ) -> None:
        self._ask = ask
        self._salt = salt
        self._cost = cost or Cost()
        self._check = check

    @classmethod
    def from_option(cls, argument: str, ask: AskPassphrase | None) -> Passphrase:
        if argument:
            raise WrappingKeyError(
                "a passphrase is never an argument: others would see it",
                hint="--wrap passphrase, and set PIIGUARD_PASSPHRASE or type it",
            )
        return cls(ask, os.urandom(16))

    @classmethod
    def from_recipient(cls, entry: Mapping[str, Any], ask: AskPassphrase | None) -> Passphrase:
        try:
            cost = Cost(int(entry["t"]), int(entry["m_kib"]), int(entry["p"]))
            salt, check = unb64(entry["salt"]), unb64(entry["check"])
        except (KeyError, ValueError, TypeError):
            raise KeyringFormatError("passphrase: the recipient is damaged") from None
        if entry.get("kdf") != "argon2id" or len(salt) < 16 or len(check) != 32:
            raise KeyringFormatError("passphrase: the recipient is damaged, or of a newer piiguard")
        cost.check()
        return cls(ask, salt, cost, check)

    def parameters(self) -> dict[str, Any]:
        cost = self._cost
        check = b64(self._check or b"")
        return {
            "kdf": "argon2id",
            "salt": b64(self._salt),
            "t": cost.t,
            "m_kib": cost.m_kib,
            "p": cost.p,
            "check": check,
        }

    def wrap(self, file_key: bytes, aad: bytes) -> bytes:
        passphrase = self._passphrase()
        if _guesses(passphrase) < _LEAST:
            raise WrappingKeyError(
                "the passphrase can be guessed", hint="four random words or more, or twelve random characters"
            )
        key, self._check = self._derive(passphrase)
        return sealing.wrap(key, file_key, aad)

    def unwrap(self, wrapped: bytes, aad: bytes) -> bytes:
        key, check = self._derive(self._passphrase())
        if not hmac.compare_digest(check, self._check or b""):
            raise WrappingKeyError("wrong passphrase", hint="the keyring itself is undamaged; try again")
        return sealing.unwrap(key, wrapped, aad, "passphrase")

    def _passphrase(self) -> str:
        if self._ask is None:
            raise WrappingKeyError("a passphrase is needed", hint="set PIIGUARD_PASSPHRASE")
        return unicodedata.normalize("NFC", self._ask())

    def _derive(self, passphrase: str) -> tuple[bytes, bytes]:
        cost = self._cost
        try:
            kdf = Argon2id(
                salt=self._salt, length=64, iterations=cost.t, lanes=cost.p, memory_cost=cost.m_kib
            )
        except UnsupportedAlgorithm:
            raise WrappingKeyError(
                "this build of cryptography has no Argon2id", hint="pip install --upgrade cryptography"
            ) from None
        both = kdf.derive(passphrase.encode("utf-8", "surrogatepass"))
        return both[:32], both[32:]


def _guesses(passphrase: str) -> float:
    """How many guesses it takes, as a power of ten."""
    from zxcvbn import zxcvbn

    if not passphrase:
        return 0.0
    looked_at = passphrase[:_LONGEST]
    words = _CYRILLIC_WORD.findall(looked_at)
    return float(zxcvbn(looked_at)["guesses_log10"]) - sum(max(0, len(word) - _ANY_WORD) for word in words)
