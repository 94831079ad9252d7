"""What programs import and type since 0.1.0 stays where it was."""

from __future__ import annotations

from importlib import import_module

import click
import pytest

from piiguard.cli.main import cli

NAMES = {
    "piiguard.scan": "Failure Finding Limits Match Note Options ScanReport Target scan_database scan_log",
    "piiguard.scan.spark": "scan_dataframe scan_on_spark spark_session",
    "piiguard.redact": "RedactingFilter redact_text",
    "piiguard.report": "render",
    "piiguard.detect": "Engine Match",
}
SCAN = (
    "--format --output -o --entities --min-confidence --sample --full --tables --exclude --views --jobs "
    "--statement-timeout --baseline --write-baseline --policy --resume --manifest --encoding --raw --engine --master "
    "--follow --lang"
)
COMMANDS = "decrypt demo encrypt keys manifest recognizers redact reveal rotate scan status verify"


@pytest.mark.parametrize("module", NAMES)
def test_names_are_imported_from_where_they_were(module: str) -> None:
    found = import_module(module)
    assert [name for name in NAMES[module].split() if not hasattr(found, name)] == []


def test_the_commands_are_there() -> None:
    assert set(COMMANDS.split()) <= set(cli.commands)


def test_scan_takes_the_options_it_took() -> None:
    command = cli.commands["scan"]
    assert isinstance(command, click.Command)
    assert set(SCAN.split()) <= {name for parameter in command.params for name in parameter.opts}
