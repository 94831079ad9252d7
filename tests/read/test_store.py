"""A bucket is searched as the folder that it would be, and nothing is asked of it but keys and bytes."""

from __future__ import annotations

import builtins
import gzip
import io
import json
import os
import random
import sqlite3
import sys
import tracemalloc
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from piiguard.cli import main
from piiguard.database import open_reader
from piiguard.errors import DatabaseError, ScanError
from piiguard.read.options import ReadOptions
from piiguard.read.store import body, source
from piiguard.read.store.body import Body
from piiguard.report.messages import say
from piiguard.report.remedy import next_step, remedies
from piiguard.scan import scan_log
from tests import documents
from tests.buckets import BUCKET, Store, serving, settle
from tests.corpora import scan, values
from tests.stores import stub
from tests.tables import write_table

KINDS = ("csv", "json", "jsonl", "sql", "log", "xlsx", "zip", "7z", "gz")
IINS = values("KZ_IIN", 40)
Answer = tuple[int, dict[str, Any]]


@pytest.fixture
def bucket(monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    with serving() as store:
        settle(monkeypatch, store.endpoint)
        yield store


def line(number: int = 0) -> bytes:
    return f"saved ИИН {IINS[number]}\n".encode()


def read(tmp_path: Path, *options: str, target: str = f"s3://{BUCKET}") -> Answer:
    return scan(target, *options, out=tmp_path / "o.json")


def told(document: dict[str, Any], strip: str) -> set[tuple[Any, ...]]:
    keys = ("path", "entity", "confidence", "matched", "examined", "lines", "masked", "records")
    return {
        (each["file"].removeprefix(strip), *(repr(each.get(key)) for key in keys))
        for each in document["findings"]
    }


def gaps(document: dict[str, Any], strip: str) -> set[tuple[str, str]]:
    return {
        (each["place"].removeprefix(strip), each["reason"])
        for target in document["targets"]
        for each in target["unread"]
    }


def twin(folder: Path) -> None:
    """A tree of every kind of file, whole and broken."""
    (folder / "in/2005").mkdir(parents=True)
    for kind in KINDS:
        write_table(kind, folder / f"in/people.{kind if kind != 'gz' else 'log.gz'}")
    (folder / f"in/2005/{IINS[0]}.txt").write_bytes(b"none\n")
    (folder / "in/empty.log").write_bytes(b"")
    (folder / "in/cut.gz").write_bytes((folder / "in/people.log.gz").read_bytes()[:-30])
    (folder / "in/cut.zip").write_bytes((folder / "in/people.zip").read_bytes()[:-30])
    (folder / "in/film.mp4").write_bytes(b"\0\0\0\x18ftypmp42" + bytes(200))
    (folder / "in/act.docx").write_bytes(documents.rich_docx())
    (folder / "in/act.pdf").write_bytes(documents.pdf([f"IIN {IINS[1]}"]))
    (folder / "in/deep.zip").write_bytes(documents.zipped({"in.zip": documents.zipped({"a.log": line(2)})}))
    (folder / "in/a.mbox").write_bytes(
        b"From a@example.kz Mon Jan  5 10:00:00 1905\nSubject: a\nFrom: b\nMessage-ID: <1@x>\n\n" + line(3)
    )


@pytest.mark.parametrize(
    "options", [(), ("--jobs", "2"), ("--min-confidence", "low"), ("--exclude", "*.csv"), ("--raw",)], ids=str
)
def test_a_bucket_is_read_as_the_folder_that_it_would_be(
    bucket: Store, tmp_path: Path, options: tuple[str, ...]
) -> None:
    twin(tmp_path / "plain")
    bucket.fill_from(tmp_path / "plain")
    expected = scan(str(tmp_path / "plain/in"), *options, out=tmp_path / "p.json")
    code, document = read(tmp_path, *options, target=f"s3://{BUCKET}/in/")
    assert (code, bool(document["findings"])) == (expected[0], True)
    assert told(document, f"s3://{BUCKET}/in/") == told(expected[1], f"{tmp_path}/plain/in/")
    assert gaps(document, f"s3://{BUCKET}/in/") == gaps(expected[1], f"{tmp_path}/plain/in/")


def files(document: dict[str, Any]) -> list[str]:
    return sorted({each["file"].removeprefix(f"s3://{BUCKET}/") for each in document["findings"]})


def test_nothing_is_asked_but_keys_and_bytes(bucket: Store, tmp_path: Path) -> None:
    bucket.fill({"a.log": line(), "in/b.zip": documents.zipped({"c.log": line(1)}), "in/": b""})
    assert read(tmp_path)[0] == 3
    lists = [query for _, query in bucket.asked if "list-type=2" in query]
    assert {method for method, _ in bucket.asked} == {"GET"}
    assert (len(lists), len(bucket.asked)) == (1, 3)
    assert [query for _, query in bucket.asked if query not in lists] == ["", ""]


KEYS = [
    "../../etc/passwd", "/etc/passwd", "a//b", "./x", "a?versionId=1#b", "a%2e%2e%2fb", "a\\..\\b", "~/x", "C:/x", "-o", "[x]*",
    "x\x01\x1b[2Jy", "\u202egpj.log", "ә" * 340, "k" * 1024, "a/" * 400 + "b", "{} %s $(id) '\"", "a!b", "😀", " ",
]  # fmt: skip


def noting(inner: Any, asked: list[str]) -> Any:
    def noted(path: Any, *args: Any, **more: Any) -> Any:
        asked.append(str(path))
        return inner(path, *args, **more)

    return noted


def test_a_key_is_a_name_and_nothing_more(
    bucket: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However it looks, the object is read, and the disk is not asked for anything of that name."""
    (tmp_path / "in").mkdir()
    monkeypatch.chdir(tmp_path / "in")
    bucket.fill({key: line() for key in KEYS})
    asked: list[str] = []
    for where, name in ((os, "stat"), (os, "lstat"), (os, "open"), (builtins, "open")):
        inner = getattr(where, name)
        monkeypatch.setattr(where, name, noting(inner, asked))
    code, document = read(tmp_path)
    monkeypatch.undo()
    assert (code, gaps(document, "")) == (3, set())
    assert files(document) == sorted(KEYS)
    assert asked
    assert not [name for name in asked if name.startswith("s3:") or "etc/passwd" in name]
    assert list((tmp_path / "in").iterdir()) == []


@pytest.mark.parametrize("format_", ["table", "csv", "html", "sarif", "junit", "summary", "ndjson"])
def test_a_hostile_key_is_shown_safely(bucket: Store, tmp_path: Path, format_: str) -> None:
    bucket.fill({"x\x01\x1b[2J\u202ey<script>": line()})
    out = tmp_path / "o"
    assert main.run(["scan", f"s3://{BUCKET}", "--format", format_, "-o", str(out)]) == 3
    text = out.read_text("utf-8")
    assert not {"\x01", "\x1b", "\u202e"}.intersection(text)
    assert format_ != "html" or "y<script>" not in text


PREFIXES = {
    "": ["b.log", "in/a.csv", "in/a.log", "in/old/a.log", "in2.log"],
    "in": ["in/a.csv", "in/a.log", "in/old/a.log", "in2.log"],
    "in/": ["in/a.csv", "in/a.log", "in/old/a.log"],
    "in/a.log": ["in/a.log"],
    "in*.log": ["in/a.log", "in/old/a.log", "in2.log"],
    "in/?.log": ["in/a.log"],
    "in/[ab].csv": ["in/a.csv"],
}


@pytest.mark.parametrize("prefix", PREFIXES)
def test_an_address_names_what_begins_so_or_matches(bucket: Store, tmp_path: Path, prefix: str) -> None:
    bucket.fill({key: line() for key in PREFIXES[""]})
    code, document = read(tmp_path, target=f"s3://{BUCKET}/{prefix}")
    assert (code, files(document)) == (3, PREFIXES[prefix])


def test_a_prefix_that_names_nothing_is_not_clean(bucket: Store, tmp_path: Path) -> None:
    bucket.fill({"in/": b"", "b.log": b"none\n"})
    for target in ("s3://leads/misspelt", "s3://leads/in/"):
        code, document = read(tmp_path, target=target)
        assert (code, document["findings"]) == (4, [])
    assert (
        read(tmp_path, target="s3://leads/misspelt")[1]["targets"][0]["unread"][0]["reason"]
        == "no file matches"
    )
    assert read(tmp_path, "--allow-empty", target="s3://leads/misspelt")[0] == 0
    both = main.run(["scan", "s3://leads/misspelt", "s3://leads/b", "-o", str(tmp_path / "both")])
    assert both == 4


ADDRESSES = {
    "user": "s3://AKIANOBODY:a-secret-of-nobody@leads/in",
    "a secret with a slash": "s3://AKIANOBODY:a-secret/of-nobody@leads/in",
    "a user alone": "s3://a-secret-of-nobody@leads",
    "presigned": "s3://leads/a.log?X-Amz-Credential=AKIANOBODY&X-Amz-Signature=a-secret-of-nobody",
    "presigned, before": "s3://leads/a.log?AWSAccessKeyId=AKIANOBODY&Signature=a-secret-of-nobody",
    "no bucket": "s3://",
    "an ARN": "s3://arn:aws:s3:eu-central-1:123:accesspoint/a-secret-of-nobody/x",
}


@pytest.mark.parametrize("name", ADDRESSES)
def test_an_address_that_holds_a_secret_is_refused_without_it(
    name: str, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    log = tmp_path / "a.log"
    log.write_bytes(line())
    for targets in ([ADDRESSES[name]], [str(log), ADDRESSES[name]]):
        assert main.run(["scan", *targets]) == 1
        said = capsys.readouterr()
        assert "hint: " in said.err
        assert not [
            word for word in ("secret", "AKIANOBODY", "nobody", "Traceback") if word in said.out + said.err
        ]


def test_what_can_only_be_read_as_a_file_is_named(bucket: Store, tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "crm.db")) as connection:
        connection.execute("create table people (iin text)")
        connection.executemany("insert into people values (?)", [(each,) for each in IINS])
        connection.commit()
    bucket.fill(
        {"crm.db": (tmp_path / "crm.db").read_bytes(), "lake/a.parquet": b"PAR1\x15" + bytes(60) + b"PAR1"}
    )
    code, document = read(tmp_path)
    assert (code, document["findings"]) == (4, [])
    said = {each["place"]: each["reason"] for each in document["targets"][0]["unread"]}
    assert {place: "fetch it" in reason for place, reason in said.items()} == {
        f"s3://{BUCKET}/crm.db": True,
        f"s3://{BUCKET}/lake/a.parquet": True,
    }


def test_only_what_is_new_or_changed_is_read_again(bucket: Store, tmp_path: Path) -> None:
    def since() -> tuple[int, list[str], int]:
        before = len(bucket.asked)
        code, document = read(tmp_path, "--since", str(tmp_path / "since.json"))
        return code, files(document), len(bucket.asked) - before - 1

    bucket.fill({"a.log": line(0), "b.log": line(1), "c.log": line(2)})
    assert since() == (3, ["a.log", "b.log", "c.log"], 3)
    assert since() == (3, ["a.log", "b.log", "c.log"], 0)
    bucket.fill({"b.log": line(3), "d.log": line(4)})
    bucket.drop("a.log")
    assert since() == (3, ["b.log", "c.log", "d.log"], 2)


def test_what_went_is_told_as_of_files(bucket: Store, tmp_path: Path) -> None:
    known = str(tmp_path / "known.json")
    bucket.fill({"a.log": line(0), "b.log": line(1)})
    assert read(tmp_path, "--write-baseline", known)[0] == 3
    bucket.drop("a.log")
    code, document = read(tmp_path, "--baseline", known)
    assert (code, len(document["gone"])) == (0, 1)


def test_an_interrupted_scan_goes_on_where_it_ended(
    bucket: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bucket.fill({"a.log": line(0), "b.log": line(1)})
    begin = Body.begin
    with monkeypatch.context() as patch:
        patch.setattr(
            Body, "begin", lambda self: _interrupt() if self._what["Key"] == "b.log" else begin(self)
        )
        code, document = read(tmp_path, "--resume", str(tmp_path / "r.json"))
    assert (code, files(document)) == (4, ["a.log"])
    before = len(bucket.asked)
    code, document = read(tmp_path, "--resume", str(tmp_path / "r.json"))
    assert (code, files(document), len(bucket.asked) - before) == (3, ["a.log", "b.log"], 2)


def _interrupt() -> None:
    raise KeyboardInterrupt


def test_python_takes_an_address_too(bucket: Store) -> None:
    bucket.fill({"a.log": line(), "b.log": line(1)})
    report = scan_log(f"s3://{BUCKET}", name="leads", skip={f"s3://{BUCKET}/b.log"})
    assert [(each.target, each.file) for each in report.findings] == [("leads", f"s3://{BUCKET}/a.log")]
    with pytest.raises(ScanError, match="does not grow"):
        scan_log(f"s3://{BUCKET}", waiting=_interrupt)


def test_no_more_than_a_page_of_keys_is_held(monkeypatch: pytest.MonkeyPatch) -> None:
    """Twenty thousand keys: what lies between two tasks does not grow with them."""
    asked: list[str] = []

    def call(operation: str, **how: Any) -> dict[str, Any]:
        number = int(how.get("ContinuationToken", "0"))
        asked.append(operation)
        listed = [
            {"Key": f"in/{number:03}/{each:06}" + "x" * 200, "Size": 1, "ETag": '"e"'} for each in range(1000)
        ]
        return {"Contents": listed, "IsTruncated": number < 19, "NextContinuationToken": str(number + 1)}

    monkeypatch.setattr(source, "call", call)
    tasks = iter(source.StoreSource(f"s3://{BUCKET}").tasks(ReadOptions()))
    next(tasks)
    assert asked == ["list_objects_v2"]
    tracemalloc.start()
    try:
        assert sum(1 for _ in tasks) == 19_999
        assert tracemalloc.get_traced_memory()[1] < 4 << 20
    finally:
        tracemalloc.stop()


class Zeros:
    """The bytes of an object that nobody could hold, of which each piece is made when it is asked for."""

    def __init__(self, text: bytes) -> None:
        self.text, self.asked = text, list[int]()

    def call(self, operation: str, *, Range: str, **_: Any) -> dict[str, Any]:
        start, end = map(int, Range.removeprefix("bytes=").split("-"))
        self.asked.append(start)
        size = end - start + 1
        data = self.text * (size // len(self.text) + 1)
        return {"ContentRange": f"bytes {start}-{end}/*", "Body": io.BytesIO(data[:size])}


def test_memory_does_not_grow_with_an_object(monkeypatch: pytest.MonkeyPatch) -> None:
    """64 pieces of 1 MiB: four are kept."""
    store = Zeros(b"none at all\n" * 3 + b"\n")
    monkeypatch.setattr(body, "PIECE", 1 << 20)
    monkeypatch.setattr(body, "call", store.call)
    tracemalloc.start()
    try:
        with Body(BUCKET, "a.log", 64 << 20) as opened, io.BufferedReader(opened, 1 << 16) as stream:
            assert sum(len(each) for each in iter(lambda: stream.read(1 << 16), b"")) == 64 << 20
        assert tracemalloc.get_traced_memory()[1] < 10 << 20
    finally:
        tracemalloc.stop()
    assert store.asked == [number << 20 for number in range(64)]


@pytest.mark.parametrize("seed", range(20))
def test_an_object_gives_the_bytes_of_a_file(
    seed: int, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Whatever is read of it, in whatever order: the oracle is a file with the same bytes."""
    dice = random.Random(seed)
    data = dice.randbytes(dice.randrange(1, 4000))
    (tmp_path / "a").write_bytes(data)
    monkeypatch.setattr(body, "PIECE", dice.randrange(1, 900))

    def call(operation: str, *, Range: str, **_: Any) -> dict[str, Any]:
        start, end = map(int, Range.removeprefix("bytes=").split("-"))
        assert 0 <= start <= end < len(data)
        return {"ContentRange": f"bytes {start}-{end}/*", "Body": io.BytesIO(data[start : end + 1])}

    monkeypatch.setattr(body, "call", call)
    with (tmp_path / "a").open("rb") as file, io.BufferedReader(Body(BUCKET, "a", len(data)), 64) as stream:
        for _ in range(60):
            if dice.random() < 0.4:
                place = dice.choice([(dice.randrange(5000), 0), (-dice.randrange(1, len(data) + 1), 2)])
                assert file.seek(*place) == stream.seek(*place)
            size = dice.randrange(1, 1200)
            assert (file.read(size), file.tell()) == (stream.read(size), stream.tell())


REFUSED = {
    "--follow": "--since", "--history": "Git", "--sample 5": "tables", "--tables a": "tables", "--views a": "tables",
    "--statement-timeout 5": "tables",
}  # fmt: skip


@pytest.mark.parametrize("words", REFUSED)
def test_what_no_bucket_can_keep_is_wrong_usage(words: str, capsys: pytest.CaptureFixture[str]) -> None:
    """It is said before anything is asked: there is no store here."""
    assert main.run(["scan", f"s3://{BUCKET}/in", *words.split()]) == 2
    assert REFUSED[words] in capsys.readouterr().err


def test_without_the_extra_one_message_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "boto3", None)
    assert main.run(["scan", f"s3://{BUCKET}/in"]) == 1
    assert "pip install 'piiguard[s3]'" in capsys.readouterr().err


def test_spark_has_buckets_of_its_own(capsys: pytest.CaptureFixture[str]) -> None:
    """What it reads there, nobody here knows: options of files are refused, and those of tables are not."""
    assert main.run(["scan", "s3://leads/lake", "--engine", "spark", "--encoding", "utf-8"]) == 2
    assert "--encoding" in capsys.readouterr().err


def test_the_policy_in_the_documents_allows_what_is_asked(bucket: Store, tmp_path: Path) -> None:
    page = (Path(__file__).parents[2] / "docs/scanning.md").read_text("utf-8")
    policy = json.loads('{"Version"' + page.partition('```json\n{"Version"')[2].partition("```")[0])
    allowed = {each["Action"] for each in policy["Statement"]}
    bucket.fill({"a.log": line()})
    assert read(tmp_path)[0] == 3
    asked = {"s3:ListBucket" if "list-type=2" in query else "s3:GetObject" for _, query in bucket.asked}
    assert asked == allowed


def test_what_the_report_advises_takes_the_finding_away(bucket: Store, tmp_path: Path) -> None:
    """An object is fetched, redacted and put back; where its form has no clean copy it is deleted."""
    bucket.fill({"a.log": line(), "b.zip": documents.zipped({"c.log": line(1)})})
    found = scan_log(f"s3://{BUCKET}").findings
    assert {(remedy.name, remedy.text) for each in found for remedy in remedies(each)} == {("object", "")}
    assert {next_step(each) for each in found} == {
        f"{each.place}: {say('en', 'remedy.object')}" for each in found
    }
    (tmp_path / "a.log").write_bytes(line())
    assert main.run(["redact", str(tmp_path / "a.log"), "-o", str(tmp_path / "clean.log")]) == 0
    bucket.put("a.log", (tmp_path / "clean.log").read_bytes())
    bucket.drop("b.zip")
    assert read(tmp_path)[0] == 0


NAMES = ["a", "B c", "é", "ж", "%41", "a?b", "#", "a..", "x=1", "-o", "a'b"]


@pytest.mark.parametrize("seed", range(3))
def test_a_tree_of_any_names_is_read_alike(
    seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dice = random.Random(seed)
    texts = (
        line(dice.randrange(40)),
        b"none\n",
        b"",
        gzip.compress(line(dice.randrange(40)) * 3),
        documents.zipped({"a/b.log": line(dice.randrange(40))}),
        f"iin;phone\n{IINS[dice.randrange(40)]};1\n{IINS[dice.randrange(40)]};2\nФИО;3\n".encode("cp1251"),
    )
    for _ in range(25):
        above = tmp_path.joinpath("plain", *dice.choices(NAMES, k=dice.randrange(3)))
        if all(not each.is_file() for each in (above, *above.parents)):
            above.mkdir(parents=True, exist_ok=True)
            path = above / f"{dice.choice(NAMES)}{dice.choice(('', '.log', '.csv', '.html', '.json'))}"
            if not path.exists():
                path.write_bytes(dice.choice(texts))
    objects = {
        path.relative_to(tmp_path / "plain").as_posix(): path.read_bytes()
        for path in (tmp_path / "plain").rglob("*")
        if path.is_file()
    }
    expected = scan(str(tmp_path / "plain"), out=tmp_path / "p.json")
    with stub(objects, page=7) as store:
        settle(monkeypatch, store.endpoint)
        monkeypatch.setattr(body, "PIECE", dice.randrange(20, 400))
        code, document = read(tmp_path)
    assert code == expected[0]
    assert told(document, f"s3://{BUCKET}/") == told(expected[1], f"{tmp_path}/plain/")
    assert gaps(document, f"s3://{BUCKET}/") == gaps(expected[1], f"{tmp_path}/plain/")
    assert document["targets"][0]["lines_read"] == expected[1]["targets"][0]["lines_read"]


ELSEWHERE = {
    "redact s3://leads/a.log": "fetch its objects",
    "redact /dev/null s3://leads/a.log -o out": "fetch its objects",
    "scan s3a://leads/in": "s3://bucket/prefix",
}


@pytest.mark.parametrize("words", ELSEWHERE)
def test_a_command_that_reads_no_bucket_says_what_to_do(
    words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main.run(words.split()) in (1, 2)
    assert ELSEWHERE[words] in capsys.readouterr().err


def test_a_bucket_is_no_database() -> None:
    with pytest.raises(DatabaseError) as caught:
        open_reader("s3://leads/a.log")
    assert "fetch its objects" in caught.value.hint


def test_names_of_folders_are_searched_below_what_was_named(bucket: Store, tmp_path: Path) -> None:
    bucket.fill({f"{IINS[0]}/{IINS[1]}/a.txt": b"none\n", f"{IINS[0]}/b.txt": b"none\n"})
    for prefix, names in (("", [IINS[0], f"{IINS[0]}/{IINS[1]}"]), (f"{IINS[0]}/", [f"{IINS[0]}/{IINS[1]}"])):
        code, document = read(tmp_path, target=f"s3://{BUCKET}/{prefix}")
        assert (code, len(document["findings"])) == (3, len(names))
        assert {each["path"] for each in document["findings"]} == {"name of the folder"}
        assert IINS[1] not in (tmp_path / "o.json").read_text("utf-8")


def test_what_is_archived_is_named_until_it_is_restored(bucket: Store, tmp_path: Path) -> None:
    bucket.put("old.log", line(), storage="GLACIER")
    bucket.put("new.log", line(1))
    code, document = read(tmp_path)
    assert (code, files(document)) == (4, ["new.log"])
    [(place, reason)] = gaps(document, "")
    assert (place, reason.partition(":")[0]) == (f"s3://{BUCKET}/old.log", "archived")


def test_only_the_current_version_is_read(bucket: Store, tmp_path: Path) -> None:
    bucket.keep_versions()
    bucket.fill({"a.log": line() * 3, "b.log": line(1), "c.log": line(2)})
    bucket.fill({"a.log": b"none\n", "c.log": line(3) * 2})
    bucket.drop("b.log")
    code, document = read(tmp_path)
    assert (code, [(each["file"], each["matched"]) for each in document["findings"]]) == (
        3,
        [(f"s3://{BUCKET}/c.log", 2)],
    )
