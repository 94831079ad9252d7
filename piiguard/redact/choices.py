"""What a caller chooses among: how values are replaced, and where equal values have equal pseudonyms.

A file of its own, so that a command can offer the choices without loading what carries them out.
"""

from __future__ import annotations

from typing import Literal, get_args

__all__ = ["KEYED", "OPERATORS", "SCOPES", "Operator", "Scope"]

Operator = Literal["mask", "tag", "hash", "pseudonym"]
OPERATORS: tuple[Operator, ...] = get_args(Operator)
KEYED: tuple[Operator, ...] = ("hash", "pseudonym")
"""These need a keyring."""

Scope = Literal["keyring", "run"]
"""Where equal values have equal pseudonyms: wherever the keyring is used, or in one run alone."""
SCOPES: tuple[Scope, ...] = get_args(Scope)
