r"""Names from outside, written for where they go: terminal, page, spreadsheet, JSON, shell, TOML, Python, YAML, SQL.

Whoever names a table or a file chooses what we print, so each destination has one spelling here, and no other module
has its own. What cannot be seen (controls, direction marks, joiners, line separators, lone surrogates) is written as
an escape, never sent as it is.

>>> print(visible("a\x1b[2J\u202eb\n"))
a\x1b[2J\u202eb\n
>>> word("o'clock"), word("--opt=x"), word("a\x07b")
('\'o\'"\'"\'clock\'', '--opt=x', None)
"""

from __future__ import annotations

import csv
import json
import keyword
import re
import shlex
import unicodedata
from collections.abc import Callable, Iterable
from io import StringIO
from typing import Any

__all__ = [
    "FORMULA",
    "HIDDEN",
    "attribute",
    "can_be_pasted",
    "cell",
    "command",
    "file_word",
    "is_plain",
    "json_script",
    "json_text",
    "message",
    "python",
    "shown",
    "sql",
    "sql_line",
    "table_of_cells",
    "toml",
    "visible",
    "without_password",
    "word",
    "yaml",
]

# Cn too: what Unicode has not assigned yet may be given any meaning.
_UNSEEN = frozenset({"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp"})
# Everything but what most names are made of; only that is looked up.
_SUSPECT = re.compile(r"[^ -~\u00a1-\u00ac\u00ae-\u02ff\u0400-\u0482\u048a-\u052f]")
_LONGEST = 200  # characters of a name on a terminal
_LONGEST_MESSAGE = 2000
_LONGEST_WORD = 1000  # in a command
_LONGEST_COMMAND = 4000  # bytes: terminals cut a line at 4096


def _escaped(text: str, spell: Callable[[str], str], *, keep: str = "") -> str:
    def one(found: re.Match[str]) -> str:
        sign = found[0]
        return sign if sign in keep or unicodedata.category(sign) not in _UNSEEN else spell(sign)

    return _SUSPECT.sub(one, text)


def _python_escape(sign: str) -> str:
    known = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}
    code = ord(sign)
    return known.get(sign) or (
        f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
    )


def _utf16_escape(sign: str) -> str:
    units = sign.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[at]:02x}{units[at + 1]:02x}" for at in range(0, len(units), 2))


HIDDEN = "\N{BULLET}"
"""Stands for each letter or digit of a value inside of a name, so that nothing takes the rest for the name."""


def can_be_pasted(text: str) -> bool:
    """Whether a name is what it looks like: all of it can be seen, and nothing of it is hidden."""
    return is_plain(text) and HIDDEN not in text


def is_plain(text: str) -> bool:
    """Whether every character can be seen, so that the text can be typed and pasted as it looks."""
    return text.isprintable()


def visible(text: str, *, keep: str = "") -> str:
    """The text with an escape for each character that cannot be seen, but for those of ``keep``."""
    return _escaped(text, _python_escape, keep=keep)


def shown(name: str, longest: int = _LONGEST) -> str:
    """A name on a terminal: visible, in one line, and short; the middle of a long one is left out."""
    return _short(visible(name[: 2 * longest] + name[2 * longest :][-longest:]), longest)


def message(text: str) -> str:
    """A message of one line, whatever names it holds."""
    return _short(visible(text), _LONGEST_MESSAGE)


def without_password(text: str) -> str:
    """What may be a URL, well written or not, with *** for the password.

    >>> without_password("crm:pass-1@db.example/crm"), without_password("postgresql://crm@db.example/crm")
    ('crm:***@db.example/crm', 'postgresql://crm@db.example/crm')
    """
    return _NAMED_PASSWORD.sub(r"\1***", _PASSWORD.sub(r"\1***@", text))


# From the colon behind a user, which neither // nor a blank follows, to the last @.
_PASSWORD = re.compile(r"((?:^|[\s'\"(/:])[^\s:/@'\"(]*:(?!//|\s))[^\n]*@")
_NAMED_PASSWORD = re.compile(r"(?i)((?:pass|passwd|password|pwd|secret|token)\s*=\s*)[^\s&]+")


def _short(text: str, longest: int) -> str:
    if len(text) <= longest:
        return text
    end = longest // 4
    return f"{text[: longest - end - 1]}…{text[-end:]}"


# JSON


def json_text(value: Any, *, indent: int | None = None, default: Callable[[Any], Any] | None = None) -> str:
    r"""JSON in which no character is raw that cannot be seen; a line of NDJSON is one line to every reader.

    >>> print(json_text({"a\u2028": "\x85ә\udcff"}))
    {"a\u2028": "\u0085ә\udcff"}
    """
    return _escaped(
        json.dumps(value, ensure_ascii=False, indent=indent, default=default), _utf16_escape, keep="\n"
    )


def json_script(value: Any) -> str:
    r"""JSON for a script element, which no text can end.

    >>> print(json_script("</script>"))
    "\u003c/script\u003e"
    """
    text = json_text(value)
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


# CSV

# Signs that begin a formula, and those that a spreadsheet may fold to them: wide, small, raised, lowered.
FORMULA = "=+-@|\uff1d\ufe66\u207c\u208c\uff0b\ufe62\u207a\u208a\ufb29\uff0d\ufe63\u207b\u208b\u2212\uff20\ufe6b\uff5c\u2a75\u2a76"
_BEGINS = re.compile(rf"\s*[{re.escape(FORMULA)}]")
_CUT = re.compile(rf"(?<=[,;|])(?=\s*[{re.escape(FORMULA)}])")


def cell(value: object) -> object:
    """A cell that no spreadsheet runs as a formula, also where it cuts at another country's delimiter.

    >>> cell("=1+1"), cell(" ＝1"), cell("﹦1"), cell("a;=1"), cell("plain"), cell(7)
    ("'=1+1", "' ＝1", "'﹦1", "a;'=1", 'plain', 7)
    """
    if not isinstance(value, str):
        return value
    bare = _escaped(value, lambda _: "", keep="\t\r\n")
    inert = value[:1] in ("\t", "\r", "\n") or _BEGINS.match(bare)
    return ("'" if inert else "") + _CUT.sub("'", visible(value))


def table_of_cells(rows: Iterable[Iterable[object]], delimiter: str) -> str:
    """CSV of inert cells."""
    file = StringIO()
    csv.writer(file, delimiter=delimiter).writerows([cell(value) for value in row] for row in rows)
    return file.getvalue()


# shell


def word(text: str) -> str | None:
    """One word of a shell command; None for what cannot be pasted: unseen or hidden characters, or too many."""
    return shlex.quote(text) if can_be_pasted(text) and len(text) <= _LONGEST_WORD else None


def file_word(path: str) -> str | None:
    """A file's name as a word that no program takes for an option or for standard input."""
    return word(f"./{path}" if path.startswith("-") else path)


def command(*words: str | None) -> str | None:
    """A command of words that are quoted already; None when one of them, or so many, cannot be pasted."""
    text = None if None in words else " ".join(filter(None, words))
    return text if text and len(text.encode()) <= _LONGEST_COMMAND else None


# TOML, Python and YAML


def toml(text: str) -> str:
    r"""A TOML basic string; raises ValueError for a lone surrogate, which TOML cannot hold.

    >>> print(toml('C:\\keys\\"main".json'))
    "C:\\keys\\\"main\".json"
    """
    text.encode()
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + _escaped(escaped, lambda sign: _toml_escape(ord(sign))) + '"'


def _toml_escape(code: int) -> str:
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def python(text: str) -> str:
    r"""A Python string in the quotes that formatters leave alone.

    >>> print(python('a"b\n'))
    "a\"b\n"
    """
    return '"' + visible(text.replace("\\", "\\\\").replace('"', '\\"')) + '"'


def yaml(text: str) -> str:
    r"""A YAML double-quoted scalar, whose escapes are those of Python; raises ValueError for a lone surrogate, which UTF-8 cannot hold.

    >>> print(yaml('a: "b" # c\n'))
    "a: \"b\" # c\n"
    """
    text.encode()
    return python(text)


def attribute(name: str, taken: Iterable[str] = ()) -> str:
    """The name itself if it is a Python attribute, else one that resembles it; none of those ``taken``.

    >>> attribute("iin"), attribute("x = f() #"), attribute("class"), attribute("ﬁo")
    ('iin', 'column_x_f', 'column_class', 'column_fio')
    """
    fit = (
        name.isidentifier()
        and not keyword.iskeyword(name)
        and not name.startswith("_")
        and name == unicodedata.normalize("NFKC", name)  # Python reads identifiers so
        and name not in taken
    )
    if fit:
        return name
    kept = re.sub(r"\W+", "_", unicodedata.normalize("NFKC", name[:60])).strip("_")
    made = f"column_{kept}" if kept else "column"
    return made if made.isidentifier() else "column"


# SQL


def sql(statement: str) -> str:
    r"""A statement as it is printed: what stands in quotes is made visible, our own line breaks stay.

    Names are quoted by SQLAlchemy for the database at hand; this is for the eye.

    >>> print(sql('select "a\nb"\nfrom `t\x1b`'))
    select "a\nb"
    from `t\x1b`
    """
    parts = _SQL_QUOTED.split(statement)
    return "".join(visible(part, keep="" if number % 2 else "\n") for number, part in enumerate(parts))


def sql_line(statement: str) -> str:
    r"""A statement in one line: our own line breaks are blanks, and names keep theirs.

    >>> sql_line('select "a\n b"\nfrom t')
    'select "a\n b" from t'
    """
    parts = _SQL_QUOTED.split(statement)
    return "".join(
        part if number % 2 else re.sub(r"\s+", " ", part) for number, part in enumerate(parts)
    ).strip()


_SQL_QUOTED = re.compile(r"""("[^"]*"|'[^']*'|`[^`]*`)""")
