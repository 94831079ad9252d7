"""The replacements as presidio-anonymizer operators, for any ``AnonymizerEngine``.

>>> from presidio_anonymizer import AnonymizerEngine
>>> from presidio_anonymizer.entities import OperatorConfig, RecognizerResult
>>> engine = AnonymizerEngine()
>>> engine.add_anonymizer(MaskOperator)
>>> found = [RecognizerResult("KZ_IIN", 4, 16, 0.9)]
>>> engine.anonymize("ИИН 050312300015", found, {"DEFAULT": OperatorConfig("piiguard_mask")}).text
'ИИН 05**********'
"""

from __future__ import annotations

from typing import Any, ClassVar

from presidio_anonymizer.entities import InvalidParamError
from presidio_anonymizer.operators import Operator as PresidioOperator
from presidio_anonymizer.operators import OperatorType

from piiguard.frames import emptied
from piiguard.keys import Keyring
from piiguard.redact.choices import Operator
from piiguard.redact.pseudonym import Pseudonyms
from piiguard.redact.replacing import replacer

__all__ = ["HashOperator", "MaskOperator", "PseudonymOperator", "RevealOperator", "TagOperator"]


class _Replacement(PresidioOperator):  # type: ignore[misc,unused-ignore]  # Presidio publishes no types
    NAME: ClassVar[Operator]
    KEYED: ClassVar[bool] = False

    @emptied
    def operate(self, text: str, params: dict[str, Any] | None = None) -> str:
        given = params or {}
        return replacer(self.NAME, given.get("keyring"))(given.get("entity_type", "PII"), text)

    def validate(self, params: dict[str, Any] | None = None) -> None:
        if self.KEYED and not isinstance((params or {}).get("keyring"), Keyring):
            raise InvalidParamError(
                f"{self.operator_name()} needs a keyring: {{'keyring': Keyring.from_env()}}"
            )

    def operator_name(self) -> str:
        return f"piiguard_{self.NAME}"

    def operator_type(self) -> OperatorType:
        return OperatorType.Anonymize


class MaskOperator(_Replacement):
    """``piiguard_mask``: the shape of the value."""

    NAME = "mask"


class TagOperator(_Replacement):
    """``piiguard_tag``: ``<KZ_IIN>``."""

    NAME = "tag"


class HashOperator(_Replacement):
    """``piiguard_hash``: a keyed hash; params: ``keyring``."""

    NAME = "hash"
    KEYED = True


class PseudonymOperator(_Replacement):
    """``piiguard_pseudonym``: reversible with the key; params: ``keyring``."""

    NAME = "pseudonym"
    KEYED = True


class RevealOperator(PresidioOperator):  # type: ignore[misc,unused-ignore]
    """``piiguard_reveal`` for a ``DeanonymizeEngine``; params: ``keyring``."""

    @emptied
    def operate(self, text: str, params: dict[str, Any] | None = None) -> str:
        return Pseudonyms((params or {})["keyring"]).reveal(text)

    def validate(self, params: dict[str, Any] | None = None) -> None:
        if not isinstance((params or {}).get("keyring"), Keyring):
            raise InvalidParamError("piiguard_reveal needs a keyring: {'keyring': Keyring.from_env()}")

    def operator_name(self) -> str:
        return "piiguard_reveal"

    def operator_type(self) -> OperatorType:
        return OperatorType.Deanonymize
