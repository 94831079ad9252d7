"""Masking of texts, logs and streams.

>>> from piiguard.redact import redact_text
>>> redact_text("ИИН 050312300015 принят")
'ИИН 05********** принят'

Everything here is loaded on first use: Presidio takes a second.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from piiguard.redact.log_filter import RedactingFilter as RedactingFilter
    from piiguard.redact.loguru_patcher import RedactingPatcher as RedactingPatcher
    from piiguard.redact.operators import HashOperator as HashOperator
    from piiguard.redact.operators import MaskOperator as MaskOperator
    from piiguard.redact.operators import PseudonymOperator as PseudonymOperator
    from piiguard.redact.operators import RevealOperator as RevealOperator
    from piiguard.redact.operators import TagOperator as TagOperator
    from piiguard.redact.pseudonym import Pseudonyms as Pseudonyms
    from piiguard.redact.redactor import Redactor as Redactor
    from piiguard.redact.redactor import redact_text as redact_text
    from piiguard.redact.sentry_hook import RedactingHook as RedactingHook
    from piiguard.redact.stream import StreamRedactor as StreamRedactor
    from piiguard.redact.structlog_processor import RedactingProcessor as RedactingProcessor

_HOMES = {
    "HashOperator": "operators",
    "MaskOperator": "operators",
    "PseudonymOperator": "operators",
    "Pseudonyms": "pseudonym",
    "RedactingFilter": "log_filter",
    "RedactingHook": "sentry_hook",
    "RedactingPatcher": "loguru_patcher",
    "RedactingProcessor": "structlog_processor",
    "Redactor": "redactor",
    "RevealOperator": "operators",
    "StreamRedactor": "stream",
    "TagOperator": "operators",
    "redact_text": "redactor",
}
__all__ = sorted(_HOMES)  # noqa: PLE0605 - the table is the list


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
