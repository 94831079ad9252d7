"""Law 4: every option on every source is kept or refused, never ignored.

The same three columns lie in each kind of source. Each option is kept, which the generator can tell from what it planted,
or refused as wrong usage. The options are those of the command itself: a new one without a row here is a failure.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from piiguard.cli import main
from piiguard.cli.scan import scan as command
from tests import buckets, pictures
from tests.conftest import new_database
from tests.corpora import scan
from tests.report.catalogues import READERS
from tests.report.test_notification import listening, sent
from tests.repositories import Repository
from tests.tables import LINE, PLANTED, ROWS, fill_table, write_table

USAGE = 2
DATABASES = ("sqlite", "postgresql", "mariadb")
FILES = (
    "csv",
    "json",
    "jsonl",
    "sql",
    "parquet",
    "log",
    "gz",
    "xlsx",
    "docx",
    "pdf",
    "eml",
    "zip",
    "7z",
    "png",
    "git",
    "s3",
)
SOURCES = (*DATABASES, *FILES)
TAKES = {"png": ("--ocr",), "git": ("--history",)}
"""What it takes to read them."""

Answer = tuple[int, dict[str, Any]]


@dataclass
class Source:
    """One source, where its reports go, and what the plain scan of it said."""

    kind: str
    target: str
    folder: Path
    known: dict[tuple[str, ...], Answer] = field(default_factory=dict)

    @property
    def words(self) -> tuple[str, ...]:
        """What of a command names it."""
        return (self.target, *TAKES.get(self.kind, ()))

    def scan(self, *options: str) -> Answer:
        if options not in self.known:
            self.known[options] = self.again(*options)
        return self.known[options]

    def again(self, *options: str) -> Answer:
        return scan(*self.words, *options, out=self.folder / "o.json")

    def file(self, name: str, text: str = "") -> str:
        if text:
            (self.folder / name).write_text(text, "utf-8")
        return str(self.folder / name)


@pytest.fixture(scope="module")
def source(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Source]:
    kind: str = request.param
    folder = tmp_path_factory.mktemp(kind)
    with ExitStack() as stack:
        patch = stack.enter_context(pytest.MonkeyPatch.context())
        patch.setenv("PATH", pictures.stand_in(folder / "bin", pictures.tsv([LINE(*row) for row in ROWS])))
        if kind == "git":
            target = str(folder / "repository")
            write_table("csv", folder / "people.csv")
            repository = Repository(Path(target))
            repository.commit("people", {"people.csv": (folder / "people.csv").read_bytes()})
            repository.commit("taken out", {}, gone=["people.csv"])
        elif kind == "s3":
            store = stack.enter_context(buckets.serving())
            buckets.settle(patch, store.endpoint)
            write_table("csv", folder / "people.csv")
            store.put("d/people.csv", (folder / "people.csv").read_bytes())
            target = f"s3://{buckets.BUCKET}/d/"
        elif kind in FILES:
            (folder / "d").mkdir()
            target = str(folder / "d" / f"people.{kind if kind != 'gz' else 'log.gz'}")
            write_table(kind, Path(target))
        else:
            server = f"{kind}_server"
            target = (
                f"sqlite:///{folder / 'people.db'}"
                if kind == "sqlite"
                else new_database(request.getfixturevalue(server), stack)
            )
            fill_table(target)
        yield Source(kind, target, folder)


def _found(answer: Answer) -> set[tuple[Any, ...]]:
    keys = ("table", "column", "path", "file", "entity", "confidence", "matched", "examined", "protection")
    return {tuple(each.get(key) for key in keys) for each in answer[1]["findings"]}


def _same(*options: str) -> Callable[[Source], None]:
    def check(source: Source) -> None:
        answer = source.again(*options)
        if answer[0] != USAGE:
            assert (answer[0], _found(answer)) == (3, _found(source.scan()))

    return check


def _sample(source: Source) -> None:
    code, document = source.again("--sample", "50")
    if code != USAGE:
        assert document["targets"][0].get("rows_read") == 50
        assert max(each["examined"] for each in document["findings"]) == 50


def _entities(source: Source) -> None:
    plain, answer = source.scan(), source.again("--entities", "KZ_IIN")
    assert answer[0] == 3
    assert _found(answer) == {each for each in _found(plain) if "KZ_IIN" in each}


def _min_confidence(source: Source) -> None:
    answer = source.again("--min-confidence", "high")
    assert _found(answer) == {each for each in _found(source.scan()) if "high" in each}


def _nothing_left(*options: str) -> Callable[[Source], None]:
    """No table of the source is asked for: wrong usage, or nothing was searched."""

    def check(source: Source) -> None:
        code, document = source.again(*options)
        assert code == USAGE or (code == 4 and not document["findings"])

    return check


def _baseline(source: Source) -> None:
    file = source.folder / "known.json"
    file.unlink(missing_ok=True)
    _same("--write-baseline", str(file))(source)
    assert len(json.loads(file.read_text("utf-8"))["findings"]) == len(_found(source.scan()))
    assert source.again("--baseline", str(file))[0] == 0


def _manifest(source: Source) -> None:
    entry = '[[columns]]\ntable = "people"\ncolumn = "iin"\ncontext = "people.iin"\ntype = "string"\n'
    code, document = source.again("--manifest", source.file("m.toml", entry))
    if code != USAGE:
        said = [each for each in document["findings"] if each["entity"] == "KZ_IIN"]
        plain = [each for each in source.scan()[1]["findings"] if each["entity"] == "KZ_IIN"]
        assert code == 3
        assert said != plain, "the manifest says encrypted, the values are plain, and nothing tells so"


def _policy(source: Source) -> None:
    text = 'organisation = "test"\nretention = "unlimited"\n[[categories]]\ncategory = "iin"\nclause = "1"\n'
    code, document = source.again("--policy", source.file("p.toml", text))
    assert code == USAGE or "policy" in document
    assert code == USAGE or _found((code, document)) >= _found(source.scan())


def _resume(source: Source) -> None:
    file = source.folder / "resume.json"
    file.unlink(missing_ok=True)
    first = source.again("--resume", str(file))
    if first[0] != USAGE:
        assert file.exists(), "nothing was noted"
        assert _found(first) == _found(source.again("--resume", str(file))) == _found(source.scan())


def _since(source: Source) -> None:
    file = source.folder / "since.json"
    file.unlink(missing_ok=True)
    first = source.again("--since", str(file))
    assert first[0] in (3, USAGE)
    assert file.exists() or (first[0] == USAGE and "--since" in _options()), "the option is not there"


def _ndjson(source: Source) -> None:
    """Each value that was planted is one line."""
    file = source.folder / "o.ndjson"
    assert main.run(["scan", *source.words, "--format", "ndjson", "-o", str(file)]) == 3
    matches = [json.loads(each) for each in file.read_text("utf-8").splitlines()]
    assert all(sum(each.get("entity") == entity for each in matches) == len(ROWS) for entity in PLANTED)


def _formats(source: Source) -> None:
    for each in ("table", "csv", "sarif", "junit", "html", "summary"):
        file = source.folder / f"o.{each}"
        assert main.run(["scan", *source.words, "--format", each, "-o", str(file)]) == 3
        assert "KZ_IIN" in file.read_text("utf-8") or each in ("html", "summary", "table")


def _catalogues(source: Source) -> None:
    """The tables of databases are told by the names that they have there, and files are none."""
    for each in ("datahub", "openmetadata", "dbt"):
        file = source.folder / f"o.{each}"
        words = ["scan", *source.words, "--entities", "KZ_IIN", "--format", each, "-o", str(file)]
        assert main.run(words) == 3
        found = READERS[each](file.read_text("utf-8"))
        assert all(read.entities == {"KZ_IIN": "high"} for read in found.values())
        database = source.target.rpartition("/")[2]
        above = {"sqlite": ("main",), "postgresql": (database, "public"), "mariadb": (database,)}
        if source.kind not in above:
            assert found == {}
        elif each == "openmetadata":
            [names] = found
            assert names[-3:-1] == (above[source.kind][-1], "people")
        else:
            [names] = found
            assert ".".join(names[:-1]) == ".".join((*above[source.kind], "people"))


def _follow(source: Source) -> None:
    """Ctrl-C comes as soon as it waits for more: until then everything that lay there has been found."""
    file = source.folder / "f.ndjson"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("time.sleep", _interrupt)
        code = main.run(["scan", *source.words, "--follow", "--format", "ndjson", "-o", str(file)])
    if code != USAGE:
        found = [json.loads(each)["entity"] for each in file.read_text("utf-8").splitlines()]
        assert all(found.count(entity) == len(ROWS) for entity in PLANTED)


def _interrupt(_: float) -> None:
    raise KeyboardInterrupt


def _named(source: Source) -> None:
    code, document = source.again("--name", "crm")
    assert code == 3
    assert {each["target"] for each in document["findings"]} == {"crm"}


def _encoding(source: Source) -> None:
    assert source.kind in DATABASES or _same("--encoding", "utf-8")(source) is None
    assert source.kind in FILES or source.again("--encoding", "utf-16")[0] == USAGE


def _as(source: Source) -> None:
    given = {
        "csv": "csv",
        "json": "json",
        "jsonl": "json",
        "sql": "sql",
        "log": "log",
        "gz": "log",
        "zip": "csv",
        "7z": "csv",
        "git": "csv",
        "s3": "csv",
    }
    code, document = source.again("--as", given.get(source.kind, "csv"))
    if source.kind == "eml":  # a letter is text too, and is read as that where it is asked for
        assert code != USAGE
        return
    assert code == USAGE if source.kind not in given else _found((code, document)) == _found(source.scan())


def _ocr(source: Source) -> None:
    pytest.importorskip("PIL")
    _same("--ocr")(source)


def _history(source: Source) -> None:
    code, document = source.again("--history")
    assert code == (3 if source.kind == "git" else USAGE)
    assert source.kind != "git" or all("@" in each["file"] for each in document["findings"])


def _metrics(source: Source) -> None:
    file = source.folder / "piiguard.prom"
    assert _found(source.again("--metrics", str(file))) == _found(source.scan())
    assert 'entity="KZ_IIN"' in file.read_text("utf-8")


def _notify(source: Source) -> None:
    """A hook is told as many places as the report has."""
    with listening() as listener:
        assert _found(source.again("--notify", listener.url)) == _found(source.scan())
    assert sent(listener)["unprotected"] == len(source.scan()[1]["findings"])


def _papers(source: Source) -> None:
    """What was found is on the list, and with the list as the policy nothing is where it may not be."""
    folder = source.folder / "papers"
    assert _found(source.again("--papers", str(folder))) == _found(source.scan())
    assert 'category = "iin"' in (folder / "list.toml").read_text("utf-8")
    _, document = source.again("--policy", str(folder / "list.toml"))
    assert {gap["kind"] for gap in document["policy"]["gaps"]} <= {"unprotected", "undated"}


def _source(source: Source) -> None:
    """Each result stands at the line of its column, or of its own file; an object is no file of a repository."""
    schema = source.file("schema.sql", "create table people (\n iin text, phone text, email text);\n")
    assert source.again("--source", schema)[0] == USAGE  # JSON has no lines of a repository
    file = source.folder / "o.sarif"
    assert main.run(["scan", *source.words, "--format", "sarif", "--source", schema, "-o", str(file)]) == 3
    [run] = json.loads(file.read_text("utf-8"))["runs"]
    places = [each["locations"][0]["physicalLocation"] for each in run["results"]]
    named = {place["artifactLocation"]["uri"].rpartition("/")[2] for place in places}
    assert (
        named == {"schema.sql"} if source.kind in {*DATABASES, "parquet", "s3"} else "schema.sql" not in named
    )


OPTIONS: dict[str, Callable[[Source], None]] = {
    "--format": _formats,
    "--format ndjson": _ndjson,
    "--format datahub": _catalogues,
    "--entities": _entities,
    "--min-confidence": _min_confidence,
    "--sample": _sample,
    "--full": _same("--full"),
    "--thorough": _same("--thorough"),
    "--tables": _nothing_left("--tables", "nothing"),
    "--exclude": _nothing_left("--exclude", "*"),
    "--views": _same("--views", "nobody"),
    "--jobs": _same("--jobs", "2"),
    "--statement-timeout": _same("--statement-timeout", "600"),
    "--baseline": _baseline,
    "--policy": _policy,
    "--resume": _resume,
    "--manifest": _manifest,
    "--encoding": _encoding,
    "--raw": _same("--raw"),
    "--ocr": _ocr,
    "--history": _history,
    "--master": _nothing_left("--master", "local[1]"),
    "--follow": _follow,
    "--lang": _same("--lang", "kk"),
    "--name": _named,
    "--as": _as,
    "--since": _since,
    "--source": _source,
    "--metrics": _metrics,
    "--papers": _papers,
    "--notify": _notify,
    "--allow-empty": _same("--allow-empty"),
    "--accept-unread": _same("--accept-unread", "nothing"),
}
ELSEWHERE = {"--output", "--write-baseline", "--engine", "--yes", "--help"}
"""Asked together with another option, by tests of their own (Spark needs Java), or of no weight for what is found."""


def _options() -> set[str]:
    return {max(each.opts, key=len) for each in command.params if each.param_type_name == "option"}


def test_every_option_of_the_command_is_asked() -> None:
    assert _options() <= OPTIONS.keys() | ELSEWHERE


@pytest.mark.parametrize("option", OPTIONS)
@pytest.mark.parametrize("source", SOURCES, indirect=True)
def test_an_option_is_kept_or_refused(source: Source, option: str) -> None:
    OPTIONS[option](source)


@pytest.mark.parametrize("source", SOURCES, indirect=True)
def test_the_plain_scan_finds_what_was_planted(source: Source) -> None:
    code, document = source.scan()
    assert code == 3
    assert set(PLANTED) <= {each["entity"] for each in document["findings"]}
