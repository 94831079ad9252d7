"""E-mail addresses, as far as their form can tell without asking anybody.

Source: RFC 5321 and 5322 for the lengths and the characters in use, RFC 6531 for Cyrillic ones. No list of
suffixes is fetched: file names such as ``icon@2x.png`` are told by their ending.

>>> validate("Info@Talap.EDU.kz")
'Info@talap.edu.kz'
>>> is_valid("icon@2x.png")
False
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from piiguard.frames import emptied
from piiguard.recognizers.checks.exceptions import (
    InvalidComponent,
    InvalidFormat,
    InvalidLength,
    passes,
)

__all__ = [
    "COMMON",
    "LONGEST_LOCAL",
    "Email",
    "claim",
    "compact",
    "format",
    "is_file",
    "is_valid",
    "names_message",
    "parse",
    "validate",
]

_LOCAL = re.compile(r"[^\W_][\w.!#$%&'*+/=?^{|}~-]*|_[\w.+-]*")
_LABEL = re.compile(r"[^\W_](?:[^\W_]|-)*")
LONGEST_LOCAL = 64
_AT = re.compile(r"[ ]?(?:%40|[(\[](?:at|собака)[)\]])[ ]?", re.IGNORECASE)
_DOT = re.compile(r"[ ]?[(\[](?:dot|точка)[)\]][ ]?", re.IGNORECASE)
# Endings of file names, and none of them a country or a domain that people write mail to.
_FILES = frozenset(
    word
    for line in (
        "png jpg jpeg gif svg webp bmp ico js mjs ts tsx jsx css scss less json yaml yml toml xml html htm",
        "txt log csv pdf doc docx xls xlsx zip gz tgz tar exe dll jar war class java pyc rb php cpp hpp lock sql db",
        # units of systemd, which every system log is full of: «getty@tty1.service»
        "service socket timer slice scope mount automount swap device",
    )
    for word in line.split()
)
# Programs begin the name of a message with the time, to the second or finer (RFC 5322, 3.6.4).
_OF_A_MESSAGE = re.compile(r"[0-9]{14,}[.-]")
_ROLES = frozenset(
    word
    for line in (
        "abuse accounting admin administrator bank bot buh careers career contact contacts client clients",
        "daemon dpo feedback finance help helpdesk hello hostmaster hr info information it job jobs kadr",
        "kadry kancelyaria kanz kense kuzhat legal mail mailer mailer-daemon marketing media news",
        "newsletter noreply no-reply no_reply notification notifications office official operator order",
        "orders pay payment post postmaster pr press priem priemnaya privacy pochta reception register",
        "resume root sale sales secretary security service shop spam support suport system team tech tender",
        "test webmaster zakaz zakup",
    )
    for word in line.split()
)

COMMON = re.compile(
    r"(?!(?i:git|hg|svn)@)[A-Za-z0-9][A-Za-z0-9_+-]{0,63}(?:\.[A-Za-z0-9_+-]{1,30}){0,3}"
    r"@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,60}[A-Za-z0-9])?\.){1,4}[A-Za-z]{2,24}"
)
"""How nearly all addresses are written, as far as a pattern tells; what has another form may be one as well."""


@dataclass(frozen=True, slots=True)
class Email:
    """The two halves; ``role`` says that it is the address of an office, not of a person."""

    local: str
    domain: str
    role: bool


@emptied
def compact(number: str) -> str:
    """Write ``%40``, ``(at)`` and ``[собака]`` as @ and the domain in lower case.

    >>> compact("kuzhat[собака]Orleu-EDU.kz")
    'kuzhat@orleu-edu.kz'
    """
    number = _DOT.sub(".", _AT.sub("@", number.strip()))
    number = number.removeprefix("mailto:")
    local, at, domain = number.rpartition("@")
    return local + at + domain.casefold()


@emptied
def validate(number: str) -> str:
    """Return the address, or raise :class:`InvalidNumber`."""
    parse(number)
    return compact(number)


def claim(address: str) -> bool:
    """Tell fast that it is an address in its common form: what it takes, :func:`is_valid` takes.

    >>> claim("info@talap.edu.kz"), claim("icon@2x.png"), claim("почта@example.kz")
    (True, False, False)
    """
    return (
        COMMON.fullmatch(address) is not None
        and address.find("@") <= LONGEST_LOCAL
        and not is_file(address.rpartition(".")[2])
    )


def is_file(ending: str) -> bool:
    """Tell whether a last label is the ending of file names.

    >>> is_file("PNG"), is_file("kz")
    (True, False)
    """
    return ending.casefold() in _FILES


@emptied
def is_valid(number: str) -> bool:
    """Tell whether it has the form of an address and does not end like a file name."""
    return passes(parse, number)


@emptied
def parse(number: str) -> Email:
    """Take local part and domain apart, and tell addresses of an office.

    >>> parse("info@talap.edu.kz").role
    True
    """
    local, at, domain = compact(number).rpartition("@")
    labels = domain.split(".")
    if not at or not _LOCAL.fullmatch(local) or ".." in local or local.endswith("."):
        raise InvalidFormat("format", "no local part")
    if len(local) > LONGEST_LOCAL or len(domain) > 253 or max(map(len, labels)) > 63:
        raise InvalidLength("length", "local part over 64, label over 63 or domain over 253 characters")
    if len(labels) < 2 or not all(_LABEL.fullmatch(label) and label[-1] != "-" for label in labels):
        raise InvalidFormat("format", "no domain")
    _require_top(labels[-1])
    return Email(local, domain, local.casefold() in _ROLES)


@emptied
def format(number: str) -> str:
    """Write it with @ and the domain in lower case."""
    return validate(number)


def names_message(address: str) -> bool:
    """Tell whether it is the name of a message, which only looks like an address.

    >>> names_message("20191104101500.1234-1-aidana@example.kz"), names_message("aidana.1234@example.kz")
    (True, False)
    """
    return _OF_A_MESSAGE.match(address) is not None


def _require_top(label: str) -> None:
    if label.startswith("xn--"):
        return
    if len(label) < 2 or not label.isalpha() or is_file(label):
        raise InvalidComponent("domain", "no top-level domain")
