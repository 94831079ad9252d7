"""``piiguard reveal``: values back behind pseudonyms, for whoever has the key, and a line that says so."""

from __future__ import annotations

import sys
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import click

from piiguard.cli.discreet import discreet
from piiguard.cli.exits import EXIT_INCOMPLETE
from piiguard.cli.options import Written, keyring_option, manifest_option, trail_option
from piiguard.cli.redact_files import opened, told, typed
from piiguard.cli.say import hint, many, say
from piiguard.files import PRIVATE, new_file

if TYPE_CHECKING:
    from piiguard.redact.pseudonym import StreamRevealer


@click.command()
@click.argument("source", metavar="FILE|-", type=click.Path(), callback=lambda *given: typed(given[2]))
@click.option("-o", "--output", type=Written(or_output=True), metavar="FILE",
              help="Write there, not to standard output. FILE appears when all is written; it may be the input itself.")  # fmt: skip
@keyring_option
@manifest_option
@trail_option
def reveal(
    source: Path,
    output: Path | None,
    keyring_file: Path | None,
    manifest_file: Path | None,
    trail: Path | None,
) -> int:
    """Put back the values behind pseudonyms that redact made; needs the keyring.

    A value comes back as it was normalized: an IIN without blanks, a phone as +7…. The file keeps its encoding and, with -o, its
    compression. A line in the audit trail comes first, with the name of the file; where none can be written, nothing is revealed.

    \b
    Examples:
      piiguard reveal shared.log --keyring keyring.json | grep payment
      echo '<KZ_IIN:1.mzxw6…>' | piiguard reveal - --keyring keyring.json
      piiguard reveal shared.log --keyring /run/secrets/keyring.json --trail reveals.audit

    Exit codes: 0 done, 4 some pseudonyms belong to another keyring or were changed, 1 error, 2 usage.
    """
    from piiguard.cli.options import load_manifest, open_keyring
    from piiguard.redact.pseudonym import StreamRevealer

    keyring = open_keyring(keyring_file, load_manifest(manifest_file))
    stream, about = StreamRevealer(keyring), {"file": discreet(str(source))}
    lines = keyring.trail(trail)
    if lines is not None:
        lines.note("reveal", {"state": "begun", **about})
    _run(source, output, stream)
    if lines is not None:
        counts = {"revealed": stream.revealed, "failed": stream.failed}
        lines.note("reveal", {"state": "ended", **about, **counts})
    _say_revealed(str(source), stream.revealed, stream.failed)
    return EXIT_INCOMPLETE if stream.failed else 0


def _run(source: Path, output: Path | None, stream: StreamRevealer) -> None:
    from piiguard.read import packed
    from piiguard.redact.pipe import pump

    # values in clear are for whoever has the keyring, however many may read what was shared
    in_place = output is not None and output.exists() and source.exists() and output.samefile(source)
    with told(str(source)), opened(str(source)) as found:
        if output is None:
            pump(found.stream, sys.stdout.buffer, stream.feed, stream.finish)
            return
        with new_file(output, PRIVATE, keep=not in_place) as file:
            if not found.packed:
                pump(found.stream, file, stream.feed, stream.finish)
                return
            with closing(packed.compressed(file, found.packed)) as pressed:
                pump(found.stream, pressed, stream.feed, stream.finish)


def _say_revealed(source: str, count: int, failed: int) -> None:
    """How many pseudonyms were put back, and how many belong to somebody else."""
    say(f"{source}: {many(count, 'pseudonym')} revealed")
    if failed:
        say(f"{source}: {many(failed, 'pseudonym')} made with another key, or changed since")
        hint("name the keyring that redacted the file, in its newest generation")
