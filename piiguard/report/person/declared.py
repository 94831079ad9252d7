"""What the policy says beside what was found: why, from where, for how long, to whom, and who answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from piiguard.entities import BY_NAME, category
from piiguard.scan.policy import Policy

__all__ = ["declared", "held"]


def declared(
    document: Mapping[str, Any], policy: Policy | None, organisation: str | None = None
) -> dict[str, Any]:
    """The document with ``operator``, ``purposes`` and ``recipients``: of the categories that were found, and no others.

    A category that the policy does not list has no purpose, and the person is told so.
    """
    found = sorted(held(document), key=lambda name: (name == "other", name))
    operator = {
        "organisation": organisation or (policy.organisation if policy else ""),
        "contact": policy.contact if policy else "",
        "policy": policy.source if policy else "",
    }
    purposes = [_purpose(name, policy) for name in found if name != "other"]
    recipients = [
        {**asdict(one), "categories": [name for name in one.categories if name in found]}
        for one in (policy.recipients if policy else ())
        if not one.categories or set(one.categories) & set(found)
    ]
    return {
        **document,
        "operator": operator,
        "declared": policy is not None,
        "purposes": purposes,
        "recipients": recipients,
    }


def held(document: Mapping[str, Any]) -> set[str]:
    """The categories of what was found."""
    entities: set[str] = {
        entity for table in document["tables"] for each in table["entities"].values() for entity in each
    }
    entities |= {file["entity"] for file in document["files"] if file["entity"]}
    return {category(entity) for entity in entities if entity in BY_NAME} | (
        {"other"} if document["tables"] else set()
    )


def _purpose(name: str, policy: Policy | None) -> dict[str, Any]:
    listed = policy.declared.get(name) if policy else None
    term = policy.term(name) if policy else None
    return {
        "category": name,
        "listed": listed is not None,
        "clause": listed.clause if listed else "",
        "purpose": (listed.purpose if listed else "") or (policy.purpose if policy and listed else ""),
        "origin": (listed.origin if listed else "") or (policy.origin if policy and listed else ""),
        "term": term.text if term else None,
    }
