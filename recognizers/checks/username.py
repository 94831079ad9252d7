"""Names under which people log in (логин, пайдаланушы аты): found where something calls them so, for they have no form.

Accounts of the system (``root``, ``www-data``) and words that stand where no name is known (``null``, ``anonymous``) are
nobody's, and so are digits alone, which are keys of rows.

>>> validate("a.synaqov"), is_valid("www-data"), is_valid("1042")
('a.synaqov', False, False)
>>> [found.value for found in find("user=asynaq db=crm; Failed password for root from 203.0.113.7")]
['asynaq']
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from piiguard.frames import emptied
from piiguard.recognizers.checks.exceptions import InvalidComponent, InvalidFormat, passes
from piiguard.recognizers.checks.later import later

__all__ = ["PREFILTER", "FoundUsername", "compact", "find", "format", "is_valid", "parse", "validate"]

SYSTEM = frozenset(
    """
    root www-data www nginx apache httpd nobody daemon bin sys sync games man lp mail news uucp proxy backup list irc gnats
    sshd ftp mysql postgres postgresql mariadb redis mongodb rabbitmq elasticsearch kafka zookeeper oracle sa dbo system
    admin administrator administrators guest anonymous anon public test tester user username users login localhost service
    svc app api bot cron jenkins gitlab git docker kube ubuntu debian centos ec2-user systemd messagebus ntp syslog default
    none null nil undefined unknown empty true false yes no password passwd id name value string text varchar me you self
    superuser operator support monitor zabbix prometheus grafana nagios logstash filebeat deploy deployer celery django flask
    админ гость нет
    """.split()  # noqa: SIM905 - a paragraph is read more easily than a list of a hundred strings
)
"""Accounts of programs, and words in the place of a name."""

_NAME = r"[^\W\d_](?:[\w.-]{0,62}\w)?|[0-9_][\w.-]{0,62}\w"
_FORM = later(_NAME)
_END = r"(?![\w@])(?!\.\w)(?![\\/]\w)(?!\()"
# What stands between a label and the name: a sign, with quotation marks and blanks.
_SIGN = r"[\"'»`\]]{0,2}[ \t]{0,2}(?:[=:]|=>|\||—|–|- |\()[ \t]{0,2}[\"'«`\[(]{0,2}"
_WORDS = (
    r"user(?:[ _-]?name)?|login(?:[ _-]?name)?|logname|usr|uname|account[ _-]?name|samaccountname|nick(?:name)?|remote[ _-]?user"
    r"|euser|ruser|suser|duser|db[ _-]?user|логин[а-яіыу]{0,4}(?:[ ]\w{1,8}){0,2}|имя[ ]пользователя|уч[её]тн(?:ая|ой)[ ]запис[ьи]|пользовател[ья]"
    r"|пайдаланушы(?:[ ]аты)?|пайдаланушының[ ]аты|тіркелгі|login[iі]|paidalanushy(?:[ ]aty)?"
)
_KEYED = later(
    rf"(?<![^\W_])(?:{_WORDS}){_SIGN}(?:[A-Z][A-Z0-9-]{{1,14}}\\{{1,2}})?(?P<name>{_NAME}){_END}",
    re.IGNORECASE,
)
# Programs that write sentences: sshd, sudo, su, PAM, PostgreSQL, web servers.
_SENTENCES = later(
    rf"(?:(?:Accepted|Failed)[ ][a-z/-]{{4,24}}[ ]for[ ](?:(?:invalid|illegal)[ ]user[ ])?"
    rf"|(?:[Ii]nvalid|[Ii]llegal|[Uu]nknown)[ ]user[ ]|session[ ](?:opened|closed)[ ]for[ ]user[ ]|for[ ]user[ ][\"']?"
    rf"|authenticating[ ]user[ ]|sudo(?:\[[0-9]+\])?:[ ]{{1,8}}(?=[^ ]{{1,32}}[ ]:[ ])"
    rf"|(?:логин[а-яі]{{0,4}}|login|account|logged[ ]in[ ]as|уч[её]тка)[ ](?=[a-z0-9_.-]*[0-9_.-])"
    rf"|(?:пользовател(?:ь|я|ю|ем)|пайдаланушы(?:ның)?)[ ](?=[a-z][a-z0-9_.-]*[0-9_.-][a-z0-9]|[a-z]{{4,}}[ ]+[а-яәғқңөұүһі]))"
    rf"(?P<name>{_NAME})(?![\w@])"
)
_REQUEST = later(rf"(?m:^)[0-9a-fA-F.:]{{3,45}}[ ]-[ ](?P<name>{_NAME})[ ]\[[0-9]{{2}}/")
_ALONE = later(rf"(?m:^)(?P<name>{_NAME})(?=\r?(?m:$))")
PREFILTER = (
    r"(?:user|usr|log|name|nick|account|логин|уч[её]тк|имя пользователя|запис|пользовател|пайдаланушы|тіркелгі|paidalanushy).{0,30}",
    r"for (?:invalid )?[a-z0-9_]",
    r"[0-9a-f] - [a-z0-9_][^ ]* \[[0-9]",
    r"sudo",
    r"^[a-z0-9_][a-z0-9_.-]{1,63}$",
)
"""One of these hits every line that has a name."""


@dataclass(frozen=True, slots=True)
class FoundUsername:
    """A name in a text."""

    start: int
    end: int
    score: float
    rule: str
    value: str


@dataclass(frozen=True, slots=True)
class Username:
    """The name as it is told from others: in small letters."""

    name: str


@emptied
def compact(number: str) -> str:
    """Strip blanks, quotation marks and the domain before a backslash.

    >>> compact("'CORP\\\\asynaq'")
    'asynaq'
    """
    return number.strip(" \t\"'«»`").rpartition("\\")[2]


@emptied
def validate(number: str) -> str:
    """Return the name, or raise :class:`InvalidNumber`."""
    return parse(number).name


@emptied
def is_valid(number: str) -> bool:
    """Tell whether a person may log in by it."""
    return passes(parse, number)


@emptied
def parse(number: str) -> Username:
    """Read a name."""
    name = compact(number)
    if not _FORM.fullmatch(name) or not any(map(str.isalpha, name)) or len(name) < 3:
        raise InvalidFormat("format", "letters, digits, dots and hyphens, three of them at least")
    if name.casefold() in SYSTEM:
        raise InvalidComponent("system", "an account of the system")
    return Username(name.casefold())


@emptied
def format(number: str) -> str:
    """Write it in small letters, as systems compare it."""
    return validate(number)


def find(text: str) -> Iterator[FoundUsername]:
    """Find the names that something beside them calls so; a line of one word is one if its label stands outside."""
    seen: set[int] = set()
    found = []
    for pattern, score, rule in (
        (_SENTENCES, 0.6, "a sentence of a log"),
        (_REQUEST, 0.6, "a request"),
        (_KEYED, 0.6, "after its label"),
        (_ALONE, 0.1, "one word"),
    ):
        for match in pattern.finditer(text):
            start, end = match.span("name")
            if start not in seen and is_valid(match["name"]):
                seen.add(start)
                found.append(FoundUsername(start, end, score, rule, match["name"]))
    yield from sorted(found, key=lambda each: each.start)
