"""Every line of the audit trail once more, to where whoever opens the keyring cannot change it.

``PIIGUARD_TRAIL_ALSO`` is ``syslog`` or ``stdout``: one JSON object a line, that of the trail with the keyring's id.
"""

from __future__ import annotations

import os
import socket
import sys
from collections.abc import Callable
from uuid import UUID

from piiguard.errors import KeyringError
from piiguard.keys import chain
from piiguard.keys.chain import Entry

__all__ = ["VARIABLE", "sender"]

VARIABLE = "PIIGUARD_TRAIL_ALSO"
SYSLOG = "/dev/log"
_PRIORITY = b"<85>"  # RFC 3164: facility authpriv (10), severity notice (5)
_PATIENCE = 5.0  # seconds


def sender(keyring: UUID) -> Callable[[Entry], None]:
    """What sends a line; asked for before anything is changed, so that a variable that is wrong stops the command."""
    place = os.environ.get(VARIABLE, "")
    if place not in _PLACES:
        raise KeyringError(f"{VARIABLE}: not understood", hint="it takes syslog or stdout")
    send = _PLACES[place]
    return lambda line: send(chain.spelled({**line, "keyring": str(keyring)}))


def _nowhere(line: bytes) -> None:
    """Where the variable is not set."""


def _to_output(line: bytes) -> None:
    sys.stdout.write(line.decode() + "\n")
    sys.stdout.flush()


def _to_syslog(line: bytes) -> None:
    """By hand: the functions for it do not say when nobody listens."""
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as out:
            out.settimeout(_PATIENCE)
            out.connect(SYSLOG)
            out.send(_PRIORITY + b"piiguard: " + line)
    except (OSError, AttributeError) as error:  # Windows has no such sockets
        reason = getattr(error, "strerror", None) or "there is none here"
        raise KeyringError(
            f"{SYSLOG}: syslog does not take the line of the audit trail: {reason.lower()}",
            hint=f"the trail itself has it; start syslog, or take it out of {VARIABLE}",
        ) from None


_PLACES = {"": _nowhere, "syslog": _to_syslog, "stdout": _to_output}
