"""The recipes of docs/redaction.md, run with the packages they are for."""

from __future__ import annotations

import io
import json
import logging
import logging.config
import re
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

PAGE = Path(__file__).parents[2] / "docs" / "redaction.md"
IIN = "050312300015"
LOGGERS = ("", "uvicorn", "uvicorn.access", "uvicorn.error", "gunicorn.error", "gunicorn.access", "django", "django.server", "celery.task")  # fmt: skip


@pytest.fixture(autouse=True)
def _loggers_as_they_were() -> Iterator[None]:
    known = {name: logging.getLogger(name) for name in LOGGERS}
    before = {name: (log.handlers[:], log.level, log.propagate, log.disabled) for name, log in known.items()}
    yield
    for name, (handlers, level, propagate, disabled) in before.items():
        log = known[name]
        log.handlers[:], log.propagate, log.disabled = handlers, propagate, disabled
        log.setLevel(level)


def recipe(name: str) -> dict[str, Any]:
    """Run the recipe; what it has made."""
    found = re.search(
        rf"^### {name}\n.*?```python\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL | re.MULTILINE
    )
    assert found, f"no recipe for {name}"
    made: dict[str, Any] = {"__name__": "recipe"}
    exec(compile(found[1], str(PAGE), "exec", dont_inherit=True), made)  # noqa: S102 - our own page
    return made


def shown(*loggers: str) -> io.StringIO:
    """Where the handlers of these loggers write from now on."""
    stream = io.StringIO()
    for name in loggers:
        for handler in logging.getLogger(name).handlers:
            assert isinstance(handler, logging.StreamHandler)
            handler.setStream(stream)
    return stream


def test_uvicorn() -> None:
    import uvicorn

    uvicorn.Config("app:app", log_config=recipe("uvicorn")["log_config"], use_colors=False)
    stream = shown("uvicorn", "uvicorn.access")
    log = logging.getLogger("uvicorn.access")
    log.info('%s - "%s %s HTTP/%s" %d', "127.0.0.1:5", "GET", f"/clients?iin={IIN}", "1.1", 200)
    logging.getLogger("uvicorn.error").info("Started server process [%d]", 17)
    assert stream.getvalue() == (
        'INFO:     127.0.0.1:5 - "GET /clients?iin=<KZ_IIN> HTTP/1.1" 200 OK\n'
        "INFO:     Started server process [17]\n"
    )


def test_gunicorn() -> None:
    from gunicorn.config import Config

    config = Config()
    config.set("accesslog", "-")
    logger = recipe("gunicorn")["logger_class"](config)
    stream = shown("gunicorn.access", "gunicorn.error")
    told = {"REQUEST_METHOD": "GET", "RAW_URI": f"/c?iin={IIN}", "SERVER_PROTOCOL": "HTTP/1.1"}
    response = SimpleNamespace(status="200 OK", sent=17, headers=[])
    logger.access(
        response, SimpleNamespace(headers=[]), told, SimpleNamespace(seconds=0, microseconds=5, days=0)
    )
    logger.error("Error handling request %s", f"/c?iin={IIN}")
    assert '"GET /c?iin=<KZ_IIN> HTTP/1.1" 200 17 "-" "-"' in stream.getvalue()
    assert "Error handling request /c?iin=<KZ_IIN>" in stream.getvalue()


def test_django() -> None:
    from django.conf import settings

    if not settings.configured:
        settings.configure(ALLOWED_HOSTS=["*"], DATABASES={})
    from django.http import HttpResponse
    from django.test import RequestFactory
    from django.utils.log import log_response

    logging.config.dictConfig(recipe("Django")["LOGGING"])
    stream = shown("django", "django.server")
    request = RequestFactory().get(f"/c?iin={IIN}")
    log_response("%s: %s", "Not Found", f"/c?iin={IIN}", request=request, response=HttpResponse(status=404))
    server = logging.getLogger("django.server")
    server.info(
        '"%s" %s %s',
        f"GET /c?iin={IIN} HTTP/1.1",
        "200",
        "17",
        extra={"status_code": 200, "request": request},
    )
    assert "Not Found: /c?iin=<KZ_IIN>" in stream.getvalue()
    assert '"GET /c?iin=<KZ_IIN> HTTP/1.1" 200 17' in stream.getvalue()
    assert IIN not in stream.getvalue()


def test_celery() -> None:
    from celery import Celery
    from celery.signals import after_setup_logger, after_setup_task_logger
    from celery.utils.log import get_task_logger

    redact_log = recipe("Celery")["redact_log"]
    stream = io.StringIO()
    app = Celery("recipe", broker="memory://", backend="cache+memory://")
    try:
        app.log.setup_task_loggers(loglevel="INFO", logfile=stream, colorize=False)
    finally:
        after_setup_logger.disconnect(redact_log)
        after_setup_task_logger.disconnect(redact_log)
    log = get_task_logger("recipe")

    def work(iin: str) -> None:
        told = {"name": "import_client", "return_value": {"iin": iin}, "runtime": 0.25}
        log.info("Task %(name)s succeeded in %(runtime)ss: %(return_value)s", told)

    app.task(work, name="import_client").apply(args=[IIN])
    assert "Task import_client succeeded in 0.25s: {'iin': '<KZ_IIN>'}" in stream.getvalue()
    assert "import_client[" in stream.getvalue()


def test_structlog(capsys: pytest.CaptureFixture[str]) -> None:
    import structlog

    try:
        recipe("structlog")
        structlog.get_logger().info("saved", iin=IIN, rows=5)
    finally:
        structlog.reset_defaults()
    assert json.loads(capsys.readouterr().out) == {"event": "saved", "iin": "05**********", "rows": 5}


def test_sentry() -> None:
    import sentry_sdk

    made = recipe("Sentry")
    event = made["hook"]({"message": f"ИИН {IIN}", "extra": {"iin": IIN}}, {})
    sentry_sdk.get_global_scope().set_client(None)
    assert event == {"message": "ИИН 05**********", "extra": {"iin": "05**********"}}
