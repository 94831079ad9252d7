"""Takes limits that cannot be lifted again, and then becomes the program that reads pictures; run as a script.

``launch.py SECONDS BYTES PROGRAM ARGUMENT…``: processor time and address space. No core and no file is written, no process is
begun, and where the system lets anybody give up the network, it is given up.
"""

from __future__ import annotations

import os
import resource
import sys
from contextlib import suppress

_DESCRIPTORS = 32
_NEW_USER, _NEW_NETWORK = 0x10000000, 0x40000000
"""CLONE_NEWUSER and CLONE_NEWNET of linux/sched.h."""


def main() -> None:
    """Become the program."""
    seconds, memory, *command = sys.argv[1:]
    limits = {
        resource.RLIMIT_CPU: int(seconds),
        resource.RLIMIT_AS: int(memory),
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_FSIZE: 0,
        resource.RLIMIT_NOFILE: _DESCRIPTORS,
        resource.RLIMIT_NPROC: 0,
    }
    for limit, most in limits.items():
        hard = resource.getrlimit(limit)[1]
        own = most if hard == resource.RLIM_INFINITY else min(most, hard)
        # one second more of the processor: at the first limit it is told, and so are we
        last = own + 1 if limit == resource.RLIMIT_CPU and own != hard else own
        resource.setrlimit(limit, (own, last))
    unshare = getattr(os, "unshare", None)  # Python 3.12, on Linux
    if unshare:
        with suppress(OSError):  # a system that lets nobody: there is no address in what it is given
            unshare(_NEW_USER | _NEW_NETWORK)
    os.execv(command[0], command)  # noqa: S606 - without a shell, and by its whole path


if __name__ == "__main__":
    main()
