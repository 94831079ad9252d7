"""The files for catalogues, read as each catalogue reads them: by the rules of its form, and not by our code."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import jinja2
import yaml

Names = tuple[str, ...]
"""Database, if it has one, schema, table and column."""


@dataclass
class Read:
    """What a file says of each column."""

    entities: dict[str, str] = field(default_factory=dict)
    """with how certain each is"""
    protection: str = ""
    purpose: str = ""


def datahub(text: str) -> dict[Names, Read]:
    """By table, dotted, and column: DataHub has one name for a table."""
    found: dict[Names, Read] = {}
    for proposal in json.loads(text):
        assert proposal.keys() == {"entityType", "entityUrn", "changeType", "aspectName", "aspect"}
        assert (proposal["entityType"], proposal["aspectName"]) == ("dataset", "editableSchemaMetadata")
        assert proposal["changeType"] == "PATCH"  # an UPSERT would replace what people wrote
        assert proposal["aspect"].keys() == {"contentType", "value"}
        assert proposal["aspect"]["contentType"] == "application/json-patch+json"
        assert proposal["aspect"]["value"].isascii()
        inner = re.fullmatch(
            r"urn:li:dataset:\(urn:li:dataPlatform:(\w+),([^,()␟]+),PROD\)", proposal["entityUrn"]
        )
        assert inner is not None
        table = inner[2]
        for sign in ",()␟":
            table = table.replace("".join(f"%{byte:02X}" for byte in sign.encode()), sign)
        for operation in json.loads(proposal["aspect"]["value"]):
            _, info, column, *rest = (
                each.replace("~1", "/").replace("~0", "~") for each in operation["path"].split("/")
            )
            value = operation["value"]
            assert (operation["op"], info, rest) == (
                "add", "editableSchemaFieldInfo", ["globalTags", "tags", value["tag"]]
            )  # fmt: skip
            read = found.setdefault((table, column), Read())
            context = json.loads(value["context"])
            name = value["tag"].removeprefix("urn:li:tag:piiguard.")
            if name == "encrypted":
                assert context["protection"] == "encrypted"
            else:
                read.entities[name] = context["confidence"]
            read.protection, read.purpose = context["protection"], context.get("purpose", "")
    return found


RESERVED = {"__reserved__colon__": "::", "__reserved__arrow__": ">", "__reserved__quote__": '"'}


def full_name(text: str) -> Names:
    """The parts of a full name, as OpenMetadata's grammar has them: a part with dots stands in quotes."""
    parts = re.findall(r'(?:^|\.)(?:"([^"\n]+)"|([^".\n]*))(?=\.|$)', text)
    assert ".".join(f'"{quoted}"' if quoted else bare for quoted, bare in parts) == text
    names = [quoted or bare for quoted, bare in parts]
    for word, sign in RESERVED.items():
        names = [name.replace(word, sign) for name in names]
    return tuple(names)


def openmetadata(text: str) -> dict[Names, Read]:
    """By service, database, schema, table and column."""
    document = json.loads(text)
    assert document.keys() == {"classification", "tags", "columns"}
    assert document["classification"].keys() == {"name", "description"}
    assert all(tag.keys() == {"classification", "name", "description"} for tag in document["tags"])
    made = {f"{tag['classification']}.{tag['name']}" for tag in document["tags"]}
    found: dict[Names, Read] = {}
    for column in document["columns"]:
        read = Read(column["confidence"], column["protection"], column.get("purpose", ""))
        labels = column["tags"]
        for label in labels:  # required, and nothing else, by tagLabel.json
            assert label.keys() == {"tagFQN", "source", "labelType", "state"}
            assert (label["source"], label["labelType"]) == ("Classification", "Automated")
            assert label["state"] in ("Suggested", "Confirmed")
        tags = {label["tagFQN"] for label in labels}
        assert tags - {"PII.Sensitive", "PII.NonSensitive"} <= made  # what is not there is refused
        assert len(tags & {"PII.Sensitive", "PII.NonSensitive"}) == 1
        own = {f"piiguard.{entity}" for entity in read.entities}
        assert own <= tags
        assert ("piiguard.encrypted" in tags) == (read.protection == "encrypted")
        names = full_name(column["fullyQualifiedName"])
        assert full_name(column["table"]) == names[:-1]
        found[names] = read
    return found


@cache
def by_jinja(text: str) -> str:
    """What dbt takes a text for."""
    return jinja2.Environment().from_string(text).render()  # noqa: S701 - of text, as dbt has it


def rendered(value: Any) -> Any:
    """A value as dbt has it, which takes each text for a template."""
    if isinstance(value, str):
        return by_jinja(value)
    if isinstance(value, dict):
        return {name: rendered(one) for name, one in value.items()}
    return [rendered(one) for one in value] if isinstance(value, list) else value


def dbt(text: str) -> dict[Names, Read]:
    """By database, if there is one, schema, table and column."""
    document = rendered(yaml.safe_load(text))
    assert document.keys() == {"version", "sources"}
    assert document["version"] == 2
    assert len({source["name"] for source in document["sources"]}) == len(document["sources"])
    found: dict[Names, Read] = {}
    for source in document["sources"]:
        assert source.keys() - {"database"} == {"name", "schema", "quoting", "tables"}
        for table in source["tables"]:
            assert table.keys() == {"name", "columns"}
            for column in table["columns"]:
                assert column.keys() == {"name", "quote", "config"}
                [(only, meta)] = column["config"].items()
                assert (only, meta["contains_pii"]) == ("meta", True)
                own = meta["piiguard"]
                place = (source.get("database"), source["schema"], table["name"], column["name"])
                read = Read(own["entities"], own["protection"], own.get("purpose", ""))
                found[tuple(name for name in place if name is not None)] = read
    return found


READERS = {"datahub": datahub, "openmetadata": openmetadata, "dbt": dbt}
