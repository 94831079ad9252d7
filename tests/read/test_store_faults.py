"""Whatever a store refuses, breaks or says falsely costs one line of the report, or is an error that says what to do."""

from __future__ import annotations

import gzip
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from piiguard.cli import main
from piiguard.errors import ScanError
from piiguard.read.store import body, client
from piiguard.scan import scan_log
from tests.buckets import BUCKET, SECRET, settle
from tests.corpora import scan, unread, values
from tests.documents import zipped
from tests.stores import Answer, Stub, mark, refused, stub

IINS = values("KZ_IIN", 40)
TARGET = f"s3://{BUCKET}/"


def line(number: int = 0) -> bytes:
    return f"saved ИИН {IINS[number]}\n".encode()


@pytest.fixture(autouse=True)
def asked_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is tried again is tested by itself: waiting between is boto3's."""
    monkeypatch.setattr(client, "ATTEMPTS", 1)


def read(store: Stub, tmp_path: Path, *options: str) -> tuple[int, dict[str, Any]]:
    with pytest.MonkeyPatch.context() as patch:
        settle(patch, store.endpoint)
        return scan(TARGET, *options, out=tmp_path / "o.json")


OBJECT: dict[str, tuple[Answer, str]] = {
    "archived": (refused(403, "InvalidObjectState"), "archived"),
    "forbidden": (refused(403, "AccessDenied"), "permission denied"),
    "another's key": (refused(400, "InvalidRequest"), "key that the store does not keep"),
    "a key that is gone": (refused(400, "KMS.DisabledException"), "the key that it is encrypted with"),
    "deleted": (refused(404, "NoSuchKey"), "no longer there"),
    "changed": (refused(412, "PreconditionFailed"), "changed while it was read"),
    "busy": (refused(503, "SlowDown"), "too busy"),
    "broken": (refused(500, "InternalError"), "too busy, or broken"),
    "unheard of": (refused(418, "<b>Teapot"), "refuses it (418)"),
    "no XML": (Answer(400, {}, b"<Error><Code>a-secret-of-nobody"), ""),
    "no bytes": (Answer(206, {"Content-Range": "bytes 0-99/*"}, line() * 3, 0), "connection was lost"),
}


@pytest.mark.parametrize("fault", OBJECT)
def test_an_object_that_is_not_given_costs_one_line(
    fault: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    answer, reason = OBJECT[fault]
    objects = {"a.html": line(0) * 3, "b.log": line(1) * 3, "c.zip": zipped({"d.log": line(2)})}
    if "Content-Range" in answer.headers:
        answer.headers["ETag"] = mark(objects["a.html"])
    with stub(objects, on_get=lambda key, number, start: answer if key == "a.html" else None) as store:
        code, document = read(store, tmp_path)
    [told] = document["targets"][0]["unread"]
    assert (code, told["place"]) == (4, f"{TARGET}a.html")
    assert reason in told["reason"]
    assert {each["file"] for each in document["findings"]} == {f"{TARGET}b.log", f"{TARGET}c.zip!d.log"}
    said = capsys.readouterr().err + (tmp_path / "o.json").read_text("utf-8")
    assert not [word for word in (SECRET, "AKIANOBODY", "Teapot", "Traceback", "defect") if word in said]


BUCKETS: dict[str, tuple[Answer, str]] = {
    "none": (refused(404, "NoSuchBucket"), "there is no such bucket"),
    "forbidden": (refused(403, "AccessDenied"), "s3:ListBucket"),
    "elsewhere": (refused(301, "PermanentRedirect"), "AWS_DEFAULT_REGION"),
    "unknown account": (refused(403, "InvalidAccessKeyId"), "AWS_PROFILE"),
    "wrong secret": (refused(403, "SignatureDoesNotMatch"), "AWS_SECRET_ACCESS_KEY"),
    "late": (refused(400, "ExpiredToken"), "AWS_SESSION_TOKEN"),
    "wrong clock": (refused(403, "RequestTimeTooSkewed"), "clock"),
    "no store": (Answer(200, {}, b"<html>a-secret-of-nobody"), "broken"),
    "no answer of a store": (Answer(400, {}, b"a-secret-of-nobody"), "AWS_ENDPOINT_URL_S3"),
    "unheard of": (refused(418, "Teapot\x1b[2J"), "AWS_ENDPOINT_URL_S3"),
}


@pytest.mark.parametrize("fault", BUCKETS)
def test_a_bucket_that_is_not_listed_is_an_error_that_says_what_to_do(
    fault: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    answer, hint = BUCKETS[fault]
    with stub({}, on_list=lambda query: answer) as store:
        settle(monkeypatch, store.endpoint)
        assert main.run(["scan", TARGET]) == 1
    said = capsys.readouterr().err
    assert hint in said
    assert "hint: " in said
    assert said.startswith(f"piiguard: {TARGET}: ")
    assert not [word for word in (SECRET, "AKIANOBODY", "Teapot", "Traceback", "defect") if word in said]


SETTINGS: dict[str, tuple[dict[str, str], str]] = {
    "no profile": ({"AWS_PROFILE": "nobody"}, "AWS_PROFILE"),
    "half": ({"AWS_SECRET_ACCESS_KEY": ""}, "both"),
    "no address": ({"AWS_ENDPOINT_URL_S3": "a-secret-of-nobody"}, "AWS_ENDPOINT_URL_S3"),
    "nobody there": ({"AWS_ENDPOINT_URL_S3": "http://127.0.0.1:1"}, "AWS_ENDPOINT_URL_S3"),
    "no TLS": ({"AWS_ENDPOINT_URL_S3": "https"}, "A"),
}


@pytest.mark.parametrize("name", SETTINGS)
def test_a_setting_that_is_wrong_is_an_error_that_names_it(
    name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    given, hint = SETTINGS[name]
    with stub({}) as store:
        settle(monkeypatch, store.endpoint)
        for variable, value in given.items():
            monkeypatch.setenv(
                variable, store.endpoint.replace("http:", "https:") if value == "https" else value
            )
        assert main.run(["scan", TARGET]) == 1
    said = capsys.readouterr().err
    assert hint in said
    assert not [word for word in (SECRET, "AKIANOBODY", "Traceback", "internal error") if word in said]


def test_who_has_no_credentials_asks_as_anybody(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    signed: list[bool] = []
    with stub({"a.log": line()}) as store:
        inner = store.answer

        def answer(method: str, path: str, headers: Any) -> Answer:
            signed.append("Authorization" in headers)
            return inner(method, path, headers)

        monkeypatch.setattr(store, "answer", answer)
        settle(monkeypatch, store.endpoint)
        monkeypatch.delenv("AWS_ACCESS_KEY_ID")
        monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
        assert scan(TARGET, out=tmp_path / "o.json")[0] == 3
    assert signed == [False, False]


def large() -> bytes:
    """More than two pieces of a test, with a value in the first, in the last, and over the border between two."""
    rest = b"none at all\n" * 400
    return line(0) + rest + line(1) + rest + line(2)


@pytest.fixture
def pieces(monkeypatch: pytest.MonkeyPatch) -> int:
    """Pieces as small as a test can have them."""
    size = len(line(0)) + len(b"none at all\n" * 400) + len(line(1)) // 2
    monkeypatch.setattr(body, "PIECE", size)
    return size


def test_what_breaks_is_asked_for_from_where_it_broke(pieces: int, tmp_path: Path) -> None:
    data, begun = large(), list[int]()

    def cut(key: str, number: int, start: int) -> Answer | None:
        begun.append(start)
        if number != 1:
            return None
        given = store.get(key, start, min(start + pieces, len(data)) - 1)
        given.cut = 100
        return given

    with stub({"a.log": data}, on_get=cut) as store:
        code, document = read(store, tmp_path)
    assert (code, unread(document)) == (3, "")
    assert begun == [0, pieces, pieces + 100]
    assert document["findings"][0]["matched"] == 3


BREAKS: dict[str, Callable[[bytes], bytes]] = {
    "a.log": bytes,
    "a.csv": bytes,
    "a.log.gz": lambda data: gzip.compress(data, 0),
}


@pytest.mark.parametrize("key", BREAKS)
def test_what_was_read_before_it_broke_is_kept(key: str, pieces: int, tmp_path: Path) -> None:
    data = BREAKS[key](large())

    def cut(key: str, number: int, start: int) -> Answer | None:
        if start < pieces:
            return None
        given = store.get(key, start, min(pieces * (start // pieces + 1), len(data)) - 1)
        given.cut = 60 if start % pieces == 0 else 0
        return given

    with stub({key: data, "b.log": line(3)}, on_get=cut) as store:
        code, document = read(store, tmp_path)
    [told] = document["targets"][0]["unread"]
    assert (code, told) == (4, {"place": f"{TARGET}{key}", "reason": "the connection was lost"})
    assert [each["matched"] for each in document["findings"] if each["file"] == f"{TARGET}{key}"] == [2]
    assert store.asked.count(f"GET {key}") == 1 + body.TRIES


def test_an_object_that_changes_between_two_pieces_is_named(pieces: int, tmp_path: Path) -> None:
    data = large()
    objects = {"a.log": data}

    def change(key: str, number: int, start: int) -> None:
        if start:
            objects[key] = data[::-1]

    with stub(objects, on_get=change) as store:
        code, document = read(store, tmp_path)
    assert (code, document["targets"][0]["unread"]) == (
        4,
        [{"place": f"{TARGET}a.log", "reason": client.CHANGED}],
    )


LIES: dict[str, dict[str, str]] = {
    "another version": {"ETag": '"another"', "Content-Range": "bytes 0-9/10"},
    "other bytes": {"ETag": "", "Content-Range": "bytes 7-16/17"},
    "of a larger object": {"ETag": "", "Content-Range": "bytes 0-9/1000"},
    "unpacked": {"ETag": "", "Content-Length": "1000"},
}


@pytest.mark.parametrize("lie", LIES)
def test_a_store_that_gives_something_else_is_not_believed(lie: str, tmp_path: Path) -> None:
    headers = {name: value or mark(line()) for name, value in LIES[lie].items()}
    with stub({"a.log": line()}, on_get=lambda *_: Answer(206, headers, line() * 40)) as store:
        code, document = read(store, tmp_path)
    assert (code, document["findings"], len(document["targets"][0]["unread"])) == (4, [], 1)


def test_a_store_that_knows_no_ranges_gives_what_fits_into_one_piece(pieces: int, tmp_path: Path) -> None:
    objects = {"a.log": line(), "b.log": large()}

    def whole(key: str, number: int, start: int) -> Answer:
        return Answer(200, {"ETag": mark(objects[key])}, objects[key])

    with stub(objects, on_get=whole) as store:
        code, document = read(store, tmp_path)
    assert code == 4
    [told] = document["targets"][0]["unread"]
    assert told["place"] == f"{TARGET}b.log"
    assert {each["file"] for each in document["findings"]} == {f"{TARGET}a.log", f"{TARGET}b.log"}


def test_a_list_that_breaks_in_its_middle_costs_its_rest(tmp_path: Path) -> None:
    objects = {f"{number}.log": line(number) for number in range(6)}

    def second(query: dict[str, str]) -> Answer | None:
        return refused(503, "SlowDown") if query.get("continuation-token") == "4" else None

    with stub(objects, page=2, on_list=second) as store:
        code, document = read(store, tmp_path)
    [told] = document["targets"][0]["unread"]
    assert (code, told["place"], len(document["findings"])) == (4, TARGET, 4)


def test_a_list_that_has_no_end_ends(tmp_path: Path) -> None:
    with stub({f"{number}.log": line(number) for number in range(4)}, page=2) as store:

        def again(query: dict[str, str]) -> Answer:
            return store.list({**query, "continuation-token": "0"})

        store.on_list = again
        code, document = read(store, tmp_path)
    assert code == 4
    assert "does not end" in document["targets"][0]["unread"][0]["reason"]


def test_a_store_that_falls_silent_is_not_waited_for(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(client, "SILENCE", 0.2)
    waiting = threading.Event()

    def wait(key: str, number: int, start: int) -> None:
        if key == "a.log":
            waiting.wait(30)

    with stub({"a.log": line(), "b.log": line(1)}, on_get=wait) as store:
        code, document = read(store, tmp_path)
        waiting.set()
    assert (code, document["targets"][0]["unread"]) == (
        4,
        [{"place": f"{TARGET}a.log", "reason": "the server does not answer"}],
    )
    assert len(document["findings"]) == 1


def test_a_list_of_no_store_is_no_list(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for lie in (
        "<Contents><Size>5</Size></Contents>",
        "<Contents><Key>a.log</Key><Size>-5</Size></Contents>",
    ):
        answer = Answer(body=f"<ListBucketResult>{lie}</ListBucketResult>".encode())
        with stub({}, on_list=lambda query, answer=answer: answer) as store:
            settle(monkeypatch, store.endpoint)
            assert main.run(["scan", TARGET]) == 1


def test_an_exception_holds_nothing_of_the_store(monkeypatch: pytest.MonkeyPatch) -> None:
    with stub({}, on_list=lambda query: refused(403, "SignatureDoesNotMatch")) as store:
        settle(monkeypatch, store.endpoint)
        with pytest.raises(ScanError) as caught:
            scan_log(TARGET)
    error: BaseException | None = caught.value
    while error is not None:
        assert type(error).__module__.startswith("piiguard.")
        assert SECRET not in f"{error!r} {vars(error)}"
        error = error.__context__


def test_faults_are_named_by_every_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    objects = {f"{number}.log": line(number) for number in range(6)}
    denied = refused(403, "AccessDenied")
    with stub(objects, on_get=lambda key, *_: denied if key < "3" else None) as store:
        code, document = read(store, tmp_path, "--jobs", "2")
    assert (code, len(document["findings"]), len(document["targets"][0]["unread"])) == (4, 3, 3)
