"""What a job did, for programs: JSON on standard output, and nothing on standard error but errors."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from piiguard.cli.discreet import discreet
from piiguard.cli.say import QUIET
from piiguard.names import json_text

if TYPE_CHECKING:
    from piiguard.protect.outcome import Outcome

__all__ = ["JSON_OF_DONE", "layout_option", "note", "quiet_option"]

SCHEMA = "piiguard.job/1"
JSON_OF_DONE = "--format json says what a job did: leave out --plan and --dry-run"
_OUTCOMES = "piiguard.outcomes"


def _be_quiet(context: click.Context, option: click.Parameter, chosen: bool) -> None:
    context.meta[QUIET] = chosen


def _collect(context: click.Context, option: click.Parameter, chosen: str) -> str:
    """Begin a document, which is written when the command ends, however it does: a job is done table by table."""
    if chosen == "json":
        outcomes: list[dict[str, Any]] = context.meta.setdefault(_OUTCOMES, [])
        document = {"schema": SCHEMA, "outcomes": outcomes}
        context.call_on_close(lambda: click.echo(json_text(document, indent=2)))
    return chosen


quiet_option = click.option(
    "--quiet",
    is_flag=True,
    expose_value=False,
    callback=_be_quiet,
    help="Say nothing but errors and questions.",
)
layout_option = click.option(
    "--format",
    "layout",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    callback=_collect,
    help="Say what was done in sentences, or as JSON on standard output.",
)


def note(found: Outcome) -> None:
    """Remember an outcome for the document, if one was asked for."""
    outcomes = click.get_current_context().meta.get(_OUTCOMES)
    if outcomes is None:
        return
    tally = found.tally
    outcomes.append(
        {
            "table": discreet(found.table),
            "columns": list(map(discreet, found.columns)),
            "kind": found.kind,
            "changed": tally.changed,
            "missed": tally.missed,
            "failed": tally.failed,
            "left": found.left,
            "paused": found.paused,
            "resumed": found.resumed,
        }
    )
