"""Sentry: events of the real SDK, caught before they would be sent."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import sentry_sdk
from sentry_sdk.integrations.logging import EventHandler
from sentry_sdk.transport import Transport

from piiguard.redact.log_filter import RedactingFilter
from piiguard.redact.redactor import Redactor
from piiguard.redact.sentry_hook import RedactingHook

Check = Callable[[str], None]


class Kept(Transport):
    """A transport that sends nothing."""

    def __init__(self, *_options: Any) -> None:
        super().__init__()
        self.sent: list[str] = []

    def capture_envelope(self, envelope: Any) -> None:
        self.sent += [item.get_bytes().decode() for item in envelope.items]


@pytest.fixture(params=["sound", "broken"])
def kept(request: pytest.FixtureRequest, redactor: Redactor, broken: Any) -> Iterator[Kept]:
    transport = Kept()
    hook = RedactingHook(redactor if request.param == "sound" else broken)
    sentry_sdk.init(
        dsn="http://key@localhost/1",
        transport=transport,
        before_send=hook,
        before_send_transaction=hook,
        before_breadcrumb=hook,
        traces_sample_rate=1.0,
        default_integrations=True,
    )
    yield transport
    sentry_sdk.init(dsn=None)


def test_exception_with_variables_user_tags_and_breadcrumbs_is_clean(
    kept: Kept, planted: str, assert_clean: Check
) -> None:
    def fail(iin: str) -> None:
        local = {"phone": [iin]}
        raise ValueError(f"ИИН, тел. или счёт: {iin}, {len(local)}")

    sentry_sdk.set_user({"id": planted, "email": planted})
    sentry_sdk.set_tag("iin", planted)
    sentry_sdk.set_context("student", {"iin": planted})
    sentry_sdk.add_breadcrumb(message=f"ИИН, тел. или счёт: {planted}", data={"iin": planted})
    logging.getLogger("app").warning("ИИН, тел. или счёт: %s", planted)
    try:
        fail(planted)
    except ValueError as error:
        sentry_sdk.capture_exception(error)
    sentry_sdk.flush()
    events = [json.loads(text) for text in kept.sent if '"event_id"' in text]
    assert len(events) == 1, "the event must not be lost"
    assert_clean(json.dumps(events, ensure_ascii=False))


def test_transaction_is_clean(kept: Kept, planted: str, assert_clean: Check) -> None:
    with sentry_sdk.start_transaction(op="task", name=f"ИИН, тел., счёт: {planted}") as transaction:
        transaction.set_data("iin", planted)
    sentry_sdk.flush()
    assert any('"transaction"' in text for text in kept.sent)
    assert_clean("".join(kept.sent))


def test_ids_and_clean_parts_stay(redactor: Redactor) -> None:
    event = {
        "event_id": "a" * 32,
        "timestamp": 1763700000.5,
        "level": "error",
        "message": "no value",
        "extra": {"n": 3},
    }
    assert RedactingHook(redactor)(event, {}) == event


def test_records_that_a_filter_has_redacted_reach_sentry_without_variables(
    redactor: Redactor, planted: str, assert_clean: Check
) -> None:
    transport = Kept()
    sentry_sdk.init(dsn="http://key@localhost/1", transport=transport, default_integrations=False)
    logger = logging.Logger("test")  # noqa: LOG001 - a logger of its own, outside the tree
    handler = EventHandler()
    handler.addFilter(RedactingFilter(redactor))
    logger.addHandler(handler)
    try:
        list(map(int, [f"no number, {planted}"]))
    except ValueError:
        logger.exception("failed")
    sentry_sdk.flush()
    sentry_sdk.init(dsn=None)
    events = [json.loads(text) for text in transport.sent if '"event_id"' in text]
    exception = events[0]["exception"]  # the rest is of the tests before
    assert [value["type"] for value in exception["values"]] == ["ValueError"]
    assert_clean(json.dumps(exception, ensure_ascii=False))
