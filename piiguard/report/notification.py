"""What a scan came to, in counts, for whoever is told by a webhook: no place, and no shape of a value.

``text`` is one line of it, under the name that chats (Slack, Mattermost, Rocket.Chat) show a message by.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from typing import Any

from piiguard import __version__
from piiguard.names import visible
from piiguard.report.messages import Language, say
from piiguard.scan.finding import Finding, ScanReport
from piiguard.scan.identity import identity

__all__ = ["SCHEMA", "to_notification"]

SCHEMA = "piiguard.notification/1"


def to_notification(
    report: ScanReport, *, known: Collection[str] = (), lang: Language = "en"
) -> dict[str, Any]:
    """The document of ``docs/schema/notification.schema.json``; ``known`` are the finding ids that a baseline accepts.

    >>> to_notification(ScanReport("2026-11-21T06:00:00Z", "2026-11-21T06:01:30Z"))["text"]
    'piiguard: unprotected places: 0, new: 0, places not searched: 0'
    """
    found = report.unprotected
    new = sum(finding.id not in known for finding in found)
    unread = sum(not place.accepted for place in report.unread)
    targets = sorted({visible(identity(target.target)) for target in report.targets})
    counts = say(lang, "notification.text", unprotected=len(found), new=new, unread=unread)
    document: dict[str, Any] = {
        "schema": SCHEMA,
        "piiguard": __version__,
        "text": f"piiguard: {', '.join(targets)}: {counts}" if targets else f"piiguard: {counts}",
        "started": report.started,
        "finished": report.finished,
        "exit": report.exit,
        "complete": report.complete,
        "targets": targets,
        "unprotected": len(found),
        "new": new,
        "unread": unread,
        "entities": _entities(found, known),
        "people": report.persons.to_dict() if report.persons else None,
    }
    return document if report.gone is None else {**document, "gone": len(report.gone)}


def _entities(found: Collection[Finding], known: Collection[str]) -> list[dict[str, Any]]:
    """Places by entity and confidence, the most first."""
    places = Counter((finding.entity, finding.confidence) for finding in found)
    new = Counter((finding.entity, finding.confidence) for finding in found if finding.id not in known)
    return [
        {"entity": entity, "confidence": confidence, "places": count, "new": new[entity, confidence]}
        for (entity, confidence), count in sorted(places.items(), key=lambda each: (-each[1], each[0]))
    ]
