"""Options that several commands share, and how they find a keyring and a manifest."""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from piiguard.cli.ask import ask_secret

if TYPE_CHECKING:
    from piiguard.keys import Keyring
    from piiguard.manifest import Manifest

__all__ = [
    "Amount",
    "Written",
    "chosen_entities",
    "keyring_option",
    "keyring_path",
    "load_manifest",
    "manifest_option",
    "manifest_path",
    "never_asks_option",
    "open_keyring",
    "require_scan_extra",
    "seen_from",
    "trail_option",
    "yes_option",
]

Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]


class Amount(click.FloatRange):
    """A number in a range: ``nan`` lies in every range and ``inf`` is none that anybody could keep."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        found = super().convert(value, param, ctx)
        if not math.isfinite(found):
            self.fail("not a number that can be kept", param, ctx)
        return found


class Written(click.Path):
    """A file that a command makes, or ``-``: standard output, as nothing, where the command can write there.

    No command makes a file that is called ``-``, unless it is asked for ``./-``.
    """

    def __init__(self, *, or_output: bool = False, folder: bool = False) -> None:
        super().__init__(path_type=Path, dir_okay=folder)
        self.or_output = or_output

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return the path, or nothing for standard output."""
        if str(value) != "-":
            # a Path has no "./" in front, and what opens it may take "-" for a stream
            return super().convert(Path(value).absolute() if Path(value) == Path("-") else value, param, ctx)
        if not self.or_output:
            where = "folder" if self.dir_okay else "file"
            self.fail(f"this goes into a {where} only, not to standard output", param, ctx)
        return None


keyring_option: Decorator = click.option(
    "--keyring",
    "keyring_file",
    type=click.Path(path_type=Path),
    envvar="PIIGUARD_KEYRING",
    metavar="FILE",
    help="The keyring; else PIIGUARD_KEYRING, else what the manifest names.",
)
manifest_option: Decorator = click.option(
    "--manifest",
    "manifest_file",
    type=click.Path(path_type=Path),
    envvar="PIIGUARD_MANIFEST",
    metavar="FILE",
    help="The manifest of protected columns; else PIIGUARD_MANIFEST, else ./piiguard.toml.",
)
trail_option: Decorator = click.option(
    "--trail",
    type=Written(),
    envvar="PIIGUARD_TRAIL",
    metavar="FILE",
    help="The audit trail, where the keyring cannot be written; always the same for a database.",
)
yes_option: Decorator = click.option("-y", "--yes", is_flag=True, help="Answer yes to every question.")

never_asks_option: Decorator = click.option(
    "-y",
    "--yes",
    is_flag=True,
    expose_value=False,
    hidden=True,
)


def load_manifest(path: Path | None) -> Manifest | None:
    """The manifest that was named, or ``./piiguard.toml`` if it is there, or None."""
    from piiguard.manifest import Manifest

    return next(map(Manifest.load, manifest_path(path)), None)


def manifest_path(path: Path | None) -> tuple[Path, ...]:
    """Where the manifest is: what was named, or ``./piiguard.toml`` if it is there, or nothing."""
    from piiguard.manifest import DEFAULT_NAME

    default = Path(DEFAULT_NAME)
    return (path,) if path is not None else (default,) if default.is_file() else ()


def keyring_path(path: Path | None, manifest: Manifest | None) -> Path:
    """Where the keyring is; a path in the manifest is relative to the manifest."""
    from piiguard.errors import KeyringError

    if path is not None:
        return path
    if manifest is not None and manifest.keyring:
        base = manifest.path.parent if manifest.path else Path()
        return base / manifest.keyring
    raise KeyringError(
        "no keyring is named",
        hint="add --keyring FILE, or set PIIGUARD_KEYRING; piiguard keys init makes a keyring",
    )


def seen_from(manifest: Path, keyring: Path) -> str:
    """A keyring as a manifest names it: relative inside its own folder, so that both can be moved together."""
    target, folder = keyring.absolute(), manifest.absolute().parent
    return target.relative_to(folder).as_posix() if target.is_relative_to(folder) else os.fspath(target)


def open_keyring(path: Path | None, manifest: Manifest | None) -> Keyring:
    """The opened keyring, so that a wrong wrapping key is told before any work begins."""
    from piiguard.keys import Keyring

    return Keyring.from_file(keyring_path(path, manifest), passphrase=ask_passphrase).open()


def ask_passphrase() -> str:
    """``PIIGUARD_PASSPHRASE``, else what is typed on the terminal; never an argument."""
    if (given := os.environ.get("PIIGUARD_PASSPHRASE")) is not None:
        return given
    return ask_secret("passphrase of the keyring")


def chosen_entities(text: str | None) -> tuple[str, ...] | None:
    """The entities of ``--entities A,B``; a name that no recognizer knows is told before anything is read."""
    if text is None:
        return None
    from piiguard.entities import BY_NAME

    chosen = tuple(name for name in (part.strip() for part in text.split(",")) if name)
    known = tuple(sorted(BY_NAME))
    if unknown := sorted(set(chosen) - set(known)):
        raise click.UsageError(_unknown_entity(unknown[0], known))
    return chosen


def require_scan_extra() -> None:
    """Say what to install before anything of the scanner is imported."""
    from importlib.util import find_spec

    from piiguard.errors import MissingExtra

    if find_spec("regex") is None:
        raise MissingExtra("scan", "regex")


def _unknown_entity(name: str, known: Sequence[str]) -> str:
    """An entity that no recognizer finds."""
    return f"there is no entity {name}; known are {', '.join(known)}"
