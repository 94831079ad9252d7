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
    if chosen["history"]:
        _refuse_history(targets, chosen)
    if chosen["sources"] and chosen["format_"] not in ("sarif", "junit"):
        raise click.UsageError(say_scan.SOURCE_OF_CODE)
    if chosen["follow"]:
        _refuse_beside_follow(targets, chosen)
    _refuse_elsewhere(targets, history=chosen["history"])


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
_OF_FILES = {"since": "--since", "encoding": "--encoding", "raw": "--raw", "form": "--as", "ocr": "--ocr"}


def _refuse_elsewhere(targets: tuple[str, ...], *, history: bool) -> None:
    """What none of the targets can keep: rows are chosen in tables, and databases have no encoding to be told."""
    typed = [name for name in (*_OF_TABLES, *_OF_FILES) if _was_typed(name)]
    if not typed:
        return
    from piiguard.errors import ScanError
    from piiguard.scan.targets import is_document, kinds_of

    try:
        kinds = {kind for target in targets for kind in kinds_of(target)}
    except ScanError:
        return  # reading it says so
    kinds |= {"file"} if history else set()
    if {"form", "encoding"}.intersection(typed) and all(map(is_document, targets)):
        option = next(_OF_FILES[name] for name in ("form", "encoding") if name in typed)
        raise click.UsageError(say_scan.not_for_documents(option))
    if not kinds or ("raw" in typed and not any(map(_is_url, targets))):
        return
    for name in typed:
        if name in _OF_TABLES and "database" not in kinds:
            raise click.UsageError(say_scan.only_for(_OF_TABLES[name], "tables"))
        if name in _OF_FILES and "file" not in kinds:
            raise click.UsageError(say_scan.only_for(_OF_FILES[name], "files"))


def _is_url(target: str) -> bool:
    from piiguard.scan.targets import is_url

    return is_url(target)


def _can_grow(target: str) -> bool:
    from piiguard.read.sources import size_of
    from piiguard.scan.targets import kinds_of

    return Path(target).is_file() and size_of(target, named=True) >= 0 and kinds_of(target) == {"file"}


def _was_typed(option: str) -> bool:
    return click.get_current_context().get_parameter_source(option) is ParameterSource.COMMANDLINE
