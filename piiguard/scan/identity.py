"""What a target is, wherever it is reached from: laptop, CI and replica have other hosts, accounts and drivers.

A file is its path. A database on a server is the family of its server and its own name; ``--name`` says more.
"""

from __future__ import annotations

import re

__all__ = ["identity"]

_SERVER = re.compile(r"(\w+)(?:\+\w+)?://[^/]*(?:/(.*))?", re.DOTALL)
_FAMILIES = {
    "postgres": "postgresql",
    "postgresql": "postgresql",
    "cockroachdb": "cockroachdb",
    "mysql": "mysql",
    "mariadb": "mysql",
    "mssql": "mssql",
    "oracle": "oracle",
}


def identity(target: str) -> str:
    """The target without what depends on where the scan runs.

    >>> identity("postgresql+psycopg://reader:***@10.0.0.7:5433/crm"), identity("mariadb+pymysql://localhost/crm")
    ('postgresql/crm', 'mysql/crm')
    >>> identity("sqlite:///crm.db"), identity("s3a://lake/people"), identity("app.log"), identity("crm")
    ('sqlite:///crm.db', 's3a://lake/people', 'app.log', 'crm')
    """
    found = _SERVER.fullmatch(target)
    family = _FAMILIES.get(found[1]) if found else None
    return f"{family}/{found[2] or ''}" if found and family else target
