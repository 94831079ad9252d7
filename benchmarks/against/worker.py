"""A process that imports one thing to compare and times its steps: ``python -P worker.py FILE FOLDER``, with the path set for it.

It answers the name of a step by its processor seconds and what it counted. No module of the benchmarks is imported here:
a checkout has its own.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Mapping
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path


def loaded(file: str, folder: str) -> Mapping[str, Callable[[], object]]:
    """The steps that a file describes, on the inputs in a folder."""
    spec = spec_from_file_location("steps", file)
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    steps: Mapping[str, Callable[[], object]] = module.steps(Path(folder))
    return steps


def main(file: str, folder: str) -> None:
    """Answer until nothing more is asked."""
    answers, told = os.fdopen(os.dup(1), "w"), os.open(os.devnull, os.O_WRONLY)
    os.dup2(told, 1)  # what a library prints is no answer
    steps = loaded(file, folder)
    print("\t".join(steps), file=answers, flush=True)
    for line in sys.stdin:
        run = steps[line.strip()]
        started = time.process_time()
        try:
            found = run()
        except Exception as reason:  # noqa: BLE001 - its row says so, and the others are measured
            print(type(reason).__name__, file=answers, flush=True)
            continue
        print(time.process_time() - started, found or 0, file=answers, flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
