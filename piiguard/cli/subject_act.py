"""What the commands have in common that change a person's data: options, the plan, the receipt."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from piiguard.cli.ask import confirm
from piiguard.cli.discreet import discreet, discreet_data
from piiguard.cli.options import trail_option, yes_option
from piiguard.cli.say import many, say
from piiguard.cli.say_plan import statements
from piiguard.cli.subject_asked import accept_option, subject_options

if TYPE_CHECKING:
    from piiguard.report.messages import Language
    from piiguard.subjects import Receipt
    from piiguard.subjects.acting.act import Planned
    from piiguard.subjects.planned.steps import Step

__all__ = ["act_options", "asking", "hand_over", "say_plan"]


def act_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Whom it concerns, whether anything is changed, and where the receipt goes."""
    for option in (
        yes_option,
        click.option(
            "--format", "layout", type=click.Choice(["text", "json"]), default="text", show_default=True
        ),
        click.option(
            "--lang",
            type=click.Choice(["ru", "kk", "en"]),
            default="ru",
            show_default=True,
            help="Of the receipt.",
        ),
        click.option(
            "--receipt",
            "receipt_file",
            type=click.Path(dir_okay=False, path_type=Path),
            metavar="FILE",
            help="Write the receipt there as JSON too (mode 0600).",
        ),
        trail_option,
        click.option(
            "--dry-run", is_flag=True, help="Say what would be done to how many rows; change nothing."
        ),
        click.option("--plan", is_flag=True, help="Print every statement with placeholders; change nothing."),
        accept_option,
        subject_options,
    ):
        command = option(command)
    return command


def asking(what: str, *, plan: bool, dry_run: bool, yes: bool) -> Callable[[Sequence[Planned]], bool]:
    """Shows the plans, and asks; ``what`` is the question without the number of rows."""

    def agreed(planned: Sequence[Planned]) -> bool:
        for one in planned:
            say_plan(one)
        if plan:
            for one in planned:
                click.echo("\n".join(statements(one.plan.texts())))
        if plan or dry_run:
            return False
        if rows := sum(one.plan.changing for one in planned):
            confirm(f"{what}: {many(rows, 'row')} change", yes=yes)
        return True

    return agreed


def hand_over(receipt: Receipt, file: Path | None, layout: str, lang: Language) -> None:
    """Print the receipt, and write it to a file as well where one is named."""
    from piiguard.files import new_file
    from piiguard.names import json_text
    from piiguard.report.person.receipt import receipt_text

    made = receipt.to_dict()
    document = json_text(discreet_data(made), indent=1)
    if file is not None:
        with new_file(file, 0o600, durable=True) as out:
            out.write(f"{document}\n".encode())
    click.echo(document if layout == "json" else discreet(receipt_text(made, lang)))
    if receipt.trail is None:
        say("no audit trail says so: without a keyring there is none")


_WORDS = {
    "delete": "delete",
    "null": "empty the values of",
    "pseudonym": "put pseudonyms into",
    "unlink": "empty the reference to the person in",
    "keep": "keep by law",
    "seal": "seal the values of",
    "flag": "set the flag of",
    "release": "put the values back into",
    "forget": "destroy the sealed values of",
    "leave": "leave, as nothing there names anybody,",
}


def say_plan(planned: Planned) -> None:
    """What would be done to how many rows of each table."""
    steps = [step for step in planned.plan.steps if step.action in _WORDS]
    for step in steps:
        say(
            f"{planned.shown}: {step.table.place}: {_WORDS[step.action]} {many(len(step.rows), 'row')}{_more(step)}"
        )
    if planned.plan.unsure:
        say(
            f"{planned.shown}: {many(len(planned.plan.unsure), 'row')} may be another person's and stay as they are"
        )
    for place in planned.unsearched:
        say(
            f"{planned.shown}: {place}: documents that nobody can take apart are not searched, as was accepted"
        )
    for place, table in planned.undeclared:
        say(
            f"{planned.shown}: {place} looks like a reference to {table}, but no foreign key says so: its rows stay"
        )
    if not steps:
        say(f"{planned.shown}: there is nothing to do")


def _more(step: Step) -> str:
    rule = step.rule
    law = f" ({rule.law}{f', until {step.until}' if step.until else ''})" if rule and rule.law else ""
    columns = f": {', '.join(step.columns)}" if step.columns else ""
    return columns + (law if step.action in ("keep", "seal", "flag", "leave") else "")
