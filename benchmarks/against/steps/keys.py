"""Keys: one value of 12 bytes, many times over."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from piiguard.keys import Keyring

VALUE = b"050312300015"
TIMES = 20_000


def steps(folder: Path) -> dict[str, Callable[[], object]]:
    """Each step by its name."""
    keyring = Keyring.create(folder / "keyring.json", [f"file:{folder / 'wrapping.key'}"]).open()
    column, index = keyring.column("b.v", 1), keyring.index("b.v", "v_index", "digits/1")
    sealed, text, batch = column.encrypt(VALUE), VALUE.decode(), [VALUE] * TIMES
    many = column.encrypt_many(batch)

    def encrypt() -> None:
        for _ in range(TIMES):
            column.encrypt(VALUE)

    def decrypt() -> None:
        for _ in range(TIMES):
            column.decrypt(sealed)

    def encrypt_many() -> None:
        column.encrypt_many(batch)

    def decrypt_many() -> None:
        column.decrypt_many(many)

    def blind_index() -> None:
        for _ in range(TIMES):
            index.compute(text)

    made = (encrypt, encrypt_many, decrypt, decrypt_many, blind_index)
    return {one.__name__.replace("_", " "): one for one in made}
