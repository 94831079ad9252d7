"""``piiguard redact`` and ``piiguard reveal``: logs without personal data, and back with the key."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING

import click

from piiguard.cli.exits import EXIT_INCOMPLETE
from piiguard.cli.options import chosen_entities, keyring_option, manifest_option, require_scan_extra
from piiguard.cli.say import CHECK_PATH, hint, many, say
from piiguard.confidence import LEVELS
from piiguard.files import PRIVATE, new_file

if TYPE_CHECKING:
    from piiguard.keys import Keyring

OPERATORS = ("mask", "tag", "hash", "pseudonym")
_output_option = click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Write there, not to standard output. FILE appears when all is written; it may be the input itself.",
)


@click.command()
@click.argument("source", metavar="FILE|-", type=click.Path(), callback=lambda *given: _named(given[2]))
@_output_option
@click.option("--operator", type=click.Choice(OPERATORS), default="mask", show_default=True,
              help="mask keeps the shape, tag names the entity, hash and pseudonym need a keyring.")  # fmt: skip
@click.option("--entities", metavar="A,B", help="Replace these only; piiguard recognizers lists them.")
@click.option("--min-confidence", type=click.Choice(LEVELS), default="low",
              show_default=True, help="Leave what is less certain.")  # fmt: skip
@click.option("--encoding", default="auto", show_default=True, metavar="NAME", help="Of the input.")
@keyring_option
@manifest_option
def redact(
    source: Path,
    output: Path | None,
    operator: str,
    entities: str | None,
    min_confidence: str,
    encoding: str,
    keyring_file: Path | None,
    manifest_file: Path | None,
) -> int:
    """Replace personal data in a log or any text; everything else stays byte for byte.

    FILE is read in one pass, however large, and decompressed if it is compressed; - is standard input. Lines go out as they come in, so the command
    can stand between an application and its log.

    \b
    Examples:
      piiguard redact app.log -o app.clean.log
      app | piiguard redact - > app.log
      piiguard redact app.log --operator pseudonym --keyring keyring.json -o shared.log
      piiguard redact app.log --entities KZ_IIN,KZ_PHONE --operator tag

    Exit codes: 0 done, 4 some lines were withheld because they could not be redacted, 1 error, 2 usage.
    """
    require_scan_extra()
    from piiguard.redact import Redactor, StreamRedactor

    keyring = _keyring(keyring_file, manifest_file) if operator in ("hash", "pseudonym") else None
    chosen = chosen_entities(entities)
    redactor = Redactor(operator, keyring=keyring, entities=chosen, min_confidence=min_confidence)  # type: ignore[arg-type]
    stream = StreamRedactor(redactor, _encoding(encoding))
    _run(source, output, stream.feed, stream.finish, mode=_mode_of(source))
    timeouts = sum(redactor.engine.timeouts.values())
    _say_redacted(str(source), stream.replaced, stream.withheld, timeouts)
    return EXIT_INCOMPLETE if stream.withheld or timeouts else 0


@click.command()
@click.argument("source", metavar="FILE|-", type=click.Path(), callback=lambda *given: _named(given[2]))
@_output_option
@keyring_option
@manifest_option
def reveal(source: Path, output: Path | None, keyring_file: Path | None, manifest_file: Path | None) -> int:
    """Put back the values behind pseudonyms that redact made; needs the keyring.

    A value comes back as it was normalized: an IIN without blanks, a phone as +7….

    \b
    Examples:
      piiguard reveal shared.log --keyring keyring.json | grep payment
      echo '<KZ_IIN:1.mzxw6…>' | piiguard reveal - --keyring keyring.json

    Exit codes: 0 done, 4 some pseudonyms belong to another keyring or were changed, 1 error, 2 usage.
    """
    from piiguard.redact.pseudonym import StreamRevealer

    stream = StreamRevealer(_keyring(keyring_file, manifest_file))
    # values in clear are for whoever has the keyring, however many may read what was shared
    in_place = output is not None and output.exists() and source.exists() and output.samefile(source)
    _run(source, output, stream.feed, stream.finish, mode=PRIVATE, keep=not in_place)
    _say_revealed(str(source), stream.revealed, stream.failed)
    return EXIT_INCOMPLETE if stream.failed else 0


def _keyring(keyring_file: Path | None, manifest_file: Path | None) -> Keyring:
    from piiguard.cli.options import load_manifest, open_keyring

    return open_keyring(keyring_file, load_manifest(manifest_file))


def _encoding(name: str) -> str:
    import codecs

    try:
        return name if name == "auto" else codecs.lookup(name).name
    except LookupError:
        raise click.UsageError(_unknown_encoding(name)) from None


def _named(source: str) -> Path:
    """The file that was typed: ./- is a file of that name, which a Path would take for standard input."""
    return Path(source) if source == "-" or Path(source) != Path("-") else Path(source).absolute()


def _mode_of(source: Path) -> int:
    """What is left of a text without values may be read by whoever may read the text."""
    try:
        return 0o666 if str(source) == "-" else source.stat().st_mode & 0o666
    except OSError:
        return PRIVATE  # whoever opens it says why


def _run(
    source: Path,
    output: Path | None,
    feed: Callable[[bytes], bytes],
    finish: Callable[[], bytes],
    *,
    mode: int,
    keep: bool = True,
) -> None:
    from piiguard.errors import ScanError
    from piiguard.redact.pipe import pump

    try:
        with _opened(source) as stream:
            if output is None:
                pump(stream, sys.stdout.buffer, feed, finish)
                return
            with new_file(output, mode, keep=keep) as file:
                pump(stream, file, feed, finish)
    except BrokenPipeError:
        raise
    except OSError as error:
        place = error.filename or output or source
        reason = (error.strerror or "error").lower()
        raise ScanError(f"{place}: {reason}", source=str(place), hint=CHECK_PATH) from None


@contextmanager
def _opened(source: Path) -> Iterator[IO[bytes]]:
    if str(source) != "-":
        with _plain(source) as file:
            yield file
        return
    import signal

    # Ctrl-C reaches the whole pipeline: the application's last lines must still get through.
    before = signal.getsignal(signal.SIGINT)
    if sys.stdin and not sys.stdin.isatty():
        signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with _plain(source) as file:
            yield file
    finally:
        signal.signal(signal.SIGINT, before)


@contextmanager
def _plain(source: Path) -> Iterator[IO[bytes]]:
    """The file, decompressed by what its head says: in compressed bytes no value would be seen, and all would stay."""
    from piiguard.errors import ScanError
    from piiguard.read.sources import DAMAGED, opened

    try:
        with opened(str(source), named=True) as found:
            yield found.stream
    except DAMAGED:
        raise ScanError(
            f"{source}: cannot be decompressed: damaged, or cut off", source=str(source), hint=CHECK_PATH
        ) from None


def _say_redacted(source: str, replaced: Mapping[str, int], withheld: int, timeouts: int) -> None:
    """What was replaced, by entity, and what could not be looked at."""
    counts = ", ".join(f"{entity} {count}" for entity, count in sorted(replaced.items()))
    say(f"{source}: {many(sum(replaced.values()), 'value')} replaced{f' ({counts})' if counts else ''}")
    if withheld:
        say(f"{source}: {withheld} lines were withheld because they could not be redacted")
        hint("this is a defect of piiguard; report it with the kind of line it was")
    if timeouts:
        say(f"{source}: a pattern gave up {timeouts} times, so values may be left")
        hint("look at very long lines; --entities leaves the slow recognizer out")


def _say_revealed(source: str, count: int, failed: int) -> None:
    """How many pseudonyms were put back, and how many belong to somebody else."""
    say(f"{source}: {many(count, 'pseudonym')} revealed")
    if failed:
        say(f"{source}: {many(failed, 'pseudonym')} made with another key, or changed since")
        hint("name the keyring that redacted the file, in its newest generation")


def _unknown_encoding(name: str) -> str:
    """An encoding that Python does not have."""
    return f"there is no encoding {name}; try utf-8, cp1251, kz1048, utf-16, koi8-r"
