"""Whether an account may see every table of its database: MariaDB and MySQL do not show one on which it has no grant.

>>> covers("GRANT SELECT, LOCK TABLES ON `sch\\\\_ool`.* TO `r`@`%`", "sch_ool"), covers("GRANT USAGE ON *.* TO `r`@`%`", "crm")
(True, False)
>>> covers("GRANT ALL PRIVILEGES ON *.* TO `r`@`%`", "crm"), covers("GRANT SELECT ON `crm`.`students` TO `r`@`%`", "crm")
(True, False)
"""

from __future__ import annotations

import re

import sqlalchemy as sa

__all__ = ["HIDDEN", "covers", "hides"]

HIDDEN = "permission denied for what this account is not shown: it has no SELECT on the whole database"
_GRANT = re.compile(r"GRANT (?P<privileges>.+?) ON (?P<where>\*|`(?:[^`]|``)+`)\.\* TO ")


def hides(connection: sa.Connection) -> bool:
    """Whether there may be tables that this account does not see."""
    if connection.dialect.name not in ("mysql", "mariadb"):
        return False
    name = connection.scalar(sa.text("select database()"))
    return not any(covers(str(line), str(name)) for line in connection.scalars(sa.text("show grants")))


def covers(grant: str, database: str) -> bool:
    """Whether a line of SHOW GRANTS gives SELECT on all tables of a database, whose name may be a pattern there."""
    found = _GRANT.match(grant)
    if found is None or not {"SELECT", "ALL PRIVILEGES"} & set(found["privileges"].split(", ")):
        return False
    where = found["where"]
    return where == "*" or _pattern(where[1:-1].replace("``", "`")).fullmatch(database) is not None


def _pattern(text: str) -> re.Pattern[str]:
    signs = re.findall(r"\\.|.", text, re.DOTALL)
    made = {"%": ".*", "_": "."}
    return re.compile(
        "".join(made.get(sign, re.escape(sign[-1])) for sign in signs), re.DOTALL | re.IGNORECASE
    )
