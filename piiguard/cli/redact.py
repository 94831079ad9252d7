"""``piiguard redact``: logs, tables and dumps without personal data."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from piiguard.cli import say_redact
from piiguard.cli.discreet import discreet_data
from piiguard.cli.exits import EXIT_FOUND, EXIT_INCOMPLETE
from piiguard.cli.options import Written, chosen_entities, keyring_option, manifest_option, require_scan_extra
from piiguard.cli.redact_files import told, typed
from piiguard.confidence import LEVELS
from piiguard.files import new_file
from piiguard.names import json_text
from piiguard.redact.choices import KEYED, OPERATORS, SCOPES

if TYPE_CHECKING:
    from piiguard.cli.redact_files import Runner
    from piiguard.redact.files.results import Result


@click.command()
@click.argument("sources", metavar="FILE|FOLDER|GLOB|-...", nargs=-1, required=True)
@click.option("-o", "--output", type=Written(or_output=True, folder=True), metavar="FILE|FOLDER",
              help="Write there, not to standard output. FILE appears when all is written; it may be the input itself.")  # fmt: skip
@click.option("--operator", type=click.Choice(OPERATORS), default="mask", show_default=True,
              help="mask keeps the shape, tag names the entity, hash and pseudonym need a keyring.")  # fmt: skip
@click.option("--pseudonym-scope", type=click.Choice(SCOPES), default="keyring", show_default=True,
              help="Where equal values have equal pseudonyms: in all that one keyring redacts, or in this run alone.")  # fmt: skip
@click.option("--entities", metavar="A,B", help="Replace these only; piiguard recognizers lists them.")
@click.option("--min-confidence", type=click.Choice(LEVELS), default="low",
              show_default=True, help="Leave what is less certain.")  # fmt: skip
@click.option("--check", is_flag=True,
              help="Scan each copy before it takes its name; write none in which anything at medium is left.")  # fmt: skip
@click.option("--counts", type=Written(), metavar="FILE",
              help="Write there, as JSON, what was replaced: by entity, file and operator.")  # fmt: skip
@click.option("--encoding", default="auto", show_default=True, metavar="NAME", help="Of the input.")
@click.option("--as", "form", type=click.Choice(["log", "csv", "tsv", "json", "sql"]),
              help="What the input is, where its name does not say.")  # fmt: skip
@keyring_option
@manifest_option
def redact(sources: tuple[str, ...], **chosen: Any) -> int:
    """Replace personal data in logs, tables and dumps; everything else stays byte for byte.

    What scan reads as text is written in the form it had: a compressed file compressed, a table of CSV with its
    quotation marks, a dump of SQL, a log of any encoding. Values in tables are told by the names of their columns.
    - is standard input; its lines go out as they come in, so the command can stand between an application and its log.
    Several files, a folder or a glob in quotes are redacted into a folder; run again, what is done is left out.

    \b
    Examples:
      piiguard redact app.log -o app.clean.log
      piiguard redact people.csv.gz --check -o people.clean.csv.gz
      piiguard redact /var/log/app -o clean --counts counts.json
      app | piiguard redact - > app.log
      piiguard redact app.log --operator pseudonym --keyring keyring.json -o shared.log
      piiguard redact ticket.log --operator pseudonym --pseudonym-scope run --keyring keyring.json -o out.log
      piiguard redact app.log --entities KZ_IIN,KZ_PHONE --operator tag

    Exit codes: 0 done, 3 --check found something left, and that copy was not written, 4 something could not be
    redacted, 1 error, 2 usage.
    """
    require_scan_extra()
    from piiguard.ending import stoppable

    output, counts = chosen["output"], chosen["counts"]
    runner = _runner(chosen)
    with ExitStack() as stack:
        file = None
        if output:
            stack.enter_context(stoppable())
        if counts:
            with told(str(counts)):
                file = stack.enter_context(new_file(counts))
        results = _results(runner, sources, output, check=chosen["check"])
        code = _exit_code(results)
        if file:
            file.write(_counted(results, chosen, code))
    return code


def _results(runner: Runner, sources: Sequence[str], output: Path | None, *, check: bool) -> list[Result]:
    """Redact, and say of each file what became of it."""
    from piiguard.cli.redact_files import Job, jobs_of
    from piiguard.read.store.address import is_store

    if any(map(is_store, sources)):
        raise click.UsageError(say_redact.NO_BUCKETS)
    if len(sources) > 1 or not _is_one(sources[0]):
        if output is None:
            raise click.UsageError(say_redact.NEEDS_FOLDER)
        results = []
        for result in runner.many(jobs_of(sources, output), output):
            say_redact.told(result)
            results.append(result)
        say_redact.table(results)
        return results
    if output is None and check:
        raise click.UsageError(say_redact.CHECK_NEEDS_OUTPUT)
    name = str(typed(sources[0]))
    result = runner.one(Job(name, output)) if output else runner.stream(name, sys.stdout.buffer)
    say_redact.told(result)
    return [result]


def _is_one(source: str) -> bool:
    """Whether the name is that of one file, or of none: a glob is no name where there is a file that is called so."""
    import glob
    import os

    return not os.path.isdir(source) and (os.path.lexists(source) or not glob.has_magic(source))


def _runner(chosen: dict[str, Any]) -> Runner:
    from functools import partial
    from secrets import token_hex

    from piiguard.cli.options import load_manifest, open_keyring
    from piiguard.cli.redact_files import Runner
    from piiguard.cli.redact_scan import known
    from piiguard.redact import Redactor
    from piiguard.redact.files.copy import Cleaner
    from piiguard.scan import Options

    operator, least, scope = chosen["operator"], chosen["min_confidence"], chosen["pseudonym_scope"]
    if scope == "run" and operator != "pseudonym":
        raise click.UsageError(say_redact.SCOPE_OF_PSEUDONYMS)
    keyring = (
        open_keyring(chosen["keyring_file"], load_manifest(chosen["manifest_file"]))
        if operator in KEYED
        else None
    )
    entities = chosen_entities(chosen["entities"])
    redactor = Redactor(
        operator, keyring=keyring, entities=entities, min_confidence=least, pseudonym_scope=scope
    )
    cleaner = Cleaner(redactor, _encoding(chosen["encoding"]), chosen["form"] or "")
    if least != "low":
        options = Options(entities=entities, sample=None, encoding=cleaner.encoding, min_confidence=least)
        cleaner.known = partial(known, options=options)
    key = (keyring.current().id, keyring.current().index_roots()[0][0]) if keyring else ()
    # copies of another run have other pseudonyms: they are made again
    made = (operator, entities, least, *key, *([token_hex(16)] if scope == "run" else []))
    return Runner(cleaner, chosen["check"], entities, made)


def _exit_code(results: Sequence[Result]) -> int:
    if not results or any(not result.whole and result.state != "left" for result in results):
        return EXIT_INCOMPLETE
    return EXIT_FOUND if any(result.state == "left" for result in results) else 0


def _counted(results: Sequence[Result], chosen: dict[str, Any], code: int) -> bytes:
    from piiguard.redact.files.results import document

    counts = document(results, chosen["operator"], checked=chosen["check"], code=code)
    return f"{json_text(discreet_data(counts), indent=2)}\n".encode()


def _encoding(name: str) -> str:
    import codecs

    try:
        return name if name == "auto" else codecs.lookup(name).name
    except LookupError:
        raise click.UsageError(
            f"there is no encoding {name}; try utf-8, cp1251, kz1048, utf-16, koi8-r"
        ) from None
