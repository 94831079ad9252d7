"""What is said of a finding where a developer sees it: what stands there, why it is thought so, what to do."""

from __future__ import annotations

from piiguard.report.messages import Language, entity, say, why
from piiguard.report.remedy import next_step
from piiguard.scan.finding import Finding

__all__ = ["alert"]


def alert(finding: Finding, lang: Language) -> str:
    """One line about an unprotected place, whose first sentence is enough of a title."""
    said = say(
        lang,
        "sarif.message",
        place=finding.place,
        entity=entity(lang, finding.entity),
        protection=say(lang, f"protection.{finding.protection}"),
        matched=finding.matched,
        examined=finding.examined,
    )
    reasons = f" ({why(lang, finding.reasons)})" if finding.reasons else ""
    return f"{said}{reasons} {next_step(finding, lang)}"
