"""Every provider is accepted here, as configuration says: what is accepted without it is tests/keys/test_trust.py."""

from __future__ import annotations

import os

import pytest

from piiguard.keys.wrapping import names

MODULES = [
    "/usr/lib/softhsm/libsofthsm2.so",
    "/usr/lib64/softhsm/libsofthsm2.so",
    "/opt/homebrew/lib/softhsm/libsofthsm2.so",
]


@pytest.fixture(autouse=True)
def configured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIIGUARD_PROVIDERS", ",".join(names()))
    monkeypatch.setenv("PIIGUARD_PKCS11_MODULE", next(filter(os.path.exists, MODULES), ""))
