"""Questions to a person: only on a terminal, and a passphrase is never shown."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import click

from piiguard import names
from piiguard.cli.discreet import discreet
from piiguard.cli.say import say
from piiguard.errors import WrappingKeyError

if TYPE_CHECKING:
    from pathlib import Path

    from piiguard.keys.document import KeyVersion

__all__ = [
    "NEEDS_YES",
    "ask_secret",
    "confirm",
    "confirm_destroy",
    "new_passphrase",
    "next_passphrase",
]


NEEDS_YES = "no terminal to ask on; add --yes"


def confirm(question: str, *, yes: bool) -> None:
    """Ask before something that cannot be undone; without a terminal and ``--yes`` it is refused."""
    if yes:
        return
    if not sys.stdin.isatty():
        raise click.UsageError(f"{question}: {NEEDS_YES}")
    click.confirm(f"piiguard: {names.message(discreet(question))}", abort=True, err=True)


def ask_secret(prompt: str, *, twice: bool = False, variable: str = "PIIGUARD_PASSPHRASE") -> str:
    """Ask for a passphrase without showing it; without a terminal it is refused."""
    if not sys.stdin.isatty():
        raise WrappingKeyError(f"{prompt}: no terminal to ask on", hint=f"set {variable}")
    answer: str = click.prompt(f"piiguard: {prompt}", hide_input=True, confirmation_prompt=twice, err=True)
    return answer


def new_passphrase() -> str:
    """``PIIGUARD_PASSPHRASE``, else asked twice; a keyring is made with it."""
    if (given := os.environ.get("PIIGUARD_PASSPHRASE")) is not None:
        return given
    return ask_secret("new passphrase for the keyring", twice=True)


def next_passphrase() -> str:
    """``PIIGUARD_NEW_PASSPHRASE``, else asked twice: what the keyring is rewrapped with."""
    if (given := os.environ.get("PIIGUARD_NEW_PASSPHRASE")) is not None:
        return given
    return ask_secret("new passphrase for the keyring", twice=True, variable="PIIGUARD_NEW_PASSPHRASE")


def confirm_destroy(path: Path, version: KeyVersion, *, yes: bool) -> None:
    """The version typed by a person, who was told what becomes unreadable."""
    say(f"{path}: {version.kind} key version {version.version}, in use since {version.created}")
    say(
        f"database backups made before {version.changed} cannot be read any more, and nothing brings them back"
    )
    if yes:
        return
    if not sys.stdin.isatty():
        raise click.UsageError(f"destroy {version.kind} key version {version.version}: {NEEDS_YES}")
    typed = click.prompt("piiguard: type the version to destroy it", err=True)
    if typed.strip() != str(version.version):
        raise click.Abort
