"""What a log is called, whatever a rotation has made of its name."""

from __future__ import annotations

import re

__all__ = ["log_name"]

_DAY = r"(?:19|20)\d{2}-?[01]\d-?[0-3]\d(?:[-T_.]?\d{2,6})?"
_PRESSED = r"(?:\.(?:gz|bz2|xz|zst))?"
_LOG = r"(?:log|out|err|messages|secure)"
# logrotate and Python append (app.log.1, app.log-20261122.gz); log4j and Windows put the day inside
_APPENDED = re.compile(rf"(.*{_LOG})(?:[.-](?:{_DAY}|\d{{1,3}}|\d{{10}}))+{_PRESSED}", re.IGNORECASE)
_INSIDE = re.compile(rf"(.+?)[._-]{_DAY}(?:[._-]\d{{1,3}})?(\.{_LOG}){_PRESSED}", re.IGNORECASE)


def log_name(name: str) -> str:
    """The name without the number or day of a rotation; of other files the name itself.

    >>> log_name("app.log.1"), log_name("logs/app.log-20261122.gz"), log_name("app-2026-11-22.log")
    ('app.log', 'logs/app.log', 'app.log')
    >>> log_name("backup.1"), log_name("app.log"), log_name("syslog.2.gz")
    ('backup.1', 'app.log', 'syslog')
    """
    if found := _APPENDED.fullmatch(name):
        return found[1]
    found = _INSIDE.fullmatch(name)
    return found[1] + found[2] if found else name
