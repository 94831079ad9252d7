"""Columns for SQLAlchemy that encrypt themselves and stay searchable by equality.

>>> from piiguard.orm import BlindIndex, Encrypted
"""

from piiguard.frames import without_variables
from piiguard.orm.audit import after_decrypt
from piiguard.orm.confidential import Confidential
from piiguard.orm.errors import EncryptedColumnError
from piiguard.orm.guard import ciphertext_only
from piiguard.orm.hooks import install
from piiguard.orm.restricted import Restricted
from piiguard.orm.search.index import BlindIndex
from piiguard.orm.search.planner import TruncationPlan, plan
from piiguard.orm.types.encrypted import Encrypted
from piiguard.orm.types.sealed import Sealed
from piiguard.orm.writing.filling import fill_indexes

__all__ = [
    "BlindIndex",
    "Confidential",
    "Encrypted",
    "EncryptedColumnError",
    "Restricted",
    "Sealed",
    "TruncationPlan",
    "after_decrypt",
    "ciphertext_only",
    "fill_indexes",
    "plan",
    "without_variables",
]

install()
