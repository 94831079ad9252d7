"""Tells a webhook what a scan came to: one POST of a JSON document, with no values in it."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import click

from piiguard.errors import PiiguardError

if TYPE_CHECKING:
    from urllib.request import Request

__all__ = ["PAUSES", "Webhook", "given_webhook"]

PAUSES = (1.0, 5.0)
"""Seconds before it is tried again, where what went wrong may pass."""
TIMEOUT = 10.0
_BUSY = 429
_NOT_AN_ADDRESS = "this is no address that begins with https:// or http:// and names a host"
_HINT = "the report was written; see whether the address is right and its server can be reached from here"


@dataclass(frozen=True, slots=True)
class Webhook:
    """An address to send to; its path, its query and its user are often credentials, so only ``host`` is ever shown."""

    host: str
    url: str = field(repr=False)
    credentials: str = field(repr=False, default="")

    @classmethod
    def of(cls, url: str) -> Webhook:
        """Take an address apart. Raises: ValueError for what is none, with nothing of it in the message."""
        import base64
        from urllib.parse import unquote_to_bytes, urlsplit, urlunsplit

        try:
            parts = urlsplit(url)
            host, port = parts.hostname, parts.port
        except ValueError:
            raise ValueError(_NOT_AN_ADDRESS) from None
        if parts.scheme not in ("http", "https") or not host or not url.isprintable() or " " in url:
            raise ValueError(_NOT_AN_ADDRESS)
        user, at, place = parts.netloc.rpartition("@")
        credentials = base64.b64encode(unquote_to_bytes(user)).decode() if at else ""
        bare = urlunsplit((parts.scheme, place, parts.path or "/", parts.query, ""))
        return cls(host if port is None else f"{host}:{port}", bare, credentials)

    def send(self, document: dict[str, Any]) -> None:
        """Post the document; what may pass is tried again.

        A redirect is not followed: credentials would go where nobody sent them.

        Raises: PiiguardError when it was not taken.
        """
        for pause in (*PAUSES, None):
            why, passes = self._post(document)
            if not why:
                return
            if pause is None or not passes:
                raise PiiguardError(f"{self.host}: the notification was not taken: {why}", hint=_HINT)
            time.sleep(pause)

    def _post(self, document: dict[str, Any]) -> tuple[str, bool]:
        """Why it was not taken, and whether that may pass."""
        import http.client
        from urllib.error import HTTPError, URLError

        try:
            with _opener().open(self._request(document), timeout=TIMEOUT):
                return "", False
        except HTTPError as error:
            error.close()
            return f"the server answered {error.code}", error.code >= 500 or error.code == _BUSY
        except URLError as error:
            told = error.reason.strerror if isinstance(error.reason, OSError) else ""
            return (told or "no connection").lower(), True
        except (OSError, http.client.HTTPException):
            return "no answer", True
        except ValueError:  # what the address holds cannot be sent
            return "this address cannot be used", False

    def _request(self, document: dict[str, Any]) -> Request:
        from urllib.request import Request

        from piiguard.names import json_text

        headers = {"Content-Type": "application/json", "User-Agent": "piiguard"}
        if self.credentials:
            headers["Authorization"] = f"Basic {self.credentials}"
        return Request(self.url, json_text(document).encode(), headers, method="POST")  # noqa: S310 - http or https


def given_webhook(context: click.Context, option: click.Parameter, url: str | None) -> Webhook | None:
    """Take the address apart before anything is scanned; a message of wrong usage repeats nothing of it."""
    try:
        return None if url is None else Webhook.of(url)
    except ValueError as error:
        raise click.BadParameter(str(error)) from None


def _opener() -> Any:
    """What opens an address through the machine's proxy, and goes nowhere else."""
    from urllib.request import HTTPRedirectHandler, build_opener

    class Stays(HTTPRedirectHandler):
        def redirect_request(self, *_: Any) -> None:
            """Go nowhere: the answer is the redirect itself."""

    return build_opener(Stays)
