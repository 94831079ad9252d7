"""``piiguard encrypt`` and ``piiguard decrypt``: a column to ciphertext, and back."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from piiguard.cli import say_jobs, say_plan, say_residues
from piiguard.cli.ask import confirm
from piiguard.cli.exits import EXIT_INCOMPLETE
from piiguard.cli.job_options import (
    drop_constraint_option,
    job_options,
    limits,
    needed_manifest,
    open_database,
    plan_option,
    stoppable,
)
from piiguard.cli.options import (
    keyring_option,
    keyring_path,
    load_manifest,
    manifest_option,
    open_keyring,
    seen_from,
    yes_option,
)

if TYPE_CHECKING:
    import sqlalchemy as sa

    from piiguard.keys import Keyring
    from piiguard.manifest import Manifest, ProtectedColumn
    from piiguard.protect.jobs.job import Job
    from piiguard.protect.outcome import Outcome

__all__ = ["decrypt", "encrypt"]


@click.command()
@click.argument("url")
@click.argument("column", required=False, metavar="[TABLE.COLUMN]")
@keyring_option
@manifest_option
@yes_option
@click.option("--index", metavar="NAME", help="Add a blind index column of this name, to look values up by.")
@click.option(
    "--normalizer", metavar="N", help="What equal means for the index: exact, digits, phone, email …"
)
@click.option(
    "--leaks", type=click.Choice(["frequency"]), help="It is known what an index of few values tells."
)
@click.option(
    "--pad-to",
    type=click.IntRange(1),
    metavar="N",
    help="Fill texts up to N bytes, so that lengths tell less.",
)
@click.option("--context", help="The name the ciphertext is bound to; TABLE.COLUMN unless given.")
@click.option("--type", "kind", metavar="TYPE", help="The type of the values; else what the column has.")
@click.option("--storage", type=click.Choice(["binary", "text"]), help="What the column holds in the end.")
@click.option(
    "--keep-plaintext",
    is_flag=True,
    help="Stop when everything is prepared: the twin filled and verified, or in place every row indexed.",
)
@drop_constraint_option
@plan_option
@job_options
def encrypt(
    url: str,
    column: str | None,
    keyring_file: Path | None,
    manifest_file: Path | None,
    yes: bool,
    keep_plaintext: bool,
    **given: Any,
) -> int:
    """Encrypt a column that holds plaintext; without a column, every column of the manifest.

    A twin column is filled with ciphertext beside the running application, verified against the plaintext, and
    swapped in: in the end the named column holds the ciphertext and the plaintext is gone. A run that was
    stopped or killed goes on where it was.

    \b
    piiguard encrypt postgresql://dba@db/crm students.iin --index iin_index --normalizer digits
    piiguard encrypt sqlite:///crm.db students.phone --storage text
    piiguard encrypt postgresql://dba@db/crm
    """
    from piiguard.protect.jobs.encrypt import encrypt as job
    from piiguard.protect.refusal import Refusal

    # A manifest that is named but not there yet is the one to write the new entry into.
    to_write = column is not None and manifest_file is not None and not manifest_file.exists()
    manifest = None if to_write else load_manifest(manifest_file)
    keyring = open_keyring(keyring_file, manifest)
    if given["let_go"] and column is None:
        raise click.UsageError("--drop-constraint needs TABLE.COLUMN")
    engine = open_database(url, given)
    try:
        items, new = _columns(engine, keyring, column, manifest_file, manifest, given)
        let_go = frozenset(given["let_go"])
        if given["plan"]:
            return _plan(engine, items, keyring, let_go)
        if given["dry_run"]:
            return _dry_run(engine, items)
        if not keep_plaintext:
            confirm(say_jobs.drop_plaintext([item.place for item in items]), yes=yes)
        wrote: list[ProtectedColumn] = []

        def began() -> None:
            if new:
                _write_entry(manifest_file, keyring_path(keyring_file, manifest), items[0])
                wrote.append(items[0])

        try:
            return _run(
                engine,
                items,
                keyring,
                given,
                partial(job, keep_plaintext=keep_plaintext, let_go=let_go, began=began),
            )
        except Refusal:
            for item in wrote:
                _take_back_entry(manifest_file, item)
            raise
    finally:
        engine.dispose()


def _columns(
    engine: sa.Engine,
    keyring: Keyring,
    place: str | None,
    manifest_file: Path | None,
    manifest: Manifest | None,
    given: dict[str, Any],
) -> tuple[tuple[ProtectedColumn, ...], bool]:
    """The columns to encrypt, and whether the manifest lacks the one that was named."""
    from piiguard.database import connect
    from piiguard.errors import ManifestError
    from piiguard.protect.jobs.encrypt import look, parse
    from piiguard.protect.jobs.rotate import prove
    from piiguard.protect.seal import Seal

    if place is None:
        return needed_manifest(manifest_file, manifest).select(), False
    options = ("context", "index", "normalizer", "storage", "pad_to", "leaks")
    asked = {name: given[name] for name in options} | {"type": given["kind"]}
    if bool(asked["index"]) != bool(asked["normalizer"]):
        raise click.UsageError("--index and --normalizer come together")
    item = parse(place, **asked)
    known = manifest.find(item.table, item.column) if manifest else None
    if known is not None:
        if differing := [n for n, value in asked.items() if value is not None and not _says(known, n, value)]:
            raise ManifestError(
                f"{place}: the manifest has another {differing[0]}",
                path=str(manifest.path if manifest else ""),
                hint="leave the option out, or correct the entry while nothing is encrypted under it",
            )
        return (known,), False
    with connect(engine) as connection:
        found = look(
            connection, item, guess_type=not asked["type"], new=True, let_go=frozenset(given["let_go"])
        )
        prove(connection, found.column, Seal(keyring, found.item), keyring)
        return (found.item,), True


def _says(known: ProtectedColumn, name: str, value: object) -> bool:
    """Whether the entry says the same; a normalizer without its number stands for every edition."""
    if name != "normalizer":
        return bool(getattr(known, name) == value)
    return value in (*known.rules, *(rule.partition("/")[0] for rule in known.rules))


def _write_entry(manifest_file: Path | None, keyring: Path, item: ProtectedColumn) -> None:
    from piiguard.manifest import DEFAULT_NAME, append

    path = manifest_file or Path(DEFAULT_NAME)
    append(path, item, keyring=seen_from(path, keyring))
    say_jobs.entry_written(path, item.place)


def _take_back_entry(manifest_file: Path | None, item: ProtectedColumn) -> None:
    """After a refusal nothing has changed, this file neither."""
    from piiguard.manifest import DEFAULT_NAME, remove

    path = manifest_file or Path(DEFAULT_NAME)
    remove(path, item)
    say_jobs.entry_removed(path, item.place)


def _plan(
    engine: sa.Engine, items: tuple[ProtectedColumn, ...], keyring: Keyring, let_go: frozenset[str]
) -> int:
    from piiguard.protect.jobs.job import Job
    from piiguard.protect.jobs.plan import plan_encrypt

    for item in items:
        click.echo(say_plan.plan(plan_encrypt(Job(engine, keyring), item, let_go=let_go)))
    return 0


def _dry_run(engine: sa.Engine, items: tuple[ProtectedColumn, ...]) -> int:
    from piiguard.database import connect
    from piiguard.protect.census.ahead import ahead
    from piiguard.protect.jobs.encrypt import look

    with connect(engine) as connection:
        for item in items:
            found = look(connection, item)
            rows = 0 if found.done else found.counted.plain
            say_jobs.would_encrypt(item.place, rows)
            if rows:
                how = {"indexed": item.index is not None, "text": item.storage == "text"}
                say_jobs.will_take(
                    rows, ahead(connection, found.column, rows, **how), connection.dialect.name
                )
    return 0


def _run(
    engine: sa.Engine,
    items: tuple[ProtectedColumn, ...],
    keyring: Any,
    given: dict[str, Any],
    job: Callable[[Job, ProtectedColumn], Outcome],
) -> int:
    from piiguard.cli.progress import progress
    from piiguard.protect.batches.pace import Pace
    from piiguard.protect.jobs.job import Job
    from piiguard.protect.schema import residue

    code, changed = 0, dict[str, tuple[str, ...]]()
    with stoppable() as stop, progress() as watch:
        pace = Pace(limits(given), stop=stop)
        for item in items:
            found = job(Job(engine, keyring, pace, watch, given["jobs"], given["trail"]), item)
            say_jobs.outcome(found)
            if found.kind == "encrypt" and found.done:
                changed[item.place] = found.residues
            code = code or (0 if found.done else EXIT_INCOMPLETE)
            if found.paused:
                break
    if changed:
        left = residue.clean(engine)
        noted = [residue.remember(engine, [place], [*words, *left]) for place, words in changed.items()]
        words = {word: None for found in (*changed.values(), left) for word in found}
        say_residues.residues(list(words), noted=all(noted))
    return code


@click.command()
@click.argument("url")
@click.argument("column", metavar="TABLE.COLUMN")
@keyring_option
@manifest_option
@yes_option
@click.option("--type", "sql_type", metavar="SQL", help="The column's type then, for example 'varchar(12)'.")
@drop_constraint_option
@plan_option
@job_options
def decrypt(
    url: str,
    column: str,
    keyring_file: Path | None,
    manifest_file: Path | None,
    yes: bool,
    sql_type: str | None,
    **given: Any,
) -> int:
    """Bring an encrypted column back to plaintext: the way back from encrypt, in the same steps.

    The blind index goes with the ciphertext, and so does the entry in the manifest. A column that was unique through
    its blind index is made unique again; other constraints and indexes that the plaintext once had are not. The
    index of a text column stays, since models that read both write it: drop it after the last deploy.

    \b
    piiguard decrypt postgresql://dba@db/crm students.iin --type 'varchar(12)'
    """
    from piiguard.cli.progress import progress
    from piiguard.protect.batches.pace import Pace
    from piiguard.protect.jobs.decrypt import decrypt as job
    from piiguard.protect.jobs.decrypt import preview
    from piiguard.protect.jobs.job import Job
    from piiguard.protect.jobs.plan import plan_decrypt
    from piiguard.protect.schema import residue

    manifest = needed_manifest(manifest_file, load_manifest(manifest_file))
    keyring = open_keyring(keyring_file, manifest)
    engine, let_go = open_database(url, given), frozenset(given["let_go"])
    try:
        if _is_plain_again(engine, manifest, column):
            say_jobs.plain_already(column)
            return 0
        (item,) = manifest.select([column])
        if given["plan"]:
            click.echo(say_plan.plan(plan_decrypt(Job(engine, keyring), item, sql_type, let_go=let_go)))
            return 0
        if given["dry_run"]:
            say_jobs.would_decrypt(item.place, preview(engine, item))
            return 0
        confirm(say_jobs.drop_ciphertext(item.place), yes=yes)
        with stoppable() as stop, progress() as watch:
            pace = Pace(limits(given), stop=stop)
            found = job(
                Job(engine, keyring, pace, watch, given["jobs"], given["trail"]),
                item,
                sql_type=sql_type,
                let_go=let_go,
            )
        say_jobs.outcome(found)
        if found.done:
            residue.forget(engine, item.place)
            _remove_entry(manifest, item)
        return 0 if found.done else EXIT_INCOMPLETE
    finally:
        engine.dispose()


def _is_plain_again(engine: sa.Engine, manifest: Manifest, place: str) -> bool:
    """Whether a column without an entry holds no ciphertext: an earlier run was done, whatever ended it then."""
    from piiguard.protect.jobs.decrypt import preview
    from piiguard.protect.jobs.encrypt import parse

    if any(known.place == place for known in manifest.columns):
        return False
    return preview(engine, parse(place)) == 0


def _remove_entry(manifest: Manifest, item: ProtectedColumn) -> None:
    from piiguard.errors import ManifestError
    from piiguard.manifest import remove

    try:
        remove(manifest.path or "", item)
        say_jobs.entry_removed(manifest.path, item.place)
    except (ManifestError, OSError):
        say_jobs.entry_is_stale(item.place)
