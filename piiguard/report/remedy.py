"""The fix of a finding, ready to paste: command, manifest entry, model line, logging set-up."""

from __future__ import annotations

import json
import shlex
from dataclasses import dataclass
from pathlib import PurePath
from typing import Literal

from piiguard.manifest import ProtectedColumn
from piiguard.scan.finding import Finding

__all__ = ["Remedy", "next_step", "remedies"]

# Entities that applications look people up by get a blind index; the rest is only read.
_NORMALIZERS = {
    "KZ_IIN": "digits",
    "KZ_BIN": "digits",
    "KZ_PHONE": "phone",
    "EMAIL_ADDRESS": "email",
    "KZ_ID_CARD": "digits",
    "KZ_PASSPORT": "upper",
    "CREDIT_CARD": "digits",
    "IBAN_CODE": "upper",
}

_LOGGING = """\
import logging

from piiguard.redact import RedactingFilter

for handler in logging.getLogger().handlers:
    handler.addFilter(RedactingFilter())
"""


_FRAME = """\
from piiguard.manifest import Manifest
from piiguard.protect.spark import encrypt_columns

columns = Manifest.load("piiguard.toml").columns
encrypted = encrypt_columns(df, columns, keyring="keyring.json")
"""
_FRAME_STEP = 'encrypt_columns(df, Manifest.load("piiguard.toml").columns, keyring="keyring.json")'
_COLUMNAR = (".parquet", ".csv", ".json", ".jsonl", ".ndjson")


@dataclass(frozen=True, slots=True)
class Remedy:
    """``name`` is a message ``remedy.…``; ``text`` is what to paste."""

    name: Literal["encrypt", "manifest", "model", "frame", "redact", "logging"]
    language: Literal["sh", "toml", "python"]
    text: str


def remedies(finding: Finding) -> tuple[Remedy, ...]:
    """All that a place needs, in the order of doing it; nothing for a protected one."""
    if finding.protection == "encrypted":
        return ()
    if finding.kind == "file":
        return (
            Remedy("logging", "python", _LOGGING),
            Remedy("redact", "sh", _redact(finding)),
        )
    if _in_frame(finding):
        return Remedy("manifest", "toml", _column(finding).to_toml()), Remedy("frame", "python", _FRAME)
    return (
        Remedy("encrypt", "sh", _encrypt(finding)),
        Remedy("manifest", "toml", _column(finding).to_toml()),
        Remedy("model", "python", _model(_column(finding))),
    )


def next_step(finding: Finding) -> str:
    """The one command that changes most."""
    if finding.kind == "file":
        return _redact(finding)
    return _FRAME_STEP if _in_frame(finding) else _encrypt(finding)


def _in_frame(finding: Finding) -> bool:
    """Whether the column is one of a data frame or a lake of files: what has no URL of a database."""
    return "://" not in finding.target or finding.target.lower().rstrip("/*").endswith(_COLUMNAR)


def _encrypt(finding: Finding) -> str:
    column = _column(finding)
    words = ["piiguard", "encrypt", finding.target, column.place]
    if column.type == "json":
        words += ["--type", "json"]  # a text column of documents would be taken for text
    if column.index and column.normalizer:
        words += ["--index", column.index, "--normalizer", column.normalizer]
    return shlex.join(words)


def _redact(finding: Finding) -> str:
    source = PurePath(finding.file or finding.target)
    clean = "clean.log" if str(source) == "-" else source.with_name(f"{source.stem}.clean{source.suffix}")
    return shlex.join(["piiguard", "redact", str(source), "-o", str(clean)])


def _column(finding: Finding) -> ProtectedColumn:
    table, column = finding.table or "", finding.column or ""
    # What stands inside a document or a text is no value of its own: the whole is encrypted, and not searched.
    inside = finding.path or any(reason.code == "labelled" for reason in finding.reasons)
    normalizer = None if inside else _NORMALIZERS.get(finding.entity)
    return ProtectedColumn(
        table=table,
        column=column,
        context=f"{table}.{column}",
        type="json" if finding.path else "string",
        index=f"{column}_index" if normalizer else None,
        normalizer=normalizer,
    )


def _model(column: ProtectedColumn) -> str:
    inner, python = ("JSON()", "dict[str, Any]") if column.type == "json" else ("String()", "str")
    encrypted = f"Encrypted({inner}, keyring=keyring, context={_quote(column.context)})"
    lines = [f"{column.column}: Mapped[{python}] = mapped_column({encrypted})"]
    if column.index:
        index = f'BlindIndex({_quote(column.column)}, normalizer="{column.normalizer}")'
        lines.append(f"{column.index}: Mapped[bytes | None] = mapped_column({index})")
    return "\n".join(lines) + "\n"


def _quote(text: str) -> str:
    """A Python string in the quotes that formatters leave alone."""
    return json.dumps(text, ensure_ascii=False)
