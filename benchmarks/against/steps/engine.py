"""Finding and redacting: the engine on logs, whole scans of files and of a database, records of ``logging``.

Imports what 0.1.0 has too, so that a checkout of any version can be timed.
"""

from __future__ import annotations

import io
import logging
import os
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from piiguard.detect import BlockReader, Engine

NUMBERS = (
    *("KZ_IIN", "KZ_BIN", "KZ_PHONE", "EMAIL_ADDRESS", "CREDIT_CARD", "IBAN_CODE", "KZ_BIC", "KZ_ID_CARD"),
    *("KZ_PASSPORT", "KZ_DRIVER_LICENSE", "KZ_VEHICLE_PLATE", "KZ_MRZ", "KZ_DOCUMENT_DATE"),
)
SIX = ("KZ_IIN", "KZ_BIN", "KZ_PHONE", "EMAIL_ADDRESS", "CREDIT_CARD", "IBAN_CODE")
OF_PEERS = {
    "stock": None,
    "presidio": ("EMAIL_ADDRESS", "CREDIT_CARD", "IBAN_CODE", "KZ_PHONE"),
    "datafog": ("EMAIL_ADDRESS", "CREDIT_CARD", "KZ_PHONE"),
    "airlock": ("KZ_IIN", "KZ_BIN", "IBAN_CODE", "CREDIT_CARD", "KZ_PHONE", "EMAIL_ADDRESS", "PERSON"),
}
RECORDS = 2_000
CLEAN = (
    "request handled for the course list, nothing unusual; template rendered from the cache and sent to the client "
    "without delay, all steps are done and the connection is kept alive for the next one"
).ljust(200, ".")
LEAKING = "заявка принята, ИИН 050312300015, тел. +7 701 123 45 67; ответ отправлен".ljust(200, ".")


def steps(folder: Path) -> dict[str, Callable[[], object]]:
    """Each step by its name; a step returns how much it found."""
    made: dict[str, Callable[[], object]] = {
        "numbers.log": _log(NUMBERS, folder / "numbers.log"),
        "clean.log numbers": _log(NUMBERS, folder / "clean.log"),
        "all.log": _log(None, folder / "all.log"),
        "clean.log all": _log(None, folder / "clean.log"),
        "orders.log": _log(None, folder / "orders.log"),
        "kingfisher": _log(NUMBERS, folder / "long.log"),
        "redact": _redact(folder / "all.log"),
        "redact.peers": _redact(folder / "peers.log"),
        "bare": _records(CLEAN),
        "clean record": _records(CLEAN, filtered=True),
        "leaking record": _records(LEAKING, filtered=True),
    }
    made |= {f"peers.log {peer}": _log(only, folder / "peers.log") for peer, only in OF_PEERS.items()}
    made |= {f"shape {path.stem}": _log(None, path) for path in sorted(folder.glob("shapes/*.log"))}
    made |= {name: _file(folder / name) for name in ("few.jsonl", "many.jsonl", "customers.csv")}
    made |= {"stream": _stream, "table numbers": _table(SIX), "table all": _table(None)}
    return made


_ENGINES: dict[Any, Engine] = {}


def _engine(entities: tuple[str, ...] | None) -> Engine:
    if entities not in _ENGINES:
        _ENGINES[entities] = Engine(entities=entities)
    return _ENGINES[entities]


def _log(entities: tuple[str, ...] | None, path: Path) -> Callable[[], object]:
    def run() -> int:
        engine, found = _engine(entities), 0
        for block in BlockReader(io.BytesIO(path.read_bytes())):
            found += sum(len(matches) for _, _, matches in engine.lines(block.data, block.seen, block.until))
        return found

    return run


def _redact(path: Path) -> Callable[[], object]:
    from piiguard.redact import Redactor, StreamRedactor

    def run() -> None:
        stream = StreamRedactor(Redactor("tag", engine=_engine(None)))
        stream.feed(path.read_bytes())
        stream.finish()

    return run


def _records(message: str, *, filtered: bool = False) -> Callable[[], object]:
    handler = logging.StreamHandler(io.StringIO())
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
    if filtered:
        from piiguard.redact import RedactingFilter

        handler.addFilter(RedactingFilter())

    def run() -> None:
        for _ in range(RECORDS):
            handler.handle(logging.LogRecord("app", logging.INFO, "app.py", 1, message, None, None))

    return run


def _file(path: Path) -> Callable[[], object]:
    def run() -> int:
        from piiguard.scan import Options
        from piiguard.scan.targets import scan_target

        return len(scan_target(str(path), Options()).findings)

    return run


def _database() -> Any:
    from piiguard import database

    local = "postgresql+psycopg://postgres@127.0.0.1:5432/postgres"
    return database.open_engine(os.environ.get("PIIGUARD_TEST_PG_URL", local))


def _stream() -> None:
    import sqlalchemy as sa

    columns: list[Any] = [
        sa.column(name) for name in ("iin", "full_name", "phone", "email", "address", "note")
    ]
    try:
        from piiguard.read.pages import pages as by_column

        pages: Any = partial(by_column, readings=["long"] * len(columns))
    except ImportError:  # 0.1.0, which gives rows
        from piiguard.scan.reading import pages as by_row

        def pages(*given: Any) -> Any:
            return (list(zip(*page, strict=True)) for page in by_row(*given))

    query = sa.select(*columns).select_from(sa.table("customers", schema="piiguard_bench"))
    with _database().connect() as connection:
        for _ in pages(connection, query):
            """Nothing more is done with it."""


def _table(entities: tuple[str, ...] | None) -> Callable[[], object]:
    def run() -> int:
        from piiguard.scan import Options, scan_database
        from piiguard.scan.options import Limits

        options = Options(entities=entities, sample=None, tables=("piiguard_bench.*",), limits=Limits(0))
        return len(scan_database(_database(), options).findings)

    return run
