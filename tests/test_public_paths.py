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
RECOGNIZERS = {
    "addresses": "KzAddressRecognizer",
    "base": "KzRecognizer Traits",
    "bic": "KzBicRecognizer",
    "bin": "KzBinRecognizer",
    "birth_date": "KzBirthDateRecognizer",
    "ip_address": "KzIpAddressRecognizer",
    "username": "KzUsernameRecognizer",
    "card": "KzCreditCardRecognizer",
    "catalog": "LANGUAGES RECOGNIZERS kz_recognizers",
    "document_date": "KzDocumentDateRecognizer",
    "document_issuer": "KzDocumentIssuerRecognizer",
    "driver_license": "KzDriverLicenseRecognizer",
    "email": "KzEmailRecognizer",
    "enhancer": "KzContextEnhancer",
    "grammar": "KzGrammarRecognizer",
    "iban": "KzIbanRecognizer",
    "id_card": "KzIdCardRecognizer",
    "iin": "KzIinRecognizer",
    "mrz": "KzMrzRecognizer",
    "names": "KzPersonRecognizer cell_score",
    "passport": "KzPassportRecognizer",
    "phone": "KzPhoneRecognizer",
    "russian": "RussianPersonRecognizer",
    "vehicle_plate": "KzVehiclePlateRecognizer",
    "workplaces": "KzWorkplaceRecognizer",
}
COMMANDS = "decrypt demo encrypt keys manifest recognizers redact reveal rotate scan status subject verify"


@pytest.mark.parametrize("module", NAMES)
def test_names_are_imported_from_where_they_were(module: str) -> None:
    found = import_module(module)
    assert [name for name in NAMES[module].split() if not hasattr(found, name)] == []


@pytest.mark.parametrize("module", RECOGNIZERS)
def test_presidio_s_classes_are_imported_from_where_they_were(module: str) -> None:
    package = import_module("piiguard.recognizers")
    found = import_module(f"piiguard.recognizers.{module}")
    for name in RECOGNIZERS[module].split():
        assert getattr(found, name) is getattr(package, name, getattr(found, name))
    with pytest.raises(AttributeError):
        found.KzNothingRecognizer  # noqa: B018 - that it is missing is the point


def test_the_commands_are_there() -> None:
    assert set(COMMANDS.split()) <= set(cli.commands)


def test_scan_takes_the_options_it_took() -> None:
    command = cli.commands["scan"]
    assert isinstance(command, click.Command)
    assert set(SCAN.split()) <= {name for parameter in command.params for name in parameter.opts}
