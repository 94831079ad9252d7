"""Encrypts and decrypts columns of Spark DataFrames: the same envelopes, keyring and manifest entries.

A worker opens the keyring once, from the path it is given; the plan, the logs and the event history hold that
path and no key. So every executor needs the file and what opens it: a key file, ``PIIGUARD_PASSPHRASE``
(``spark.executorEnv.PIIGUARD_PASSPHRASE``), or access to the key service.
"""

from __future__ import annotations

from piiguard.protect.spark.columns import decrypt_columns, encrypt_columns
from piiguard.protect.spark.proving import prove_columns

__all__ = ["decrypt_columns", "encrypt_columns", "prove_columns"]
