"""A webhook is told what a scan came to, in counts; a real server of this machine listens."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from piiguard.cli import main, webhook
from piiguard.report.notification import to_notification
from piiguard.scan.finding import ScanReport
from tests.corpora import values
from tests.report.test_schema import validator

SECRET = "t0ken-of-the-hook"
LANGUAGES = ("en", "ru", "kk")


class Listener:
    """What a server was sent; each request is answered with the next of ``codes``, the last one for ever."""

    def __init__(self, codes: tuple[int, ...]) -> None:
        self.codes, self.bodies, self.headers = list(codes), [], []  # type: ignore[var-annotated]
        self.server = HTTPServer(("127.0.0.1", 0), self._handler())
        self.url = f"http://user:{SECRET}@127.0.0.1:{self.server.server_port}/hooks/{SECRET}?t={SECRET}"

    def _handler(own) -> type[BaseHTTPRequestHandler]:
        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                own.bodies.append(self.rfile.read(int(self.headers["Content-Length"])))
                own.headers.append(dict(self.headers))
                self._end()

            def do_GET(self) -> None:
                own.bodies.append(b"GET")
                self._end()

            def _end(self) -> None:
                code = own.codes.pop(0) if len(own.codes) > 1 else own.codes[0]
                self.send_response(code)
                if code in (301, 302, 307):
                    self.send_header("Location", "/elsewhere")
                self.end_headers()
                self.wfile.write(SECRET.encode())

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        return Handler


@contextmanager
def listening(*codes: int) -> Iterator[Listener]:
    listener = Listener(codes or (204,))
    thread = threading.Thread(target=listener.server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield listener
    finally:
        listener.server.shutdown()
        thread.join()
        listener.server.server_close()


@pytest.fixture(autouse=True)
def no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is tried again at once, and through no proxy of the machine."""
    monkeypatch.setattr(webhook, "PAUSES", (0.0, 0.0))
    monkeypatch.setenv("NO_PROXY", "*")


@pytest.fixture
def log(tmp_path: Path) -> tuple[Path, str]:
    file, [value] = tmp_path / "app.log", values("KZ_IIN", 1)
    file.write_text(f"ИИН {value}\n", "utf-8")
    return file, value


def sent(listener: Listener) -> dict[str, Any]:
    [body] = listener.bodies
    return dict(json.loads(body))


def test_it_counts_what_the_report_lists(report: ScanReport) -> None:
    document = to_notification(report, known={report.unprotected[0].id})
    validator("notification.schema.json").validate(document)
    places = sum(entity["places"] for entity in document["entities"])
    assert document["unprotected"] == len(report.unprotected) == places
    assert document["new"] == len(report.unprotected) - 1 == sum(e["new"] for e in document["entities"])
    assert document["unread"] == len([place for place in report.unread if not place.accepted])
    assert (document["exit"], document["complete"]) == (report.exit, report.complete)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_its_text_is_one_line_that_a_chat_shows(report: ScanReport, lang: Any) -> None:
    text = to_notification(report, lang=lang)["text"]
    assert "\n" not in text
    assert str(len(report.unprotected)) in text


def test_no_place_and_no_shape_of_a_value_is_sent(report: ScanReport) -> None:
    written = json.dumps(to_notification(report), ensure_ascii=False)
    for finding in report.findings:
        assert finding.place in (finding.target, "") or finding.place not in written
        assert not finding.masked or finding.masked not in written


def test_a_scan_tells_it_whatever_it_came_to(log: tuple[Path, str], tmp_path: Path) -> None:
    clean = tmp_path / "clean.log"
    clean.write_text("nothing\n")
    for target, code in ((log[0], 3), (clean, 0), (tmp_path / "nothing-*.log", 4)):
        with listening() as listener:
            assert main.run(["scan", str(target), "--notify", listener.url]) == code
        assert sent(listener)["exit"] == code
        validator("notification.schema.json").validate(sent(listener))
        [headers] = listener.headers
        assert headers["Content-Type"] == "application/json"


def test_the_name_and_the_password_of_the_address_are_its_credentials(log: tuple[Path, str]) -> None:
    with listening() as listener:
        main.run(["scan", str(log[0]), "--notify", listener.url])
    [headers] = listener.headers
    assert headers["Authorization"].startswith("Basic ")
    assert "@" not in headers["Host"]


@pytest.mark.parametrize(
    ("codes", "requests"),
    [((500, 204), 2), ((503, 429, 200), 3), ((500,), 3), ((404,), 1), ((302,), 1), ((307,), 1)],
)
def test_what_may_pass_is_tried_again_and_nothing_else(
    log: tuple[Path, str], capsys: pytest.CaptureFixture[str], codes: tuple[int, ...], requests: int
) -> None:
    with listening(*codes) as listener:
        code = main.run(["scan", str(log[0]), "--notify", listener.url])
    assert len(listener.bodies) == requests
    assert b"GET" not in listener.bodies
    assert code == (3 if codes[-1] < 300 else 1)
    assert (str(codes[-1]) in capsys.readouterr().err) == (codes[-1] >= 300)


def test_a_failure_shows_the_host_and_no_credential(
    log: tuple[Path, str], capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    with listening() as listener:
        url = listener.url
    report = tmp_path / "o.json"
    code = main.run(["scan", str(log[0]), "--format", "json", "-o", str(report), "--notify", url])
    said = capsys.readouterr()
    assert code == 1
    assert json.loads(report.read_text("utf-8"))["exit"] == 3
    assert "127.0.0.1" in said.err
    assert SECRET not in said.err + said.out
    assert log[1] not in said.err + said.out


@pytest.mark.parametrize(
    "url",
    [
        "",
        "ftp://h/",
        "file:///etc/hostname",
        "https://",
        "hook",
        "http://[",
        "http://h:99999/",
        "http://h/\r\nX: y",
        "//h/",
    ],
)
def test_what_is_no_address_is_refused_before_anything_is_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], url: str
) -> None:
    assert main.run(["scan", str(tmp_path / "not-there"), "--notify", url]) == 2
    said = capsys.readouterr().err
    assert "--notify" in said
    assert len(url) < 9 or url not in said
