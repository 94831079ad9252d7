"""presidio-cli with our recognizers: its configuration cannot name an engine, so it is given one.

Run: pip install 'piiguard[scan]' presidio-cli; python examples/presidio/cli.py app.log

`piiguard scan` reads more and is many times as fast; this is for those who have presidio-cli in their pipeline.
"""

from __future__ import annotations

import presidio_cli.config
from presidio_cli.cli import run

from piiguard.recognizers import kz_analyzer

presidio_cli.config.AnalyzerEngine = kz_analyzer

if __name__ == "__main__":
    run()
