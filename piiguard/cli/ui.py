"""Every sentence said to a person, and how it reaches standard error.

Standard output is data. Everything else goes to standard error as ``piiguard: …``, lower case and without a
full stop; an error is followed by ``piiguard: hint: …``.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

import click

from piiguard import names
from piiguard.cli.discreet import discreet
from piiguard.errors import JobError, KeyVersionInUse, ScanError, WrappingKeyError

if TYPE_CHECKING:
    from pathlib import Path

    from piiguard.demo import Demo
    from piiguard.errors import KeyringError, PiiguardError
    from piiguard.keys.document import Contents, KeyVersion
    from piiguard.protect.jobs.plan import Stage
    from piiguard.protect.jobs.verify import Verified
    from piiguard.protect.outcome import Outcome
    from piiguard.protect.schema.residue import Residue
    from piiguard.scan import ScanReport
    from piiguard.scan.baseline import Suppression

__all__ = [
    "EXIT_ERROR",
    "EXIT_FOUND",
    "EXIT_INCOMPLETE",
    "EXIT_USAGE",
    "ask_secret",
    "confirm",
    "fail",
    "hint",
    "say",
]

EXIT_ERROR = 1
EXIT_USAGE = 2
EXIT_FOUND = 3
EXIT_INCOMPLETE = 4


def say(message: str) -> None:
    """One line to standard error, whatever names it holds."""
    click.echo(f"piiguard: {names.message(discreet(message))}", err=True)


def hint(message: str) -> None:
    """What to do next, to standard error."""
    say(f"hint: {message}")


def fail(error: PiiguardError) -> None:
    """An error and its hint."""
    say(str(error))
    if error.hint:
        hint(error.hint)


def misused(error: click.UsageError) -> None:
    """What is wrong with the command as it was typed, and where its use is explained."""
    say(sentence(error))
    if near := _meant(error):
        hint(near)
    if error.ctx is not None:
        hint(f"{error.ctx.command_path} --help")


def _meant(error: click.UsageError) -> str:
    """What may have been meant; of click's own words alone, since a name in its message could forge a hint."""
    if isinstance(error, click.MissingParameter) and error.param is not None:
        return " ".join((error.param.type.get_missing_message(error.param, error.ctx) or "").split()).lower()
    if near := getattr(error, "possibilities", None):
        return f"did you mean {' or '.join(map(repr, sorted(near)))}?"
    return ""


def sentence(error: click.ClickException) -> str:
    """Click's message in our form; a password in a URL that stands in the wrong place is not repeated."""
    text = error.message if getattr(error, "possibilities", None) else error.format_message()
    if isinstance(error, click.MissingParameter):
        text = text.partition(".  ")[0].partition(". ")[0]
    message = _URL.sub(_without_credentials, text.rstrip("."))
    first, _, rest = message.partition(" ")
    return f"{first.lower()} {rest}" if first.istitle() else message


_URL = re.compile(r"//[^\s']++")


def _without_credentials(found: re.Match[str]) -> str:
    _, at, place = found[0].rpartition("@")
    return f"//***@{place}" if at else found[0]


def many(count: int, what: str) -> str:
    """A count and what is counted.

    >>> many(1, "row"), many(6000, "row")
    ('1 row', '6,000 rows')
    """
    return f"{count:,} {what}{'' if count == 1 else 's'}"


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


CHECK_PATH = "check the path, and who may read and write there"
NEEDS_YES = "no terminal to ask on; add --yes"
ABORTED = "stopped"


def internal(error: BaseException, place: str) -> str:
    """An unforeseen error: its type and place, not its message, which may hold a value."""
    return f"internal error: {type(error).__name__} at {place}"


INTERNAL_HINT = "this is a defect of piiguard; report it with the line above"


# demo


def demo_exists(path: str) -> str:
    """One of the files is there already."""
    return f"{path} is there already"


DEMO_EXISTS_HINT = "name a new directory, or remove the old demo"


def demo_written(demo: Demo) -> None:
    """What was written, and what to type next."""
    say(f"{demo.database}: {many(demo.rows, 'row')}")
    say(f"{demo.log}: {many(demo.lines, 'line')}")
    hint(f"piiguard scan sqlite:///{demo.database.as_posix()} {demo.log}")


# keys


def new_passphrase() -> str:
    """``PIIGUARD_PASSPHRASE``, else asked twice; a keyring is made with it."""
    if (given := os.environ.get("PIIGUARD_PASSPHRASE")) is not None:
        return given
    return ask_secret("new passphrase for the keyring", twice=True)


def keyring_made(path: Path, contents: Contents) -> None:
    """A new keyring, and what to keep."""
    say(f"{path}: keyring {contents.id} made, with data key version 1 and index key version 1")
    hint("keep a copy of the keyring and of its wrapping key in two different places")


def next_passphrase() -> str:
    """``PIIGUARD_NEW_PASSPHRASE``, else asked twice: what the keyring is rewrapped with."""
    if (given := os.environ.get("PIIGUARD_NEW_PASSPHRASE")) is not None:
        return given
    return ask_secret("new passphrase for the keyring", twice=True, variable="PIIGUARD_NEW_PASSPHRASE")


def key_added(path: Path, contents: Contents, kind: str) -> None:
    """A staged version, and the step after it."""
    added = next(v for v in reversed(contents.versions) if v.kind == kind)
    say(f"{path}: {kind} key version {added.version} added, generation {contents.generation}")
    if kind == "data":
        hint(f"when every application has loaded it: piiguard keys promote {added.version}")
    else:
        hint(
            "when every application has loaded it: piiguard rotate, which prepares unique indexes; "
            f"then piiguard keys promote --kind {kind} {added.version}"
        )


def key_promoted(path: Path, contents: Contents, kind: str, version: int) -> None:
    """A new primary, and the step after it."""
    say(f"{path}: {kind} key version {version} is primary, generation {contents.generation}")
    hint("piiguard rotate re-encrypts what older versions wrote")


NEEDS_DATABASE = "the rows of this version must be counted first; add --database URL"
NEEDS_MANIFEST = "no manifest names the columns to count; add --manifest FILE"


def refuse_rows(version: KeyVersion, rows: int) -> None:
    """Some rows still need the key."""
    if not rows:
        return
    raise KeyVersionInUse(
        f"{version.kind} key version {version.version} is still needed by {many(rows, 'row')}",
        version=version.version,
        rows=rows,
        hint="piiguard rotate re-encrypts them; piiguard status shows where they are",
    )


_UNLISTED = {
    "data": "name these columns in the manifest and rotate them, or drop them",
    "index": "indexes that the application fills: piiguard.orm.fill_indexes takes them to the primary index key",
}


def refuse_unlisted(version: KeyVersion, rows: Mapping[str, int]) -> None:
    """Values under the key in columns that the manifest does not name."""
    if not rows:
        return
    shown = ", ".join(f"{count:,} rows of {place}" for place, count in [*rows.items()][:5])
    raise KeyVersionInUse(
        f"{version.kind} key version {version.version} is still needed by columns that the manifest"
        f" does not name: {shown}{', …' if len(rows) > 5 else ''}",
        version=version.version,
        rows=sum(rows.values()),
        hint=_UNLISTED[version.kind],
    )


def not_looked_at(tables: Sequence[str], *, final: bool) -> None:
    """Tables that could not be searched for values outside the manifest; ``final``: nothing brings the key back."""
    if not tables:
        return
    shown = f"{', '.join(tables[:8])}{', …' if len(tables) > 8 else ''}"
    if final:
        raise JobError(
            f"{shown}: this account cannot read these tables, which may hold values under the key",
            hint="use an account that reads every table, for example a member of pg_read_all_data",
        )
    say(f"{shown}: not searched for values outside the manifest: this account cannot read there")


def refuse_unprepared(version: int, places: Sequence[str]) -> None:
    """UNIQUE blind indexes into which a value could come twice."""
    if places:
        raise JobError(
            f"{', '.join(places)}: unique, and not prepared for index key version {version}",
            hint="piiguard rotate prepares it while the key is staged; then promote, and rotate again",
        )


def key_retired(path: Path, contents: Contents, kind: str, version: int, *, undone: bool) -> None:
    """A version that is refused from now on, or read again."""
    state = "decrypt-only again" if undone else "retired"
    say(f"{path}: {kind} key version {version} is {state}, generation {contents.generation}")
    if not undone:
        hint("its bytes are kept; after 30 days: piiguard keys destroy")


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


def key_destroyed(path: Path, contents: Contents, version: KeyVersion, removed: Sequence[Path]) -> None:
    """A key that is gone, and where copies may be left."""
    say(
        f"{path}: {version.kind} key version {version.version} is destroyed, generation {contents.generation}"
    )
    for backup in removed:
        say(f"{backup}: removed, it held the key")
    hint("other copies of the keyring still hold it: remove them, or rewrap and destroy the old wrapping key")


def keyring_rewrapped(path: Path, contents: Contents) -> None:
    """New recipients, and what the old ones still open."""
    from piiguard.keys import recipients

    names = ", ".join(recipients.describe(entry) for entry in contents.header["recipients"])
    say(f"{path}: rewrapped for {names}, generation {contents.generation}")
    hint("the old wrapping keys still open the numbered backups and other old copies")


def recipients_table(checked: Sequence[tuple[str, str]]) -> list[str]:
    """One line per recipient: what it is, and whether it opens the keyring here and now."""
    return [names.message(f"{name}: {reason or 'opens'}") for name, reason in checked]


def keyring_verified(path: Path, contents: Contents, lines: int) -> None:
    """The keyring is whole."""
    say(f"{path}: keyring {contents.id}, generation {contents.generation}, {lines} audit lines: in order")


def keyring_restored(path: Path, contents: Contents, backup: Path) -> None:
    """A backup is the keyring now."""
    say(f"{path}: restored from {backup} as generation {contents.generation}")
    hint("piiguard status shows rows that need a key version which the backup did not have")


# scan


def following(target: str) -> None:
    """All that was there has been read."""
    say(f"{target}: read to its end, waiting for more lines; Ctrl-C ends")


def scan_summary(report: ScanReport, known: frozenset[str]) -> None:
    """What was read and found, and what was not read and why."""
    for error in report.errors[:_MOST_ERRORS]:
        say(error.message if error.place == error.target else f"{error.place}: {error.message}")
    if len(report.errors) > _MOST_ERRORS:
        say(f"{len(report.errors) - _MOST_ERRORS} more places could not be read: the report lists them")
    for message, places in _noted(report).items():
        shown = ", ".join(places[:_MOST_NOTED])
        more = f" and {len(places) - _MOST_NOTED} more" if len(places) > _MOST_NOTED else ""
        say(f"{shown}{more}: {message}")
    tables = sum(target.tables or 0 for target in report.targets)
    rows = sum(target.rows_read or 0 for target in report.targets)
    lines = sum(target.lines_read or 0 for target in report.targets)
    parts = [many(tables, "table"), many(rows, "row")] if tables else []
    parts += [many(lines, "line")] if lines or not tables else []
    fresh = sum(f.id not in known for f in report.unprotected)
    old = f", {len(report.unprotected) - fresh} known" if known else ""
    say(f"read {', '.join(parts)}: {fresh} unprotected{old}")


def _noted(report: ScanReport) -> dict[str, list[str]]:
    """The places that each note concerns."""
    places: dict[str, list[str]] = {}
    for note in report.notes:
        places.setdefault(note.message, []).append(note.place)
    return places


_MOST_ERRORS = 20
_MOST_NOTED = 3
FOLLOW_ONE_FILE = "--follow takes one plain file, which is not compressed"
ALMIGHTY = "this account may do anything on the server; one that may only read is safer: docs/scanning.md"
EMPTY_TARGET = "a target is empty"
SAMPLE_OR_FULL = "--sample and --full exclude each other"


def no_table(globs: Sequence[str]) -> ScanError:
    """A misspelt glob would look like a clean database."""
    return ScanError(
        f"no table matches {', '.join(globs)}",
        source=globs[0],
        hint="a table outside the default schema is schema.table; scan without --tables lists what is there",
    )


def suppression_expired(suppression: Suppression) -> None:
    """A suppression whose day has passed no longer hides anything."""
    say(f"suppression of {suppression.entity} in {suppression.place} expired on {suppression.expires}")


# encrypt, decrypt, rotate


def drop_plaintext(places: Sequence[str]) -> str:
    """The question before plaintext is dropped."""
    return f"the plaintext of {', '.join(places)} will be replaced; go on"


def drop_ciphertext(place: str) -> str:
    """The question before a column becomes readable again."""
    return f"{place} will hold plaintext again; go on"


def would_decrypt(place: str, rows: int) -> None:
    """What ``decrypt --dry-run`` found."""
    say(f"{place}: {many(rows, 'row')} to decrypt; nothing was changed")


def entry_is_stale(place: str) -> None:
    """The manifest still names a column that is plain now."""
    hint(f"take {place} out of the manifest, and Encrypted out of the models")


def entry_removed(path: Path | None, place: str) -> None:
    """The manifest has one entry less."""
    say(f"{path}: removed {place}")
    hint("take Encrypted out of the models")


def entry_written(path: Path, place: str) -> None:
    """The manifest has one more entry."""
    say(f"{path}: added {place}")


def would_encrypt(place: str, rows: int) -> None:
    """What ``encrypt --dry-run`` found."""
    say(f"{place}: {many(rows, 'row')} to encrypt; nothing was changed")


def would_rotate(found: Outcome) -> None:
    """What ``rotate --dry-run`` found."""
    say(f"{_columns(found)}: {many(found.left, 'value')} to {_VERBS[found.kind][0]}; nothing was changed")


_VERBS = {
    "encrypt": ("encrypt", "encrypted"),
    "decrypt": ("decrypt", "decrypted"),
    "rotate": ("rotate", "rotated"),
    "index": ("index anew", "indexed anew"),
    "prepared": ("prepare", "prepared for the staged index key"),
}


def _columns(found: Outcome) -> str:
    return f"{found.table}.{','.join(found.columns)}"


def outcome(found: Outcome) -> None:
    """What a job did to one table."""
    place = _columns(found)
    if found.kind == "nothing":
        say(f"{place}: nothing to do")
        return
    if found.kind == "kept":
        say(
            f"{place}: {many(found.tally.changed, 'row')} in the twin column, verified; the plaintext is kept"
        )
        hint("when applications write both columns, run the same command without --keep-plaintext")
        return
    missed = f", {found.tally.missed:,} met another writer and were taken again" if found.tally.missed else ""
    resumed = ", gone on from an earlier run" if found.resumed else ""
    say(f"{place}: {many(found.tally.changed, 'row')} {_VERBS[found.kind][1]}{missed}{resumed}")
    if found.paused:
        say(f"{place}: stopped with {found.left:,} to go")
        hint("run the same command again: it goes on there")
    elif found.kind == "prepared":
        hint("promote the index key, then run the same command again")
    elif found.left:
        say(f"{place}: {found.left:,} values could not be opened and stay as they are")
        hint("piiguard verify names the rows")


def not_noted(error: KeyringError) -> None:
    """The job is done, but its line is missing in the audit trail."""
    say(f"not noted in the audit trail: {error}")


_UNDER_LOCK = (
    "under a lock every row is opened that may have changed (PostgreSQL: since it was verified; elsewhere all,"
    " which takes as long as piiguard verify)"
)
_STAGES = {
    "nothing": "nothing to do",
    "expand": "expand: room for the ciphertext; applications notice nothing",
    "backfill": "backfill: batch by batch; a row that somebody changed meanwhile is taken again",
    "verify": "verify: every twin is decrypted and compared with its plaintext",
    "index": "index: the database's own index over the blind index",
    "swap": f"cut over and contract: {_UNDER_LOCK}; the plaintext is gone afterwards",
    "expand-plain": "expand: room for the plaintext; applications notice nothing",
    "open": "backfill: decrypted batch by batch; a row that somebody changed meanwhile is taken again",
    "unique": "unique: what was unique through the blind index is unique by itself",
    "swap-back": f"cut over and contract: {_UNDER_LOCK}; the ciphertext is gone afterwards",
    "deploy-plaintext": "deploy last: models without Encrypted",
    "rotate": "rotate: batch by batch; a row that somebody changed meanwhile is taken again",
    "reindex": "index: batch by batch under the primary index key; queries look for both",
    "shadow-expand": "index, expand: a shadow column, UNIQUE like the index, and a trigger that keeps it up",
    "shadow-fill": "index, fill: each row's index under the next key, batch by batch",
    "shadow-promote": "index, promote: piiguard keys promote --kind index, unless the next key is primary",
    "shadow-turn": "index, turn: the shadow into the index, batch by batch; queries look for both",
    "shadow-contract": "index, contract: without the shadow",
    "deploy-reading-both": "deploy first: models with Encrypted(..., storage='text', migrating=True), which read both",
    "deploy-writing-both": "until here --keep-plaintext goes; then deploy models that can switch to the ciphertext",
    "deploy-ciphertext": "deploy last: models with Encrypted(...), without migrating",
}


def plan(stages: Iterable[Stage]) -> str:
    """The statements of a job, with a comment before each stage."""
    lines = []
    for stage in stages:
        lines.append(f"-- {names.shown(discreet(stage.place))}: {_STAGES[stage.name]}")
        lines += [f"--   {names.shown(discreet(note))}" for note in stage.notes]
        statements = [discreet(statement) for statement in stage.statements]
        if not all(map(names.can_be_pasted, "".join(statements).split("\n"))):
            lines.append(f"-- {UNSEEN_IN_SQL}")
        lines += [f"{names.sql(statement)};" for statement in statements]
    return "\n".join(lines)


UNSEEN_IN_SQL = "a name holds a value, which is hidden, or what cannot be seen and stands as escapes: this is not to be pasted"


def job_note(what: str, place: str) -> None:
    """Something around a table that a person should know."""
    say(_NOTES[what].format(place))


_NOTES = {
    "triggers": "{}: these triggers fire for every row",
    "unique-needs-type": "{}: the column will not be UNIQUE again; MariaDB needs --type 'varchar(N)' for that",
}


_RESIDUES = {
    "vacuum": "VACUUM could not run: other connections are open; run it when they are closed",
    "wal": "the write-ahead log could not be emptied: PRAGMA wal_checkpoint(TRUNCATE) when readers are gone",
    "pg-rewrite": "dead rows and statistics hold it until ANALYZE and VACUUM FULL of the table and of pg_statistic; then CHECKPOINT",
    "pg-wal": "write-ahead log segments and their archive hold it until they are recycled",
    "pg-logs": "server logs and pg_stat_statements may hold statements: rotate them, pg_stat_statements_reset()",
    "my-rewrite": "free pages may hold it: OPTIMIZE TABLE rebuilds the table",
    "my-binlog": "the binary log holds it until PURGE BINARY LOGS",
    "my-undo": "undo and redo logs hold it until they are reused",
    "replicas": "the same there",
    "backups": "those made before now hold it",
    "exports": "these, queues, caches and search indexes may hold copies",
}


def residues(words: Sequence[str], *, noted: bool = True) -> None:
    """What still holds the plaintext elsewhere."""
    if words:
        say("the plaintext may still be found elsewhere:")
        for word in words:
            say(f"  {word}: {_RESIDUES[word]}")
        if noted:
            hint("piiguard status lists these until you note them as clean")


# status


def noted_clean(what: str, columns: int) -> None:
    """Somebody's word that a place is clean."""
    if what not in _RESIDUES:
        raise click.UsageError(f"--cleaned {what}: known places are {', '.join(_RESIDUES)}")
    say(f"{what}: noted as clean for {many(columns, 'column')}")


def how_to_clean(left: Sequence[Residue]) -> None:
    """What to do with the places that are still listed."""
    if any(residue.cleaned is None for residue in left):
        hint("clean these places, then note it: piiguard status … --cleaned WHAT")


def residue_line(residue: Residue) -> str:
    """A place that may still hold plaintext, or that somebody has cleaned."""
    if residue.cleaned is not None:
        return names.message(
            f"clean: {residue.place} in {residue.what}, {residue.cleaned[:10]}, {residue.cleaned_by}"
        )
    what = _RESIDUES.get(residue.what, "")
    return names.message(
        f"plaintext of {residue.place} may be left since {residue.since[:10]}: {residue.what}: {what}"
    )


# verify


def verified(found: Verified) -> None:
    """What a verification found in one column."""
    place = found.item.place
    say(f"{place}: {found.opened:,} values open")
    for problem, what in (
        (found.unreadable, "do not open"),
        *((problem, f"belong to {owner}") for owner, problem in found.misplaced.items()),
        (found.stale, f"are not found by {found.item.index}: the blind index is that of another value"),
        (found.plain, "are plaintext"),
    ):
        if problem.rows:
            more = ", …" if problem.rows > len(problem.keys) else ""
            say(f"{place}: {problem.rows:,} values {what}: rows {', '.join(problem.keys)}{more}")


VERIFY_HINT = "restore these rows from a backup; a blind index is made anew when its value is written again"


# redact, reveal


def redacted(source: str, replaced: Mapping[str, int], withheld: int, timeouts: int) -> None:
    """What was replaced, by entity, and what could not be looked at."""
    counts = ", ".join(f"{entity} {count}" for entity, count in sorted(replaced.items()))
    say(f"{source}: {many(sum(replaced.values()), 'value')} replaced{f' ({counts})' if counts else ''}")
    if withheld:
        say(f"{source}: {withheld} lines were withheld because they could not be redacted")
        hint("this is a defect of piiguard; report it with the kind of line it was")
    if timeouts:
        say(f"{source}: a pattern gave up {timeouts} times, so values may be left")
        hint("look at very long lines; --entities leaves the slow recognizer out")


def revealed(source: str, count: int, failed: int) -> None:
    """How many pseudonyms were put back, and how many belong to somebody else."""
    say(f"{source}: {many(count, 'pseudonym')} revealed")
    if failed:
        say(f"{source}: {many(failed, 'pseudonym')} made with another key, or changed since")
        hint("name the keyring that redacted the file, in its newest generation")


def unknown_entity(name: str, known: Sequence[str]) -> str:
    """An entity that no recognizer finds."""
    return f"there is no entity {name}; known are {', '.join(known)}"


def unknown_encoding(name: str) -> str:
    """An encoding that Python does not have."""
    return f"there is no encoding {name}; try utf-8, cp1251, kz1048, utf-16, koi8-r"


# manifest


def manifest_written(path: Path, added: int, unlisted: Sequence[str], differences: Sequence[str]) -> None:
    """What was added, what a manifest cannot say, and where it says something else than the models."""
    if added:
        say(f"{path}: {added} column{'s' if added > 1 else ''} added")
    for place in unlisted:
        say(f"{place}: an index that the application fills, and the jobs do not")
    for difference in differences:
        say(f"{path}: {difference}")
    if differences:
        hint("change the manifest or the models; piiguard manifest without --check adds what is missing")
    elif not added:
        say(f"{path}: agrees with the models")


# recognizers

NOTHING_RECOGNIZED = "nothing is recognized in this text"
NOT_REPORTED = "not reported"


def engine_in_use(backend: str) -> None:
    """Which engine a scan searches with."""
    names = {"hyperscan": "Hyperscan", "re2": "RE2", "presidio": "Presidio alone"}
    say(f"scans search with {names[backend]}")
