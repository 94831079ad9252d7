"""Columns as a file that DataHub's source ``file`` reads: change proposals that add tags to what is there.

A proposal of the kind UPSERT replaces whatever people wrote about a dataset's columns in DataHub; a JSON patch that adds
leaves it (https://docs.datahub.com/docs/advanced/patch, read in November 2026). Nothing removes a tag: a patch that
removes one which is not there fails. How certain it is and how protected stands in the tag's ``context``, which each load renews.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import quote

from piiguard.names import json_text
from piiguard.report.catalogues.columns import Column
from piiguard.report.messages import Language

__all__ = ["holds", "write"]

_PLATFORMS = {"postgresql": "postgres"}
_RESERVED = re.compile("[,()\N{SYMBOL FOR UNIT SEPARATOR}]")
"""The signs of a name that DataHub itself escapes in a URN, and no others: what it escapes too is another table."""
_ESCAPED = re.compile("%2C|%28|%29|%E2%90%9F")


def holds(column: Column) -> bool:
    """Whether its table is told from every other: DataHub leaves ``%2C`` as it is, and a comma becomes that."""
    return not _ESCAPED.search(_dotted(column))


def write(columns: Iterable[Column], lang: Language) -> str:
    """One proposal for each table."""
    tables: dict[str, list[Column]] = defaultdict(list)
    for column in columns:
        tables[_urn(column)].append(column)
    return json_text([_proposal(urn, members) for urn, members in tables.items()], indent=2) + "\n"


def _proposal(urn: str, columns: Iterable[Column]) -> dict[str, Any]:
    patch = [operation for column in columns for operation in _operations(column)]
    return {
        "entityType": "dataset",
        "entityUrn": urn,
        "changeType": "PATCH",
        "aspectName": "editableSchemaMetadata",
        # all of it ASCII, for Avro's bytes are read as Latin-1 by some and as UTF-8 by others
        "aspect": {"contentType": "application/json-patch+json", "value": json.dumps(patch)},
    }


def _operations(column: Column) -> Iterator[dict[str, Any]]:
    about: dict[str, str] = {"protection": column.protection}
    if column.purpose:
        about["purpose"] = column.purpose
    for entity, confidence in column.entities:
        yield _tag(column, entity, {"confidence": confidence, **about})
    if column.protection == "encrypted":
        yield _tag(column, "encrypted", about)


def _tag(column: Column, name: str, context: dict[str, str]) -> dict[str, Any]:
    tag = f"urn:li:tag:piiguard.{name}"
    path = f"/editableSchemaFieldInfo/{_pointer(column.name)}/globalTags/tags/{_pointer(tag)}"
    return {
        "op": "add",
        "path": path,
        "value": {"tag": tag, "context": json.dumps(context)},
    }


def _pointer(name: str) -> str:
    """A member of a JSON pointer (RFC 6901)."""
    return name.replace("~", "~0").replace("/", "~1")


def _urn(column: Column) -> str:
    platform = _PLATFORMS.get(column.server, column.server)
    return f"urn:li:dataset:(urn:li:dataPlatform:{platform},{_name(column)},PROD)"


def _name(column: Column) -> str:
    return _RESERVED.sub(lambda sign: quote(sign[0]), _dotted(column))


def _dotted(column: Column) -> str:
    return ".".join(filter(None, (column.database, column.schema, column.table)))
