"""A bucket on a server of this machine, as tests fill it, and what is asked of that server."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import pytest

BUCKET = "leads"
SECRET = "a-secret-of-nobody"
_OWN = """AWS_PROFILE AWS_SESSION_TOKEN AWS_ENDPOINT_URL AWS_REGION AWS_CA_BUNDLE AWS_MAX_ATTEMPTS AWS_RETRY_MODE
HTTP_PROXY HTTPS_PROXY ALL_PROXY http_proxy https_proxy all_proxy"""
_GIVEN = {
    "AWS_ACCESS_KEY_ID": "AKIANOBODY",
    "AWS_SECRET_ACCESS_KEY": SECRET,
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_CONFIG_FILE": "/dev/null",
    "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
    "AWS_EC2_METADATA_DISABLED": "true",
}


@cache
def _described(path: str) -> Any:
    from botocore.loaders import JSONFileLoader

    return JSONFileLoader().load_file(path)


def settle(patch: pytest.MonkeyPatch, endpoint: str) -> None:
    """Nothing of the machine's own settings holds, whatever they are; what boto3 reads of itself is read once."""
    from botocore import loaders

    class Once(loaders.JSONFileLoader):  # type: ignore[misc]
        def load_file(self, file_path: str) -> Any:
            return _described(file_path)

    patch.setattr(loaders.Loader, "FILE_LOADER_CLASS", Once)
    for name in _OWN.split():
        patch.delenv(name, raising=False)
    for name, value in {**_GIVEN, "AWS_ENDPOINT_URL_S3": endpoint}.items():
        patch.setenv(name, value)


class Store:
    """The server's own side: objects are put there past what is tested."""

    def __init__(self, endpoint: str, backend: Any) -> None:
        self.endpoint, self._backend = endpoint, backend
        self.asked: list[tuple[str, str]] = []
        """method and query of each request"""

    def put(self, key: str, data: bytes, **more: Any) -> None:
        self._backend.put_object(BUCKET, key, data, **more)

    def drop(self, key: str) -> None:
        self._backend.delete_object(BUCKET, key)

    def keep_versions(self) -> None:
        self._backend.put_bucket_versioning(BUCKET, "Enabled")

    def fill(self, objects: Mapping[str, bytes]) -> None:
        for key, data in objects.items():
            self.put(key, data)

    def fill_from(self, folder: Path, prefix: str = "") -> None:
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                self.put(f"{prefix}{path.relative_to(folder).as_posix()}", path.read_bytes())


@contextmanager
def serving() -> Iterator[Store]:
    """A server with one empty bucket."""
    pytest.importorskip("flask_cors", reason="NO server of moto: pip install moto flask flask-cors")
    from moto.backends import get_backend
    from moto.core.models import DEFAULT_ACCOUNT_ID
    from moto.server import ThreadedMotoServer

    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    backend = get_backend("s3")[DEFAULT_ACCOUNT_ID]["aws"]
    backend.reset()
    backend.create_bucket(BUCKET, "us-east-1")
    store = Store(f"http://{host}:{port}", backend)
    inner: Any = server._server
    app = inner.app

    def noted(environ: dict[str, Any], begin: Any) -> Iterable[bytes]:
        store.asked.append((environ["REQUEST_METHOD"], environ["QUERY_STRING"]))
        given: Iterable[bytes] = app(environ, begin)
        return given

    inner.app = noted
    try:
        yield store
    finally:
        server.stop()
        inner.server_close()
        backend.reset()
