"""The cost of one value: envelope and blind index against the calls that cannot be avoided."""

from __future__ import annotations

import hmac
import os
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from benchmarks.harness import Harness, Timing
from piiguard.keys import Keyring

VALUE = b"050312300017"


def run(harness: Harness) -> None:
    """Write the section."""
    with tempfile.TemporaryDirectory() as folder:
        keyring = Keyring.create(Path(folder, "keyring.json"), [f"file:{folder}/wrapping.key"])
        measure(harness, keyring.open())


def measure(harness: Harness, keyring: Keyring) -> None:
    """Interleave everything in one run."""
    times = harness.size(20_000)
    cipher, aad = AESGCM(os.urandom(32)), bytes(47)
    column, index = keyring.column("b.v", 1), keyring.index("b.v", "v_index", "digits")

    def bare_encrypt(value: bytes) -> bytes:
        nonce = os.urandom(12)
        return nonce + cipher.encrypt(nonce, value, aad)

    def bare_decrypt(sealed: bytes) -> bytes:
        return cipher.decrypt(sealed[:12], sealed[12:], aad)

    batch, sealed = [VALUE] * times, column.encrypt(VALUE)
    timings = harness.interleave(
        {
            "AES-GCM, encrypt": partial(each, bare_encrypt, VALUE, times),
            "encrypt": partial(each, column.encrypt, VALUE, times),
            "encrypt_many": partial(column.encrypt_many, batch),
            "AES-GCM, decrypt": partial(each, bare_decrypt, bare_encrypt(VALUE), times),
            "decrypt": partial(each, column.decrypt, sealed, times),
            "decrypt_many": partial(column.decrypt_many, column.encrypt_many(batch)),
            "hmac.digest": partial(each, lambda value: hmac.digest(bytes(32), value, "sha256"), VALUE, times),
            "blind index": partial(each, index.compute, VALUE.decode(), times),
        },
        rounds=9,
    )
    harness.section(
        "keys",
        "Keys: one value of 12 bytes",
        ["", "ns", "to the bare call"],
        [
            *rows(timings, times, "AES-GCM, encrypt"),
            *rows(timings, times, "AES-GCM, decrypt"),
            *rows(timings, times, "hmac.digest"),
        ],
        packages=["cryptography"],
        notes=(
            "The bare call reuses one AES-GCM object and draws a nonce per value; piiguard adds the envelope, the "
            "look-up of the key and a look at the clock. Goals: encrypt ≤ 1.15x, decrypt ≤ 1.35x, and a blind index "
            "≤ 0.50x of hmac.digest (700 ns where that takes 1,397 ns). Reached: "
            f"{timings['encrypt'].ratio(timings['AES-GCM, encrypt']):.2f}x, "
            f"{timings['decrypt'].ratio(timings['AES-GCM, decrypt']):.2f}x and "
            f"{timings['blind index'].ratio(timings['hmac.digest']):.2f}x."
        ),
    )


GROUPS = {
    "AES-GCM, encrypt": ["encrypt", "encrypt_many"],
    "AES-GCM, decrypt": ["decrypt", "decrypt_many"],
    "hmac.digest": ["blind index"],
}


def rows(timings: dict[str, Timing], times: int, base: str) -> list[tuple[str, ...]]:
    """The bare call and what is compared with it."""
    found: list[tuple[str, ...]] = [(base, f"{timings[base].median / times * 1e9:,.0f}", "1.00x")]
    for name in GROUPS[base]:
        timing = timings[name]
        found.append((name, f"{timing.median / times * 1e9:,.0f}", f"{timing.ratio(timings[base]):.2f}x"))
    return found


def each(function: Callable[[bytes], object] | Callable[[str], object], value: object, times: int) -> None:
    """Call it in a loop."""
    call: Callable[[object], object] = function  # type: ignore[assignment]
    for _ in range(times):
        call(value)
