"""``piiguard keys``: the keyring and its key versions."""

from __future__ import annotations

from pathlib import Path

import click

from piiguard.cli import listings, say_keys
from piiguard.cli.ask import confirm, confirm_destroy, new_passphrase, next_passphrase
from piiguard.cli.key_use import (
    beats_of,
    pins_of,
    refuse_behind_databases,
    refuse_unprepared,
    refuse_while_in_use,
    refuse_writers,
)
from piiguard.cli.options import (
    Written,
    ask_passphrase,
    keyring_option,
    keyring_path,
    load_manifest,
    manifest_option,
    yes_option,
)

__all__ = ["keys"]

kind_option = click.option(
    "--kind",
    type=click.Choice(["data", "index"]),
    default="data",
    show_default=True,
    help="Which kind of key.",
)
wrap_option = click.option(
    "--wrap",
    "wraps",
    multiple=True,
    required=True,
    metavar="PROVIDER[:ARGUMENT]",
    help="What opens the keyring; repeat it for several recipients: passphrase, file:PATH, env:NAME, "
    "pkcs11:URI, aws-kms:ARN, vault:KEY, hpke:FILE.",
)


database_option = click.option(
    "--database",
    "databases",
    multiple=True,
    metavar="URL",
    help="Where to count rows; repeat it for several.",
)
seen_option = click.option(
    "--database",
    "databases",
    multiple=True,
    metavar="URL",
    help="What it has seen of the keyring; repeatable.",
)
deployed_option = click.option(
    "--deployed", is_flag=True, help="You know that every application has loaded the newest keyring."
)
version_argument = click.argument("version", type=click.IntRange(min=1))


@click.group()
def keys() -> None:
    """Make a keyring, and add, promote, retire and destroy keys.

    Every change is one generation; the one before is kept as keyring.json.N.bak, and keyring.json.audit
    has a line for it.

    \b
    Life of a key: add -> (every application has loaded it) -> promote -> rotate -> retire -> destroy
    """


@keys.command()
@keyring_option
@manifest_option
@wrap_option
def init(keyring_file: Path | None, manifest_file: Path | None, wraps: tuple[str, ...]) -> None:
    """Make a new keyring with one data key and one index key.

    \b
    piiguard keys init --keyring keyring.json --wrap passphrase
    piiguard keys init --keyring keyring.json --wrap file:/etc/piiguard/wrapping.key --wrap passphrase
    """
    from piiguard.keys import change

    path = _path(keyring_file, manifest_file)
    contents = change.create(path, wraps, new_passphrase)
    say_keys.keyring_made(path, contents)


@keys.command("list")
@keyring_option
@manifest_option
@click.option("--format", "layout", type=click.Choice(["table", "json"]), default="table", show_default=True)
def list_keys(keyring_file: Path | None, manifest_file: Path | None, layout: str) -> None:
    """Show every key version and its state; no wrapping key is needed.

    \b
    piiguard keys list --keyring keyring.json
    """
    from piiguard.keys import store
    from piiguard.keys.document import Document

    path = _path(keyring_file, manifest_file)
    document = Document.parse(store.read(path), str(path))
    click.echo(listings.keys_json(document) if layout == "json" else listings.keys_table(document))


@keys.command()
@keyring_option
@manifest_option
@kind_option
def add(keyring_file: Path | None, manifest_file: Path | None, kind: str) -> None:
    """Add a key that applications can read with, and that nothing writes with yet.

    \b
    piiguard keys add
    piiguard keys add --kind index
    """
    from piiguard.keys import change, transitions

    path = _path(keyring_file, manifest_file)
    contents = change.apply(
        path, ask_passphrase, "add", lambda held, now: transitions.add(held, kind, now), kind=kind
    )
    say_keys.key_added(path, contents, kind)


@keys.command()
@keyring_option
@manifest_option
@kind_option
@deployed_option
@click.option(
    "--database", "databases", multiple=True, metavar="URL", help="Where applications report; repeatable."
)
@version_argument
def promote(
    keyring_file: Path | None,
    manifest_file: Path | None,
    kind: str,
    deployed: bool,
    databases: tuple[str, ...],
    version: int,
) -> None:
    """Write with this version from now on; the primary before it goes on decrypting.

    Refused while a running application has not loaded the version: it could not read what others write. With
    --database, an index key is refused while a UNIQUE blind index there is not prepared for it: piiguard rotate
    does that before the promotion, and finishes after it.

    \b
    piiguard keys promote 2
    piiguard keys promote 1          back to the version before
    """
    from piiguard.keys import change, transitions

    path = _path(keyring_file, manifest_file)
    beats = [] if deployed else beats_of(path, databases)
    if kind == "index":
        refuse_unprepared(path, manifest_file, version, databases)
    contents = change.apply(
        path,
        ask_passphrase,
        "promote",
        lambda held, now: transitions.promote(held, kind, version, now, beats),
        kind=kind,
        version=version,
        deployed=deployed,
    )
    say_keys.key_promoted(path, contents, kind, version)


@keys.command()
@keyring_option
@manifest_option
@kind_option
@database_option
@deployed_option
@click.option("--undo", is_flag=True, help="Read with a retired version again.")
@version_argument
def retire(
    keyring_file: Path | None,
    manifest_file: Path | None,
    kind: str,
    databases: tuple[str, ...],
    deployed: bool,
    undo: bool,
    version: int,
) -> None:
    """Refuse a version that no row needs any more; its bytes are kept, so this can be undone.

    The rows of every column in the manifest are counted, twice; all other columns of the databases are searched
    for values that begin like those of this version.

    \b
    piiguard keys retire 1 --database postgresql://dba@db/crm
    piiguard keys retire 1 --undo
    """
    from piiguard.keys import change, transitions

    path = _path(keyring_file, manifest_file)
    if undo:
        contents = change.apply(
            path,
            ask_passphrase,
            "unretire",
            lambda held, now: transitions.unretire(held, kind, version, now),
            kind=kind,
            version=version,
        )
    else:
        if not deployed:
            refuse_writers(path, kind, version, databases)
        refuse_while_in_use(path, manifest_file, kind, version, databases)
        beats = [] if deployed else beats_of(path, databases)
        contents = change.apply(
            path,
            ask_passphrase,
            "retire",
            lambda held, now: transitions.retire(held, kind, version, now, beats),
            kind=kind,
            version=version,
            deployed=deployed,
        )
    say_keys.key_retired(path, contents, kind, version, undone=undo)


@keys.command()
@keyring_option
@manifest_option
@kind_option
@database_option
@click.option(
    "--wait-days",
    type=click.IntRange(min=0),
    default=30,
    show_default=True,
    help="How long it must be retired.",
)
@click.option("--early", is_flag=True, help="Destroy it although it was retired less than 24 hours ago.")
@yes_option
@version_argument
def destroy(
    keyring_file: Path | None,
    manifest_file: Path | None,
    kind: str,
    databases: tuple[str, ...],
    wait_days: int,
    early: bool,
    yes: bool,
    version: int,
) -> None:
    """Drop the bytes of a retired key for ever, here and in the numbered backups of the keyring.

    When it was interrupted, or a backup has come back, run it again: it removes what still holds the key.

    \b
    piiguard keys destroy 1 --database postgresql://dba@db/crm
    """
    import datetime

    from piiguard.keys import change, store, transitions
    from piiguard.keys.document import Document

    if not wait_days and not early:
        raise click.UsageError(say_keys.TOO_EARLY)
    path = _path(keyring_file, manifest_file)
    found = transitions.find(Document.parse(store.read(path), str(path)), kind, version)
    waiting = None
    if found.state != "destroyed":
        found = refuse_while_in_use(path, manifest_file, kind, version, databases)
        confirm_destroy(path, found, yes=yes)
        waiting = datetime.timedelta(days=wait_days)
    contents, removed = change.destroy(path, ask_passphrase, kind, version, waiting)
    say_keys.key_destroyed(path, contents, found, removed)


@keys.command("end-replay")
@keyring_option
@manifest_option
@yes_option
def end_replay(keyring_file: Path | None, manifest_file: Path | None, yes: bool) -> None:
    """Destroy the key of the tombstones, here and in the numbered backups of the keyring: replay ends.

    Whoever is in a backup that is restored afterwards, and was erased before, is not found again. For when no such
    backup is left. What is erased later gets tombstones under a key of its own. When it was interrupted, run it again.

    \b
    piiguard keys end-replay --keyring /etc/piiguard/keyring.json
    """
    from piiguard.keys import change

    path = _path(keyring_file, manifest_file)
    confirm(say_keys.end_of_replay(path), yes=yes)
    contents, removed = change.end(path, ask_passphrase, "tombstone")
    say_keys.replay_ended(path, contents, removed)


@keys.command()
@keyring_option
@manifest_option
@wrap_option
def rewrap(keyring_file: Path | None, manifest_file: Path | None, wraps: tuple[str, ...]) -> None:
    """Change what opens the keyring; the --wrap options are the new recipients, all of them.

    No row is touched. A new passphrase is read from PIIGUARD_NEW_PASSPHRASE, else from the terminal.

    \b
    piiguard keys rewrap --wrap 'pkcs11:token=piiguard;object=wrapping' --wrap passphrase
    """
    from piiguard.keys import change

    path = _path(keyring_file, manifest_file)
    contents = change.rewrap(path, ask_passphrase, wraps, next_passphrase)
    say_keys.keyring_rewrapped(path, contents)


@keys.command()
@click.option(
    "-o",
    "--output",
    type=Written(),
    required=True,
    help="Where the private key goes; the public one goes to the same name with .pub.",
)
@click.option(
    "--kem",
    type=click.Choice(["x25519", "mlkem768-x25519"]),
    default="x25519",
    show_default=True,
    help="The kind of key; the second also withstands a quantum computer.",
)
def recipient(output: Path, kem: str) -> None:
    """Make a key pair for a recipient whose private half lies in a safe.

    Nothing is overwritten; where the public half alone is missing, it is made of the private one.

    \b
    piiguard keys recipient -o safe.key
    piiguard keys rewrap --wrap file:/etc/piiguard/wrapping.key --wrap hpke:safe.key.pub
    PIIGUARD_WRAPPING_KEY=safe.key piiguard keys verify
    """
    from piiguard.keys import store
    from piiguard.keys.wrapping import hpke

    public_file = output.with_name(f"{output.name}.pub")
    store.refuse_existing(public_file)
    if not output.exists():
        private, public = hpke.make_pair(kem)
        store.write_new(output, private.encode())
    else:  # the command was killed between the two
        public = hpke.public_of(output)
    store.write_new(public_file, public.encode())
    say_keys.recipient_made(output, public_file)


@keys.command()
@keyring_option
@manifest_option
@click.option("--min-generation", type=click.IntRange(min=0), default=0, help="Refuse an older keyring.")
@click.option("--min-line", type=click.IntRange(min=0), default=0, help="Refuse a shorter audit trail.")
@click.option(
    "--from-line",
    type=click.IntRange(min=1),
    default=1,
    help="Check the trail from this line on: what came before is settled.",
)
@click.option(
    "--trail",
    "trail_file",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Check the audit trail that jobs wrote into this file, too.",
)
@seen_option
def verify(
    keyring_file: Path | None,
    manifest_file: Path | None,
    min_generation: int,
    min_line: int,
    from_line: int,
    trail_file: Path | None,
    databases: tuple[str, ...],
) -> None:
    """Open the keyring, check its audit trail, and try every recipient.

    With --database, a keyring or a trail that is older than what was used there, or of another history, is refused.

    \b
    piiguard keys verify
    piiguard keys verify --min-generation 7 --min-line 31
    piiguard keys verify --database postgresql://dba@db/crm
    """
    import functools

    from piiguard.keys import change, recipients
    from piiguard.keys.document import Document
    from piiguard.keys.trail import verify_chained

    path, ask = _path(keyring_file, manifest_file), functools.cache(ask_passphrase)
    contents, lines = change.verify(path, ask, min_generation, from_line=from_line, least_line=min_line)
    chained = 0 if trail_file is None else verify_chained(contents, trail_file)
    refuse_behind_databases(path, contents, trail_file, databases)
    document = Document(
        contents.header, b""
    )  # the header that the body has proved, not what lies there by now
    for line in say_keys.recipients_table(recipients.check(document, ask)):
        click.echo(line)
    say_keys.keyring_verified(path, contents, lines)
    if trail_file is not None:
        say_keys.trail_verified(trail_file, chained)


@keys.command()
@keyring_option
@manifest_option
@seen_option
def check(keyring_file: Path | None, manifest_file: Path | None, databases: tuple[str, ...]) -> None:
    """Say what this process would accept of the keyring, with these variables, and why not; exit 1 if it would not.

    \b
    piiguard keys check
    sudo -u crm piiguard keys check --database postgresql://crm@db/crm
    """
    import functools

    from piiguard.keys.checking import check as look
    from piiguard.keys.loading import KeyringFile

    path = _path(keyring_file, manifest_file)
    file = KeyringFile(lambda: path, functools.cache(ask_passphrase), {})
    say_keys.keyring_checked(path, look(file, pins_of(path, databases)))


@keys.command()
@keyring_option
@manifest_option
@click.option(
    "--above",
    type=click.IntRange(min=0),
    default=0,
    help="The highest generation ever used, if the audit trail is lost.",
)
@click.option(
    "--revive",
    multiple=True,
    metavar="KIND/VERSION",
    help="Bring this key back although it was destroyed, for example data/1; repeatable.",
)
@click.argument("backup", type=click.Path(path_type=Path))
def restore(
    keyring_file: Path | None, manifest_file: Path | None, above: int, revive: tuple[str, ...], backup: Path
) -> None:
    """Put a backup in the place of a lost or damaged keyring, as its newest generation.

    Keys that were destroyed after it was made, as the audit trail says, are not brought back.

    \b
    piiguard keys restore keyring.json.6.bak
    """
    from piiguard.keys import change

    path = _path(keyring_file, manifest_file)
    contents = change.restore(path, backup, ask_passphrase, above, revive)
    say_keys.keyring_restored(path, contents, backup)


def _path(keyring_file: Path | None, manifest_file: Path | None) -> Path:
    manifest = None if keyring_file else load_manifest(manifest_file)
    return keyring_path(keyring_file, manifest)
