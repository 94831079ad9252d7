"""Law 9, the shape: who takes a record apart, copies it, or sends it to another process finds what was there, without values."""

from __future__ import annotations

import io
import logging
import logging.handlers
import multiprocessing
import pickle
import queue
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
from gunicorn.config import Config
from gunicorn.glogging import Logger as GunicornLogger
from gunicorn.glogging import SafeAtoms
from pythonjsonlogger.json import JsonFormatter
from uvicorn.logging import AccessFormatter

from piiguard.redact import RedactingFilter, Redactor

IIN, PHONE, CARD = "050312300015", 77011234567, 4111111111111111


@pytest.fixture(scope="module")
def redacting() -> RedactingFilter:
    return RedactingFilter(Redactor("tag"))


def record_of(msg: Any, *args: Any, **extra: Any) -> logging.LogRecord:
    record = logging.LogRecord("app", logging.INFO, "/srv/app.py", 1, msg, args, None)
    record.__dict__.update(extra)
    return record


def redacted(redacting: RedactingFilter, msg: Any, *args: Any, **extra: Any) -> logging.LogRecord:
    record = record_of(msg, *args, **extra)
    assert redacting.filter(record)
    return record


@pytest.mark.parametrize("colour", [True, False])
@pytest.mark.parametrize("query", [f"iin={IIN}", "page=2", f"phone=%2B{PHONE}"])
def test_the_access_formatter_of_uvicorn_unpacks_five_arguments(
    redacting: RedactingFilter, colour: bool, query: str
) -> None:
    formatter = AccessFormatter('%(client_addr)s "%(request_line)s" %(status_code)s', use_colors=colour)
    record = record_of('%s - "%s %s HTTP/%s" %d', "127.0.0.1:5", "GET", f"/clients?{query}", "1.1", 404)
    plain = formatter.format(record)
    redacting.filter(record)
    text = formatter.format(record)
    assert IIN not in text
    assert str(PHONE) not in text
    assert (text == plain) == (query == "page=2")
    assert "GET /clients?" in text
    assert "404 Not Found" in text


@pytest.mark.parametrize("query", [f"iin={IIN}", "page=2"])
def test_the_access_log_of_gunicorn_answers_for_headers_that_are_not_there(
    redacting: RedactingFilter, query: str
) -> None:
    config = Config()
    config.set("accesslog", "-")
    config.set("access_log_format", '%(h)s "%(r)s" %(s)s %(b)s "%({X-Request-Id}i)s" "%({none}i)s"')
    logger, shown = GunicornLogger(config), io.StringIO()
    handler = logging.StreamHandler(shown)
    handler.addFilter(redacting)
    logger.access_log.handlers = [handler]
    response = SimpleNamespace(status="200 OK", sent=17, headers=[])
    request = SimpleNamespace(headers=[("X-REQUEST-ID", "abc")])
    told = {
        "REQUEST_METHOD": "GET",
        "RAW_URI": f"/c?{query}",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "::1",
    }
    logger.access(response, request, told, SimpleNamespace(seconds=0, microseconds=5, days=0))
    assert shown.getvalue() == f'::1 "GET /c?{query} HTTP/1.1" 200 17 "abc" "-"\n'.replace(IIN, "<KZ_IIN>")


def test_a_mapping_of_arguments_stays_of_its_kind(redacting: RedactingFilter) -> None:
    record = redacted(redacting, "%(r)s %(none)s", SafeAtoms({"r": f"iin={IIN}", "a": "b"}))
    assert type(record.args) is SafeAtoms
    assert dict(vars(record)["args"]) == {"r": "iin=<KZ_IIN>", "a": "b"}


def test_a_number_that_is_a_value_stays_a_number(redacting: RedactingFilter) -> None:
    record = redacted(redacting, "phone: %d, card: %012d, took %.1f, %d rows", PHONE, CARD, 0.25, 7)
    assert record.getMessage() == "phone: <KZ_PHONE>, card: <CREDIT_CARD>, took 0.2, 7 rows"
    args: Any = record.args
    assert "%d %d %.1f %d" % args == "0 0 0.2 7"  # noqa: UP031 - as formatters do
    assert [type(arg).__mro__[-2] for arg in args] == [int, int, float, int]
    assert f"{args[0]} {args[0]!r}" == "<KZ_PHONE> <KZ_PHONE>"


@pytest.mark.parametrize(
    ("spec", "number", "written"), [("%d", 87011234567, "87011234567"), ("%012d", 87011234567, "087011234567"), ("%.0f", 87011234567.0, "87011234567")]
)  # fmt: skip
def test_a_number_that_the_message_calls_another_thing_stays(
    redacting: RedactingFilter, spec: str, number: float, written: str
) -> None:
    text = redacted(redacting, f"order_id={spec} sum=%d", number, 5).getMessage()
    assert text in (f"order_id={written} sum=5", "order_id=<KZ_PHONE> sum=5")


def test_what_is_clean_is_the_same_object(redacting: RedactingFilter) -> None:
    class Thing:
        pass

    message, thing, items = {"event": "saved"}, Thing(), ["a", ("b", 3)]
    args = (thing, items, 5, None)
    record = redacted(redacting, "%s %s %d %s", *args, thing=thing, items=items, rows={"n": 5})
    assert record.msg == "%s %s %d %s"
    assert record.args == args
    assert record.args[1] is items
    assert vars(record)["thing"] is thing
    assert vars(record)["items"] is items
    assert redacted(redacting, message).msg is message


def test_a_dict_as_message_stays_a_dict(redacting: RedactingFilter) -> None:
    record = redacted(redacting, {"event": "saved", "iin": 50312300015, "clients": [{"phone": f"+{PHONE}"}]})
    assert record.msg == {"event": "saved", "iin": "<KZ_IIN>", "clients": [{"phone": "<KZ_PHONE>"}]}
    assert '"event": "saved", "iin": "<KZ_IIN>"' in JsonFormatter().format(record)


def test_an_object_whose_text_shows_a_value_is_still_asked_for_its_parts(redacting: RedactingFilter) -> None:
    class Request:
        method, path, status = "GET", f"/c/{IIN}", 200

        def __repr__(self) -> str:
            return f"Call(GET {self.path})"

        def url(self, host: str) -> str:
            return f"https://{host}{self.path}"

    record = redacted(redacting, "failed", call=Request(), amount=Decimal(50312300015))
    request = vars(record)["call"]
    assert (request.method, request.path, request.status) == ("GET", "/c/<KZ_IIN>", 200)
    assert request.url("example.kz") == "https://example.kz/c/<KZ_IIN>"
    assert f"{request} {request!r}" == "Call(GET /c/<KZ_IIN>) Call(GET /c/<KZ_IIN>)"
    assert pickle.loads(pickle.dumps(request)) == "Call(GET /c/<KZ_IIN>)"  # noqa: S301 - our own
    with pytest.raises(AttributeError):
        request.body  # noqa: B018


class Untold:
    """Says one thing, and fails to say the other."""

    def __init__(self, text: str) -> None:
        self.text = text

    def __str__(self) -> str:
        return self.text

    def __repr__(self) -> str:
        raise RuntimeError(IIN)


class Unshown(Untold):
    def __str__(self) -> str:
        raise RuntimeError(IIN)

    def __repr__(self) -> str:
        return self.text


@pytest.mark.parametrize("text", ["ok", f"ИИН {IIN}"])
@pytest.mark.parametrize(("spec", "kind"), [("%s", Untold), ("%r", Unshown)])
def test_an_object_that_cannot_tell_what_nobody_asks_for_takes_nothing_with_it(
    redacting: RedactingFilter, spec: str, kind: type[Untold], text: str
) -> None:
    before = redacting.withheld
    record = redacted(redacting, f"order 17: {spec}", kind(text), client=kind(text))
    assert record.getMessage() == f"order 17: {text.replace(IIN, '<KZ_IIN>')}"
    assert (record.name, redacting.withheld) == ("app", before)
    told = {str(record.client), repr(record.client)}  # type: ignore[attr-defined]
    failed = "<repr() failed: Untold>" if kind is Untold else "<str() failed: Unshown>"
    assert told == {text.replace(IIN, "<KZ_IIN>"), failed}


def test_redacting_twice_changes_nothing(redacting: RedactingFilter) -> None:
    record = redacted(redacting, "phone: %d %r", PHONE, f"iin {IIN}", iin=IIN)
    once = record.getMessage(), record.args, vars(record)["iin"]
    redacting.filter(record)
    assert (record.getMessage(), record.args, vars(record)["iin"]) == once


def test_a_record_goes_through_a_queue(redacting: RedactingFilter) -> None:
    for on_the_way in (True, False):
        kept: queue.SimpleQueue[Any] = queue.SimpleQueue()
        sender, shown = logging.handlers.QueueHandler(kept), io.StringIO()
        receiver = logging.StreamHandler(shown)
        (sender if on_the_way else receiver).addFilter(redacting)
        listener = logging.handlers.QueueListener(kept, receiver)
        listener.start()
        logger = logging.Logger("app")  # noqa: LOG001 - a logger of its own, outside the tree
        logger.addHandler(sender)
        logger.info("phone: %d", PHONE)
        try:
            raise KeyError(IIN)
        except KeyError:
            logger.exception("iin %s", IIN)
        listener.stop()
        assert shown.getvalue().startswith("phone: <KZ_PHONE>\niin <KZ_IIN>\nTraceback")
        assert "KeyError: '<KZ_IIN>'" in shown.getvalue()
        assert IIN not in shown.getvalue()


def test_a_record_can_be_pickled_for_a_socket(redacting: RedactingFilter) -> None:
    record = redacted(redacting, "phone: %d %s", PHONE, [IIN], iin=50312300015)
    sent = logging.handlers.SocketHandler("localhost", 1).makePickle(record)
    assert pickle.loads(sent[4:])["msg"] == "phone: <KZ_PHONE> ['<KZ_IIN>']"  # noqa: S301 - our own
    again = pickle.loads(pickle.dumps(record))  # noqa: S301
    assert again.getMessage() == record.getMessage()
    for trace in (repr(vars(again)), sent.decode("latin-1")):
        assert IIN not in trace
        assert str(PHONE) not in trace


@pytest.mark.skipif("fork" not in multiprocessing.get_all_start_methods(), reason="no fork here")
def test_processes_log_at_once(redacting: RedactingFilter) -> None:
    fork = multiprocessing.get_context("fork")
    kept: Any = fork.Queue()
    workers = [fork.Process(target=log_many, args=(redacting, kept)) for _ in range(2)]
    for worker in workers:
        worker.start()
    records = [kept.get(timeout=30) for _ in range(2 * 20)]
    for worker in workers:
        worker.join(30)
    assert {record.getMessage() for record in records} == {"phone: <KZ_PHONE> of <KZ_IIN>"}


def log_many(redacting: RedactingFilter, kept: Any) -> None:
    logger = logging.Logger("app")  # noqa: LOG001
    handler = logging.handlers.QueueHandler(kept)
    handler.addFilter(redacting)
    logger.addHandler(handler)
    for _ in range(20):
        logger.info("phone: %d of %s", PHONE, IIN)


def test_a_redactor_that_fails_is_counted_and_every_formatter_still_writes_the_record(broken: Any) -> None:
    redacting = RedactingFilter(broken)
    access = AccessFormatter("%(client_addr)s %(request_line)s %(status_code)s", use_colors=True)
    records = [
        (record_of('%s - "%s %s HTTP/%s" %d', "::1", "GET", f"/{IIN}", "1.1", 200), access),
        (record_of('"%(r)s" %(none)s', SafeAtoms({"r": IIN})), logging.Formatter()),
        (record_of({"iin": IIN}), JsonFormatter()),
        (record_of("%s %d", IIN, PHONE, iin=IIN), logging.Formatter("%(message)s %(args)s")),
    ]
    for number, (record, formatter) in enumerate(records, 1):
        assert redacting.filter(record)
        assert redacting.withheld == number
        text = formatter.format(record)
        assert "<withheld by piiguard: RuntimeError>" in text
        assert IIN not in text + repr(vars(record))
        assert str(PHONE) not in text
