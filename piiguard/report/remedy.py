"""The fix of a finding, ready to paste: command, manifest entry, model line, logging set-up.

What is printed here is run as it stands, and the names in it come from whoever made the table or the file. So options
stand first, then ``--``, then what is named; and a name that cannot be pasted safely gets a sentence and no command.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import PurePath
from typing import Literal

from piiguard.entities import BY_NAME
from piiguard.manifest import ProtectedColumn
from piiguard.names import attribute, can_be_pasted, command, file_word, python, shown, word
from piiguard.report.messages import Language, say
from piiguard.scan.finding import Finding

__all__ = ["Remedy", "has_command", "next_step", "remedies"]

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

# A report has *** for the password: without it the command takes PIIGUARD_DATABASE_PASSWORD, or what the driver has.
_WITHOUT_PASSWORD = re.compile(r"^([\w+]+://[^/@]*?):\*\*\*@")
# What a shell made of <(…), and other streams that end when they are read. Files in shared memory are files.
_STREAM = re.compile(r"/dev/(?!shm/)|/proc/(?:self|\d+)/fd/")
_PACKED = (".gz", ".bz2", ".xz", ".zst")
# Names that the model line itself uses, or that SQLAlchemy keeps for itself.
_TAKEN = ("Any", "BlindIndex", "Encrypted", "JSON", "Mapped", "String", "keyring", "mapped_column", "metadata",
          "registry", "bytes", "dict", "str")  # fmt: skip
_LONGEST_NAME = 57  # bytes, for a suffix of six: PostgreSQL cuts names at 63


Name = Literal[
    "encrypt",
    "manifest",
    "model",
    "frame",
    "redact",
    "logging",
    "unsafe_name",
    "inside",
    "stream",
    "view",
    "foreign",
    "dots",
    "packed",
    "mixed",
    "rename",
    "definition",
    "history",
    "object",
]
_HINDRANCES: dict[str, Name] = {
    "dots": "dots", "foreign": "foreign", "view": "view", "packed": "packed", "name": "rename",
    "mixed": "mixed", "definition": "definition", "history": "history", "object": "object",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Remedy:
    """``name`` is a message ``remedy.…``; ``text`` is what to paste, empty where the message says all."""

    name: Name
    language: Literal["sh", "toml", "python", ""]
    text: str


_UNSAFE = Remedy("unsafe_name", "", "")
_GONE = Remedy("stream", "", "")
_INSIDE = Remedy("inside", "", "")


def remedies(finding: Finding) -> tuple[Remedy, ...]:
    """All that a place needs, in the order of doing it; nothing for a protected one."""
    if finding.protection == "encrypted":
        return ()
    if finding.kind == "file":
        cleaned = _redact(finding)
        return (
            (cleaned,)
            if not cleaned.text and cleaned is not _UNSAFE
            else (Remedy("logging", "python", _LOGGING), cleaned)
        )
    column = _column(finding)
    if not can_be_pasted(f"{column.table}{column.column}{_address(finding)}{finding.query}"):
        return (_UNSAFE,)
    if hindered := _hindered(finding):
        return (hindered,)
    manifest = Remedy("manifest", "toml", column.to_toml())
    if _in_frame(finding):
        return manifest, Remedy("frame", "python", _FRAME)
    encrypt = _encrypt(finding)
    if encrypt is _UNSAFE:
        return (encrypt,)
    first = (_INSIDE,) if _inside(finding) else ()
    return (*first, encrypt, manifest, Remedy("model", "python", _model(column)))


def next_step(finding: Finding, lang: Language = "en") -> str:
    """The one command that changes most, or why there is none."""
    step = _first(finding)
    return step.text or f"{shown(finding.place)}: {say(lang, f'remedy.{step.name}')}"


def has_command(finding: Finding) -> bool:
    """Whether its next step is one to type."""
    return bool(_first(finding).text)


def _first(finding: Finding) -> Remedy:
    if finding.kind == "file":
        return _redact(finding)
    if hindered := _hindered(finding):
        return hindered
    if _in_frame(finding):
        return Remedy("frame", "python", _FRAME_STEP)
    return _INSIDE if _inside(finding) else _encrypt(finding)


def _inside(finding: Finding) -> bool:
    """Whether the value is a part of a text or a document, whose programs would lose the rest with it."""
    return bool(finding.path) or any(reason.code == "labelled" for reason in finding.reasons)


def _address(finding: Finding) -> str:
    """The target as a command takes it."""
    return finding.address or finding.target


def _in_frame(finding: Finding) -> bool:
    """Whether the column is one of a data frame or a lake of files: what has no URL of a database."""
    target = _address(finding)
    return "://" not in target or target.lower().rstrip("/*").endswith(_COLUMNAR)


def _encrypt(finding: Finding) -> Remedy:
    column = _column(finding)
    options = (
        ["--type", "json"] if column.type == "json" else []
    )  # a text of documents would be taken for text
    if column.index:
        options += ["--index", column.index, "--normalizer", *column.rules]
    target = _WITHOUT_PASSWORD.sub(r"\1@", _address(finding)) + (f"?{finding.query}" if finding.query else "")
    words = ["piiguard", "encrypt", *map(word, options), "--", word(target), word(column.place)]
    text = command(*words)
    return Remedy("encrypt", "sh", text) if text else _UNSAFE


def _hindered(finding: Finding) -> Remedy | None:
    """Why no command encrypts it: a dot inside of a name is not told from the one between two."""
    if _in_frame(finding):
        return None
    hindrance = "dots" if "." in (finding.column or "") else finding.hindrance
    return Remedy(_HINDRANCES[hindrance], "", "") if hindrance else None


def _redact(finding: Finding) -> Remedy:
    """The clean copy has the form of the file, and a name that ends as its own does."""
    if finding.hindrance:
        return Remedy(_HINDRANCES[finding.hindrance], "", "")
    name = _address(finding) if _address(finding) == "-" else finding.file or _address(finding)
    if _STREAM.match(name):
        return _GONE
    if name != "-" and not PurePath(name).stem.strip("."):  # of a file called ..gz nothing is left
        return _UNSAFE
    clean = "clean.log" if name == "-" else str(_clean(PurePath(name)))
    given = "-" if name == "-" else file_word(name)
    words = [*map(word, finding.reading), "-o", file_word(clean), "--", given]
    text = command("piiguard", "redact", *words)
    return Remedy("redact", "sh", text) if text else _UNSAFE


def _clean(path: PurePath) -> PurePath:
    """``app.log.gz`` becomes ``app.clean.log.gz``."""
    packed = path.suffix if path.suffix.lower() in _PACKED and PurePath(path.stem).suffix else ""
    inner = PurePath(path.name.removesuffix(packed))
    return path.with_name(f"{inner.stem}.clean{inner.suffix}{packed}")


def _column(finding: Finding) -> ProtectedColumn:
    table, column = finding.table or "", finding.column or ""
    # What stands inside a document or a text is no value of its own: the whole is encrypted, and not searched.
    normalizer = None if _inside(finding) else _normalizer(finding.entity)
    return ProtectedColumn(
        table=table,
        column=column,
        context=f"{table}.{column}",
        type="json" if finding.path else "string",
        index=f"{_cut(column)}_index" if normalizer else None,
        normalizer=normalizer,
    )


def _normalizer(entity: str) -> str | None:
    """Entities that applications look people up by get a blind index; the rest is only read."""
    row = BY_NAME.get(entity)
    return row.index if row else None


def _cut(name: str) -> str:
    return name.encode("utf-8", "replace")[:_LONGEST_NAME].decode(errors="ignore")


def _model(column: ProtectedColumn) -> str:
    inner, python_type = ("JSON()", "dict[str, Any]") if column.type == "json" else ("String()", "str")
    encrypted = f"Encrypted({inner}, keyring=keyring, context={python(column.context)})"
    lines = [_line(column.column, python_type, encrypted)]
    if column.index:
        index = f"BlindIndex({python(column.column)}, normalizer={python(column.rules[0])})"
        lines.append(_line(column.index, "bytes | None", index))
    return "\n".join(lines) + "\n"


def _line(name: str, python_type: str, sql_type: str) -> str:
    """A column of a model; under its own name where Python can spell it."""
    spelled = attribute(name, _TAKEN)
    told = "" if spelled == name else f"{python(name)}, "
    return f"{spelled}: Mapped[{python_type}] = mapped_column({told}{sql_type})"
