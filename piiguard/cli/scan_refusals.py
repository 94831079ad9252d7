"""Options of a scan that would not be kept, refused before anything is read."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
from click.core import ParameterSource

from piiguard.cli import say_scan

__all__ = ["refuse"]


def refuse(targets: tuple[str, ...], chosen: dict[str, Any]) -> None:
    """An option that would not be kept is a mistake, said before anything is read."""
    if chosen["full"] and _was_typed("sample"):
        raise click.UsageError(say_scan.SAMPLE_OR_FULL)
    spark = chosen["engine"] == "spark"
    if spark and chosen["format_"] == "ndjson":
        raise click.UsageError(say_scan.NO_MATCHES_ON_SPARK)
    if spark and chosen["ocr"]:
        raise click.UsageError(say_scan.NO_PICTURES_ON_SPARK)
    if spark and _was_typed("jobs"):
        raise click.UsageError(say_scan.JOBS_OF_SPARK)
    if chosen["master"] and not spark:
        raise click.UsageError(say_scan.MASTER_OF_SPARK)
    if chosen["name"] and len(targets) > 1:
        raise click.UsageError(say_scan.NAME_OF_ONE)
    if chosen["since"] and chosen["resume"]:
        raise click.UsageError(say_scan.SINCE_OR_RESUME)
    if not spark:
        _refuse_beside_store(targets, chosen)
    if chosen["history"]:
        _refuse_history(targets, chosen)
    if chosen["sources"] and chosen["format_"] not in ("sarif", "junit"):
        raise click.UsageError(say_scan.SOURCE_OF_CODE)
    if chosen["follow"]:
        _refuse_beside_follow(targets, chosen)
    _refuse_elsewhere(targets, history=chosen["history"], spark=spark)


def _refuse_beside_store(targets: tuple[str, ...], chosen: dict[str, Any]) -> None:
    """Objects do not grow, and have no history of Git. Raises: ScanError for an address of none, before anything is read."""
    from piiguard.read.store.address import Address, is_store

    for target in filter(is_store, targets):
        Address.of(target)
        if chosen["follow"]:
            raise click.UsageError(say_scan.FOLLOW_NO_OBJECT)
        if chosen["history"]:
            raise click.UsageError(say_scan.no_history(target, say_scan.NO_REPOSITORY_IN_STORE))


def _refuse_beside_follow(targets: tuple[str, ...], chosen: dict[str, Any]) -> None:
    if len(targets) != 1 or not _can_grow(targets[0]):
        raise click.UsageError(say_scan.FOLLOW_ONE_FILE)
    others = {
        "format_": "--format",
        "jobs": "--jobs",
        "resume": "--resume",
        "since": "--since",
        "engine": "--engine",
        "papers": "--papers",
        "ocr": "--ocr",
    }
    for name, option in others.items():
        if _was_typed(name) and (name, chosen[name]) not in (("format_", "ndjson"), ("engine", "local")):
            raise click.UsageError(say_scan.beside_follow(option))
    chosen["format_"] = "ndjson"


def _refuse_history(targets: tuple[str, ...], chosen: dict[str, Any]) -> None:
    """Only a repository has one, and it is read on this machine."""
    from piiguard.read.history.layout import why_not

    for name, option in (("follow", "--follow"), ("engine", "--engine")):
        if chosen[name] and chosen[name] != "local":
            raise click.UsageError(say_scan.beside_history(option))
    for target in targets:
        if why := why_not(target):
            raise click.UsageError(say_scan.no_history(target, why))


_OF_TABLES = {
    "tables": "--tables", "views": "--views", "sample": "--sample",
    "statement_timeout": "--statement-timeout", "manifest_file": "--manifest",
}  # fmt: skip
_OF_FILES = {"encoding": "--encoding", "raw": "--raw", "form": "--as", "ocr": "--ocr"}


def _refuse_elsewhere(targets: tuple[str, ...], *, history: bool, spark: bool) -> None:
    """What none of the targets can keep: rows are chosen in tables, and databases have no encoding to be told."""
    typed = [name for name in (*_OF_TABLES, *_OF_FILES) if _was_typed(name)]
    if not typed:
        return
    from piiguard.errors import ScanError
    from piiguard.read.store.address import is_store
    from piiguard.scan.targets import is_document, is_url, kinds_of

    def is_remote(target: str) -> bool:
        """Spark has file systems of its own, and nothing here knows what lies there."""
        return is_url(target) or (spark and is_store(target))

    try:
        kinds = {
            kind for target in targets for kind in (["database"] if is_remote(target) else kinds_of(target))
        }
    except ScanError:
        return  # reading it says so
    kinds |= {"file"} if history else set()
    if {"form", "encoding"}.intersection(typed) and all(map(is_document, targets)):
        option = next(_OF_FILES[name] for name in ("form", "encoding") if name in typed)
        raise click.UsageError(say_scan.not_for_documents(option))
    if not kinds or ("raw" in typed and not any(map(is_remote, targets))):
        return
    for name in typed:
        if name in _OF_TABLES and "database" not in kinds:
            raise click.UsageError(say_scan.only_for(_OF_TABLES[name], "tables"))
        if name in _OF_FILES and "file" not in kinds:
            raise click.UsageError(say_scan.only_for(_OF_FILES[name], "files"))


def _can_grow(target: str) -> bool:
    from piiguard.read.sources import size_of
    from piiguard.scan.targets import kinds_of

    return Path(target).is_file() and size_of(target, named=True) >= 0 and kinds_of(target) == {"file"}


def _was_typed(option: str) -> bool:
    return click.get_current_context().get_parameter_source(option) is ParameterSource.COMMANDLINE
