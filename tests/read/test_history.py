"""The history of a repository is searched as the files that it was made of: each version once, and nothing told twice."""

from __future__ import annotations

import gzip
import hashlib
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from piiguard.cli import main
from piiguard.read import Task
from piiguard.read.file import FileSource
from piiguard.read.options import ReadOptions
from tests.corpora import scan, unread, values
from tests.repositories import Repository
from tests.tables import write_table

KINDS = ("csv", "json", "jsonl", "sql", "log", "xlsx", "zip", "gz")
IINS = values("KZ_IIN", 40)
Answer = tuple[int, dict[str, Any]]


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    return Repository(tmp_path / "repo")


def line(number: int) -> str:
    return f"saved ИИН {IINS[number]}\n"


def read(repository: Repository, *options: str) -> Answer:
    return scan(str(repository.folder), "--history", *options, out=repository.folder.parent / "o.json")


def reasons(document: dict[str, Any]) -> str:
    return " ".join(each["reason"] for target in document["targets"] for each in target["unread"])


def files(answer: Answer) -> list[str]:
    """The places with a finding, as from the repository."""
    return [each["file"].rpartition("/repo")[2] for each in answer[1]["findings"]]


def told(document: dict[str, Any], strip: str) -> set[tuple[Any, ...]]:
    keys = ("path", "entity", "confidence", "matched", "examined", "lines", "masked")
    return {
        (each["file"].removeprefix(strip), *(repr(each.get(key)) for key in keys))
        for each in document["findings"]
    }


def lie(folder: Path) -> dict[str, str]:
    """Everything that lies in a folder, and what."""
    found = {}
    for path in sorted(folder.rglob("*")):
        kept = os.readlink(path) if path.is_symlink() else path.read_bytes().hex() if path.is_file() else ""
        found[str(path)] = (
            f"{path.lstat().st_mode:o} {path.lstat().st_mtime_ns} {hashlib.sha256(kept.encode()).hexdigest()}"
        )
    return found


@pytest.mark.parametrize("options", [(), ("--jobs", "2"), ("--min-confidence", "low")], ids=str)
def test_what_was_taken_out_is_found_as_in_the_files_that_it_was(
    repository: Repository, tmp_path: Path, options: tuple[str, ...]
) -> None:
    plain = tmp_path / "plain"
    (plain / "in").mkdir(parents=True)
    for kind in KINDS:
        write_table(kind, plain / "in" / f"people.{kind if kind != 'gz' else 'log.gz'}")
    given = {f"in/{path.name}": path.read_bytes() for path in (plain / "in").iterdir()}
    at = repository.commit("people", given)
    repository.commit("none", {}, gone=list(given))
    _, expected = scan(str(plain), *options, out=tmp_path / "p.json")
    code, document = read(repository, *options)
    assert code == 3
    assert unread(document) == ""
    assert told(document, f"{repository.folder}@{at}:") == told(expected, f"{plain}/")


def test_single_matches_are_those_of_the_files(repository: Repository, tmp_path: Path) -> None:
    plain = tmp_path / "plain"
    plain.mkdir()
    for kind in ("csv", "log", "zip"):
        write_table(kind, plain / f"people.{kind}")
    given = {path.name: path.read_bytes() for path in plain.iterdir()}
    at = repository.commit("people", given)
    repository.commit("none", {}, gone=list(given))
    found = []
    for target, strip in (
        ((str(plain),), f"{plain}/"),
        ((str(repository.folder), "--history"), f"{repository.folder}@{at}:"),
    ):
        out = tmp_path / "o.ndjson"
        assert main.run(["scan", *target, "--format", "ndjson", "-o", str(out)]) == 3
        matches = [json.loads(each) for each in out.read_text("utf-8").splitlines()]
        found.append(
            sorted(
                (each["file"].removeprefix(strip), each["line"], each["start"], each["entity"])
                for each in matches
            )
        )
    assert found[0] == found[1]


def test_every_version_is_told_once_with_the_commit_that_brought_it(repository: Repository) -> None:
    first = repository.commit("1", {"a.log": line(0)})
    second = repository.commit("2", {"a.log": line(1), "copy/a.log": line(0)})
    third = repository.commit("3", {"a.log": line(0), "copy/b.log": line(1)})
    repository.commit("4", {}, gone=["a.log", "copy/a.log", "copy/b.log"])
    assert sorted(files(read(repository))) == sorted([f"@{first}:a.log", f"@{second}:a.log"])
    assert third not in (first, second)


def test_what_lies_in_the_work_tree_is_told_there_alone(repository: Repository) -> None:
    at = repository.commit("1", {"a.log": line(0), "b.log": line(1)})
    (repository.folder / "b.log").write_text(line(2), "utf-8")
    assert sorted(files(read(repository))) == sorted(["/a.log", "/b.log", f"@{at}:b.log"])


def test_what_is_changed_while_it_is_read_is_read_in_the_history(
    repository: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    at = repository.commit("1", {"a.log": line(0)})
    whole = FileSource.tasks

    def changed(source: FileSource, options: ReadOptions) -> Iterator[Task]:
        (repository.folder / "a.log").write_text("saved\n", "utf-8")
        yield from whole(source, options)
        (repository.folder / "a.log").write_text(line(0), "utf-8")

    monkeypatch.setattr(FileSource, "tasks", changed)
    assert files(read(repository)) == [f"@{at}:a.log"]


def test_whatever_leads_to_a_version_and_nothing_does_it_is_read(repository: Repository) -> None:
    repository.commit("begin", {"a.log": "saved\n"})
    repository.run("checkout", "--quiet", "-b", "other")
    branch = repository.commit("other", {"branch.log": line(0)})
    repository.run("checkout", "--quiet", "main")
    amended = repository.commit("wrong", {"amended.log": line(1)})
    repository.run("rm", "--quiet", "amended.log")
    repository.run("commit", "--quiet", "--allow-empty", "--amend", "--message", "right")
    repository.run("tag", "kept", amended)
    (repository.folder / "a.log").write_text(line(2), "utf-8")
    repository.run("stash", "push", "--quiet")
    stash = repository.run("rev-parse", "stash@{0}")[:8]
    loose = repository.blob(line(3).encode())[:8]
    index = repository.run("rev-parse", "stash@{0}^2")[:8]
    found = files(read(repository))
    assert {f"@{branch}:branch.log", f"@{amended}:amended.log", f"@{loose}"} <= set(found)
    assert {f"@{stash}:a.log", f"@{index}:a.log"}.intersection(found)


def test_packed_objects_are_read_as_loose_ones(repository: Repository) -> None:
    for number in range(6):
        repository.commit(f"{number}", {"a.log": "".join(map(line, range(number + 1)))})
    repository.commit("none", {}, gone=["a.log"])
    loose = read(repository)
    repository.run("gc", "--quiet", "--aggressive")
    assert not [name for name in os.listdir(repository.folder / ".git/objects") if len(name) == 2]
    assert told(read(repository)[1], "") >= told(loose[1], "")
    assert len([each for each in files(loose) if ":a.log" in each]) == 6


@pytest.mark.parametrize("options", [("--bare",), ("--object-format=sha256",)], ids=["bare", "sha256"])
def test_every_form_of_a_repository_is_read(tmp_path: Path, options: tuple[str, ...]) -> None:
    repository = Repository(tmp_path / "repo", *options)
    oid = repository.blob(line(0).encode())
    tree = repository.tree(("100644", oid, b"a.log"))
    commit = repository.run("commit-tree", tree, "-m", "begin")
    repository.run("update-ref", "refs/heads/main", commit)
    answer = read(repository)
    assert (answer[0], files(answer), unread(answer[1])) == (3, [f"@{commit[:8]}:a.log"], "")


def test_messages_of_commits_and_tags_are_searched_in_the_encoding_that_they_name(
    repository: Repository,
) -> None:
    first = repository.commit(line(0), {"a.log": "saved\n"})
    repository.run("tag", "-a", "v1", "-m", line(1))
    tag = repository.run("rev-parse", "v1")[:8]
    repository.run("config", "i18n.commitEncoding", "cp1251")
    body = f"исправлено\n\nЖСН {IINS[2]}\n".encode("cp1251")
    repository.run("commit", "--quiet", "--allow-empty", "--file", "-", given=body)
    third = repository.run("rev-parse", "HEAD")[:8]
    found = files(read(repository, "--entities", "KZ_IIN"))
    assert {f"@{first}!message", f"@{tag}!message", f"@{third}!message"} <= set(found)


def test_who_commits_is_a_note_and_no_finding(repository: Repository) -> None:
    repository.run("config", "user.email", "synaq.ulgi@mail.example.kz")
    author = "Synaq Ulgi <synaq.ulgi@mail.example.kz>"
    (repository.folder / "a.log").write_text("saved\n")
    repository.run("add", "--all")
    repository.run("commit", "--quiet", "--message", "begin", "--author", author)
    code, document = read(repository)
    assert (code, document["findings"]) == (0, [])
    assert [each for each in document["notes"] if "those who made its commits (2)" in each["message"]]
    assert "synaq" not in json.dumps(document)


def test_names_are_searched_that_the_work_tree_no_longer_has(repository: Repository) -> None:
    at = repository.commit("1", {f"{IINS[0]}.txt": "saved\n", f"{IINS[1]}/a.txt": "read\n"})
    repository.run("mv", f"{IINS[0]}.txt", "a.txt")
    repository.run("mv", IINS[1], "folder")
    again = repository.commit("2", {})
    repository.run("mv", "a.txt", f"{IINS[2]}.txt")
    moved = repository.commit("3", {})
    repository.run("mv", f"{IINS[2]}.txt", "b.txt")
    repository.commit("4", {})
    found = {
        (each["file"].rpartition("/repo")[2].partition(":")[0], each["path"])
        for each in read(repository)[1]["findings"]
    }
    assert {
        (f"@{at}", "name of the file"),
        (f"@{at}", "name of the folder"),
        (f"@{moved}", "name of the file"),
    } <= found
    assert f"@{again}" not in {place for place, _ in found}


def test_what_is_hidden_in_the_work_tree_is_read_in_the_history_where_it_stands_there(
    repository: Repository,
) -> None:
    at = repository.commit("1", {".env": line(0), ".ci/a/b.yml": line(1)})
    answer = read(repository)
    assert (unread(answer[1]), sorted(files(answer))) == ("", sorted([f"@{at}:.env", f"@{at}:.ci/a/b.yml"]))
    (repository.folder / ".ci" / "c").write_text(line(2), "utf-8")
    (repository.folder / ".env").write_text(line(3), "utf-8")
    code, document = read(repository)
    assert code == 4
    assert {".env", ".ci"} <= {Path(each["place"]).name for each in document["targets"][0]["unread"]}


def test_without_the_option_the_history_is_named_as_not_read(repository: Repository) -> None:
    repository.commit("1", {"a.log": "saved\n"})
    code, document = scan(str(repository.folder), out=repository.folder.parent / "o.json")
    assert code == 4
    assert [each["place"] for each in document["targets"][0]["unread"]] == [str(repository.folder / ".git")]


def test_an_excluded_file_is_excluded_in_all_its_versions(repository: Repository) -> None:
    repository.commit("1", {"in/a.log": line(0), "b.log": line(1)})
    at = repository.commit("2", {"in/a.log": line(2), "b.log": line(3)})
    repository.commit("3", {}, gone=["in/a.log", "b.log"])
    _, document = read(repository, "--exclude", "b.log", "--exclude", f"*@{at}:in/*")
    assert [each["masked"] for each in document["findings"]] == [f"{IINS[0][:2]}**********"]
    assert sum("b.log" in each["place"] for each in document["notes"]) == 2


def test_only_what_is_new_is_read_again(repository: Repository, tmp_path: Path) -> None:
    repository.commit("1", {"a.log": line(0)})
    repository.commit("2", {"a.log": line(1)})
    since = ("--since", str(tmp_path / "since.json"))
    first = read(repository, *since)
    again = read(repository, *since)
    assert files(again) == files(first)
    assert any(".." in each["place"] and "not read again" in each["message"] for each in again[1]["notes"])
    at = repository.commit("3", {"a.log": line(2)})
    repository.commit("4", {"a.log": "saved\n"})
    assert f"@{at}:a.log" in files(read(repository, *since))


def test_a_baseline_knows_what_was_found_in_the_history(repository: Repository, tmp_path: Path) -> None:
    repository.commit("1", {"a.log": line(0)})
    repository.commit("2", {"a.log": "saved\n"})
    known = str(tmp_path / "known.json")
    assert read(repository, "--write-baseline", known)[0] == 3
    assert read(repository, "--baseline", known)[0] == 0
    repository.commit("3", {"a.log": line(1)})
    assert read(repository, "--baseline", known)[0] == 3


def test_a_file_that_cannot_be_read_as_text_is_named_with_its_commit(repository: Repository) -> None:
    at = repository.commit(
        "1", {"a.png": b"\x89PNG\r\n\x1a\n" + bytes(64), "b.gz": gzip.compress(line(0).encode())[:-9]}
    )
    repository.commit("2", {}, gone=["a.png", "b.gz"])
    code, document = read(repository)
    places = {each["place"].rpartition("/repo")[2] for each in document["targets"][0]["unread"]}
    assert (code, places) == (4, {f"@{at}:a.png", f"@{at}:b.gz"})


def test_a_shallow_clone_says_that_there_was_more(repository: Repository, tmp_path: Path) -> None:
    repository.commit("1", {"a.log": line(0)})
    repository.commit("2", {"a.log": "saved\n"})
    clone = Repository(tmp_path / "clone")
    clone.run("fetch", "--quiet", "--depth=1", f"file://{repository.folder}", "main")
    clone.run("checkout", "--quiet", "-b", "here", "FETCH_HEAD")
    code, document = scan(str(clone.folder), "--history", out=tmp_path / "o.json")
    assert code == 4
    assert "shallow" in reasons(document)
    assert "not in it" not in reasons(document)
    clone.run("fetch", "--quiet", "--unshallow", f"file://{repository.folder}", "main")
    assert scan(str(clone.folder), "--history", out=tmp_path / "o.json")[0] == 3


@pytest.mark.parametrize("filter_", ["blob:none", "tree:0"])
def test_what_a_partial_clone_lacks_is_named_and_not_fetched_until_the_advice_is_taken(
    repository: Repository, tmp_path: Path, filter_: str
) -> None:
    repository.commit("1", {"a.log": line(0), "in/b.log": line(1)})
    repository.commit(line(2), {}, gone=["a.log", "in/b.log"])
    repository.run("config", "uploadpack.allowFilter", "true")
    clone = Repository(tmp_path / "clone")
    clone.run("clone", "--quiet", "--template=", f"--filter={filter_}", f"file://{repository.folder}", "c")
    folder = tmp_path / "clone" / "c"
    before = lie(folder)
    code, document = scan(str(folder), "--history", out=tmp_path / "o.json")
    assert (code, lie(folder)) == (4, before)
    assert "git fetch --refetch --no-filter" in reasons(document)
    assert [each["file"] for each in document["findings"] if "!message" in each["file"]]
    clone.run("-C", str(folder), "fetch", "--quiet", "--refetch", "--no-filter")
    code, document = scan(str(folder), "--history", out=tmp_path / "o.json")
    assert (code, unread(document)) == (3, "")


def test_what_is_borrowed_is_named_and_not_read_until_the_advice_is_taken(
    repository: Repository, tmp_path: Path
) -> None:
    repository.commit("1", {"a.log": line(0)})
    repository.commit("2", {"a.log": "saved\n"})
    clone = Repository(tmp_path / "clone")
    clone.run("clone", "--quiet", "--template=", "--shared", str(repository.folder), "c")
    folder = tmp_path / "clone" / "c"
    code, document = scan(str(folder), "--history", out=tmp_path / "o.json")
    assert (code, document["findings"]) == (4, [])
    assert "git repack -a -d" in reasons(document)
    clone.run("-C", str(folder), "repack", "--quiet", "-a", "-d")
    code, document = scan(str(folder), "--history", out=tmp_path / "o.json")
    assert (code, unread(document)) == (3, "")


def test_submodules_and_pointers_of_lfs_are_named(repository: Repository) -> None:
    oid = hashlib.sha256(b"x").hexdigest()
    pointer = f"version https://git-lfs.github.com/spec/v1\noid sha256:{oid}\nsize 1\n"
    at = repository.commit("1", {"a.bin": pointer})
    repository.run("update-index", "--add", "--cacheinfo", f"160000,{'1' * 40},vendor/lib")
    repository.run("commit", "--quiet", "--message", "2")
    repository.commit("3", {}, gone=["a.bin"])
    code, document = read(repository)
    places = {
        each["place"].rpartition("/repo")[2]: each["reason"] for each in document["targets"][0]["unread"]
    }
    assert code == 4
    assert places.keys() == {f"@{at}:a.bin", "@vendor/lib"}
    assert "LFS" in places[f"@{at}:a.bin"]
    kept = repository.folder / ".git" / "lfs" / "objects" / oid[:2] / oid[2:4]
    kept.mkdir(parents=True)
    (kept / oid).write_text(line(0), "utf-8")
    _, document = read(repository)
    assert f"@{at}:a.bin" not in {
        each["place"].rpartition("/repo")[2] for each in document["targets"][0]["unread"]
    }
    assert any(oid in each["file"] for each in document["findings"])


def test_a_reflog_is_searched_for_what_was_done(repository: Repository) -> None:
    repository.commit("1", {"a.log": "saved\n"})
    repository.run("update-ref", "-m", line(0).strip(), "refs/heads/x", "HEAD", "--create-reflog")
    assert "/.git/logs/refs/heads/x" in files(read(repository))


@pytest.mark.parametrize(
    "target", ["a folder", "an empty .git", "a file", "a URL", "part of a work tree", "a linked work tree"]
)
def test_what_is_no_repository_is_refused_before_anything_is_read(
    repository: Repository, tmp_path: Path, target: str, capsys: pytest.CaptureFixture[str]
) -> None:
    repository.commit("1", {"in/a.log": line(0)})
    repository.run("worktree", "add", "--quiet", str(tmp_path / "linked"))
    (tmp_path / "folder").mkdir()
    (tmp_path / "bare" / ".git").mkdir(parents=True)
    named = {
        "a folder": str(tmp_path / "folder"),
        "an empty .git": str(tmp_path / "bare"),
        "a file": str(repository.folder / "in/a.log"),
        "a URL": "postgresql://reader:secret-word@localhost/crm",
        "part of a work tree": str(repository.folder / "in"),
        "a linked work tree": str(tmp_path / "linked"),
    }[target]
    assert main.run(["scan", named, "--history"]) == 2
    said = capsys.readouterr().err
    assert ("another folder" if target == "a linked work tree" else "no Git repository") in said
    assert "secret-word" not in said


@pytest.mark.parametrize("path", ["", "bin", "."])
def test_without_git_it_says_what_to_install(
    repository: Repository,
    tmp_path: Path,
    path: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """A program of that name in the folder where one stands is none: the repository may have brought it."""
    repository.commit("1", {"a.log": line(0)})
    folder = repository.folder / path
    folder.mkdir(exist_ok=True)
    (folder / "git").write_text(f"#!/bin/sh\ntouch {tmp_path}/ran\n")
    (folder / "git").chmod(0o755)
    monkeypatch.chdir(repository.folder)
    monkeypatch.setenv("PATH", path)
    assert main.run(["scan", ".", "--history"]) == 1
    assert "install git" in capsys.readouterr().err
    assert not (tmp_path / "ran").exists()
