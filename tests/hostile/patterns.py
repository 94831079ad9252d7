"""Prints every regular expression that the modules of the package write, as a list of patterns, by module, in JSON.

It runs as a program of its own: what is imported already has written its patterns before anybody could listen.
"""

from __future__ import annotations

import importlib
import json
import pkgutil
import re
import sys
from collections import defaultdict

import piiguard
from piiguard.recognizers.checks import later


def main() -> None:
    written: dict[str, set[tuple[str, int]]] = defaultdict(set)
    compiled = re.compile

    def listen(pattern: str | bytes, flags: int = 0) -> re.Pattern[str]:
        module = sys._getframe(1).f_globals["__name__"]
        if module == later.__name__:
            module = sys._getframe(2).f_globals["__name__"]
        if module.startswith("piiguard."):
            text = pattern if isinstance(pattern, str) else pattern.decode("latin-1")
            written[module].add((text, int(flags)))
        return compiled(pattern, flags)  # type: ignore[arg-type]

    re.compile = listen  # type: ignore[assignment]
    later.later.__globals__["_Later"] = listen
    for module in pkgutil.walk_packages(piiguard.__path__, "piiguard."):
        importlib.import_module(module.name)
    print(json.dumps({module: sorted(patterns) for module, patterns in written.items()}))


if __name__ == "__main__":
    main()
