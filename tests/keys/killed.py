"""A process that is gone before one of its steps on the disk."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from typing import Any

__all__ = ["killed_before_step"]

STEPS = ("open", "fsync", "replace", "rename", "unlink", "link", "chmod", "mkdir")


def killed_before_step(at: int, run: Callable[[], Any]) -> bool:
    """Run it in a child that is killed before its step ``at``, from 1; False: it had fewer and came to its end."""
    child = os.fork()
    if not child:
        count = 0

        def mortal(real: Callable[..., Any]) -> Callable[..., Any]:
            def step(*args: Any, **more: Any) -> Any:
                nonlocal count
                count += 1
                if count == at:
                    os.kill(os.getpid(), signal.SIGKILL)
                return real(*args, **more)

            return step

        for name in STEPS:
            setattr(os, name, mortal(getattr(os, name)))
        try:
            run()
        except BaseException:  # noqa: BLE001 - told by the exit code
            os._exit(1)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    assert status in (0, signal.SIGKILL), status
    return status == signal.SIGKILL
