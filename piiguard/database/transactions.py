"""Whether the list of transactions that InnoDB has open is new.

The server keeps it for whoever asks within a tenth of a second of anybody's last question, a monitor's as well, and a
transaction that began meanwhile is not in it (MariaDB's and MySQL's pages about INNODB_TRX). So whoever asks opens a
transaction of his own first: a list in which that stands is new enough, and none that is read later is older.
"""

from __future__ import annotations

import time

import sqlalchemy as sa

__all__ = ["list_is_new"]

_PAUSE = 0.15
_ATTEMPTS = 20
_OWN = "select count(*) from information_schema.innodb_trx where trx_mysql_thread_id = connection_id()"


def list_is_new(connection: sa.Connection) -> bool:
    """Begin another transaction on this connection, and wait until it is listed; False: others ask without a pause.

    Raises: the driver's error where the account lacks the right PROCESS.
    """
    connection.exec_driver_sql("start transaction read only, with consistent snapshot")
    for _ in range(_ATTEMPTS):
        if connection.exec_driver_sql(_OWN).scalar():
            return True
        time.sleep(_PAUSE)
    return False
