"""Findings for the catalogues of a data team, as files: which columns hold personal data, told to DataHub, OpenMetadata and dbt.

Each module writes one form: ``holds`` says whether the form can name a column, ``write`` makes the file of those.
"""

from __future__ import annotations

from types import ModuleType
from typing import Literal, get_args

from piiguard.report.catalogues import datahub, dbt, openmetadata
from piiguard.report.catalogues.columns import Column, Left, columns_of
from piiguard.report.messages import Language
from piiguard.scan.finding import ScanReport
from piiguard.scan.policy import Policy

__all__ = ["CATALOGUES", "Catalogue", "Column", "Left", "to_catalogue"]

Catalogue = Literal["datahub", "openmetadata", "dbt"]
CATALOGUES: tuple[Catalogue, ...] = get_args(Catalogue)
_FORMS: dict[Catalogue, ModuleType] = {"datahub": datahub, "openmetadata": openmetadata, "dbt": dbt}


def to_catalogue(
    report: ScanReport, catalogue: Catalogue, *, lang: Language = "en", policy: Policy | None = None
) -> tuple[str, list[Left]]:
    """The file, and every place of personal data that is not in it, with the reason; names are read back as they are.

    ``policy`` tells the purposes; ``lang`` is that of what people read there.
    """
    form = _FORMS[catalogue]
    columns, left = columns_of(report, policy)
    told: list[Column] = []
    for column in columns:
        if _is_text(column) and form.holds(column):
            told.append(column)
        else:
            left.append(Left(column.place, f"{catalogue} cannot hold its name"))
    text: str = form.write(told, lang)
    return text, left


def _is_text(column: Column) -> bool:
    """Whether its names are Unicode, which a server may not ask for."""
    try:
        f"{column.service}{column.place}{column.purpose}".encode()
    except UnicodeEncodeError:
        return False
    return True
