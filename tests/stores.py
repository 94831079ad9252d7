"""A store that misbehaves as it is told: the protocol of S3, as far as a scan speaks it, on a socket of this machine."""

from __future__ import annotations

import hashlib
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, quote, unquote, urlsplit
from xml.sax.saxutils import escape

__all__ = ["Answer", "Stub", "stub"]


@dataclass
class Answer:
    """What is sent: ``cut`` bytes of the body and no more, while its whole length was promised."""

    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    cut: int | None = None


def refused(status: int, code: str, **headers: str) -> Answer:
    """An error, with words in it that no report may repeat."""
    said = f"<Error><Code>{code}</Code><Message>AKIANOBODY may not: a-secret-of-nobody</Message></Error>"
    return Answer(status, {"Content-Type": "application/xml", **headers}, said.encode())


@dataclass
class Stub:
    """Objects by their keys; ``on_list`` and ``on_get`` answer in its place where they return something."""

    objects: Mapping[str, bytes]
    page: int = 1000
    on_list: Callable[[dict[str, str]], Answer | None] = lambda query: None
    on_get: Callable[[str, int, int], Answer | None] = lambda key, number, start: None
    """takes the key, how often it was asked for before, and the first byte"""
    asked: list[str] = field(default_factory=list)
    endpoint: str = ""

    def answer(self, method: str, target: str, headers: Any) -> Answer:
        parts = urlsplit(target)
        query = {name: each[0] for name, each in parse_qs(parts.query, keep_blank_values=True).items()}
        key = unquote(parts.path).removeprefix("/leads").removeprefix("/")
        self.asked.append(f"{method} {'list' if 'list-type' in query else key}")
        if method != "GET":
            return refused(405, "MethodNotAllowed")
        if "list-type" in query:
            return self.on_list(query) or self.list(query)
        begin, _, end = headers.get("Range", "bytes=0-").removeprefix("bytes=").partition("-")
        number = self.asked.count(f"GET {key}") - 1
        return self.on_get(key, number, int(begin)) or self.get(
            key, int(begin), int(end), headers["If-Match"]
        )

    def list(self, query: dict[str, str]) -> Answer:
        keys = sorted(each for each in self.objects if each.startswith(query.get("prefix", "")))
        start = int(query.get("continuation-token", "0"))
        rest = start + self.page < len(keys)
        listed = "".join(self.listed(key) for key in keys[start : start + self.page])
        following = f"<NextContinuationToken>{start + self.page}</NextContinuationToken>" if rest else ""
        return Answer(body=(
            f"<ListBucketResult><EncodingType>url</EncodingType><IsTruncated>{str(rest).lower()}</IsTruncated>"
            f"{listed}{following}</ListBucketResult>").encode())  # fmt: skip

    def listed(self, key: str) -> str:
        return (
            f"<Contents><Key>{escape(quote(key))}</Key><LastModified>1905-01-02T03:04:05.000Z</LastModified>"
            f"<ETag>{mark(self.objects[key])}</ETag><Size>{len(self.objects[key])}</Size></Contents>"
        )

    def get(self, key: str, begin: int, end: int, wanted: str = "") -> Answer:
        data = self.objects.get(key)
        if data is None:
            return refused(404, "NoSuchKey")
        if wanted and wanted != mark(data):
            return refused(412, "PreconditionFailed")
        given = data[begin : end + 1]
        told = {"ETag": mark(data), "Content-Range": f"bytes {begin}-{begin + len(given) - 1}/{len(data)}"}
        return Answer(206, told, given)


def mark(data: bytes) -> str:
    return f'"{hashlib.md5(data, usedforsecurity=False).hexdigest()}"'


class _Server(ThreadingHTTPServer):
    """Says nothing of a client that goes away: what stands on standard error is that client's."""

    def handle_error(self, request: Any, client_address: Any) -> None:
        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error(request, client_address)


@contextmanager
def stub(objects: Mapping[str, bytes], **how: Any) -> Iterator[Stub]:
    """Serves until the end of the block."""
    store = Stub(objects, **how)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            given = store.answer(self.command, self.path, self.headers)
            with suppress(OSError):  # it went away in the middle
                self.send_response(given.status)
                for name, value in {"Content-Length": str(len(given.body)), **given.headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(given.body[: given.cut])
            self.close_connection = given.cut is not None

        do_HEAD = do_PUT = do_POST = do_DELETE = do_GET

        def log_message(self, *_: Any) -> None:
            """Nobody reads it."""

    server = _Server(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    store.endpoint = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield store
    finally:
        server.shutdown()
        server.server_close()
