"""A repository that was made to harm is read for its history, and nothing in it is run, followed, fetched or believed."""

from __future__ import annotations

import os
import zlib
from pathlib import Path
from typing import Any

import pytest

from tests.corpora import scan, unread
from tests.read.test_history import lie, line, reasons
from tests.repositories import Repository

HOOKS = (
    "post-index-change",
    "reference-transaction",
    "post-checkout",
    "pre-auto-gc",
    "fsmonitor-watchman",
    "pre-commit",
)


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    return Repository(tmp_path / "repo")


def read(repository: Repository, *options: str) -> tuple[int, dict[str, Any]]:
    return scan(str(repository.folder), "--history", *options, out=repository.folder.parent / "o.json")


def found(document: dict[str, Any]) -> set[str]:
    return {each["file"].rpartition("/repo")[2] for each in document["findings"]}


def two_versions(repository: Repository) -> str:
    """The commit whose file was taken out."""
    at = repository.commit("1", {"a.log": line(0), ".gitattributes": "* diff=x filter=x\n"})
    repository.commit("2", {"a.log": "saved\n"})
    return at


def test_no_setting_of_a_repository_is_run(repository: Repository, tmp_path: Path) -> None:
    at = two_versions(repository)
    ran = tmp_path / "ran"
    command = f"touch {ran}; false"
    for name in (
        "core.fsmonitor", "core.pager", "core.editor", "core.sshCommand", "core.gitProxy", "core.askPass",
        "core.alternateRefsCommand", "diff.external", "diff.x.textconv", "diff.x.command", "filter.x.clean",
        "filter.x.smudge", "filter.x.process", "alias.cat-file", "alias.rev-list", "pager.cat-file", "pager.rev-list",
        "credential.helper", "gpg.program", "uploadpack.packObjectsHook", "trace2.eventTarget", "sequence.editor",
    ):  # fmt: skip
        repository.run("config", name, f"!{command}" if name.startswith("alias") else command)
    repository.run("config", "log.showSignature", "true")
    hooks = repository.folder / ".git" / "hooks"
    hooks.mkdir(exist_ok=True)
    for name in HOOKS:
        (hooks / name).write_text(f"#!/bin/sh\n{command}\n")
        (hooks / name).chmod(0o755)
    repository.run("config", "core.hooksPath", str(hooks), given=b"")
    before = lie(repository.folder)
    code, document = read(repository)
    assert (code, unread(document)) == (3, "")
    assert f"@{at}:a.log" in found(document)
    assert lie(repository.folder) == before
    assert not ran.exists()


def test_what_a_promisor_would_fetch_is_not_fetched(repository: Repository, tmp_path: Path) -> None:
    at = two_versions(repository)
    ran = tmp_path / "ran"
    blob = repository.run("rev-parse", f"{at}:a.log")
    (repository.folder / ".git/objects" / blob[:2] / blob[2:]).unlink()
    for name, value in (
        ("core.repositoryFormatVersion", "1"),
        ("extensions.partialClone", "origin"),
        ("remote.origin.promisor", "true"),
        ("remote.origin.url", f"ext::sh -c 'touch {ran}'"),
        ("protocol.ext.allow", "always"),
    ):
        repository.run("config", name, value)
    code, document = read(repository)
    assert (code, ran.exists()) == (4, False)
    assert "not in it" in reasons(document)


def test_a_setting_that_includes_another_file_opens_none(repository: Repository, tmp_path: Path) -> None:
    """Whoever opens this pipe waits for ever."""
    at = two_versions(repository)
    os.mkfifo(tmp_path / "pipe")
    with (repository.folder / ".git" / "config").open("a") as config:
        config.write(
            f'[include]\n\tpath = {tmp_path}/pipe\n[includeIf "gitdir:/"]\n\tpath = {tmp_path}/pipe\n'
        )
    assert f"@{at}:a.log" in found(read(repository)[1])


def test_objects_of_another_folder_are_not_read_whatever_leads_there(
    repository: Repository, tmp_path: Path
) -> None:
    other = Repository(tmp_path / "other")
    secret = other.run("rev-parse", other.commit("secret", {"secret.log": line(1)}))
    two_versions(repository)
    store = repository.folder / ".git" / "objects"
    (store / "info").mkdir(exist_ok=True)
    (store / "info" / "alternates").write_text(f"{other.folder}/.git/objects\n")
    (repository.folder / ".git" / "refs" / "heads" / "other").write_text(f"{secret}\n")
    folders = [each for each in (other.folder / ".git" / "objects").iterdir() if len(each.name) == 2]
    linked = [each for each in folders if not (store / each.name).exists()]
    for each in linked:
        (store / each.name).symlink_to(each)
    code, document = read(repository)
    assert code == 4
    assert not [each for each in found(document) if "secret" in each]
    assert "another repository" in reasons(document)
    assert reasons(document).count("this folder of objects was not opened") == len(linked) > 0


def test_a_store_that_is_a_link_is_not_followed(repository: Repository, tmp_path: Path) -> None:
    two_versions(repository)
    store = repository.folder / ".git" / "objects"
    store.rename(tmp_path / "objects")
    store.symlink_to(tmp_path / "objects")
    code, document = read(repository)
    assert (code, found(document)) == (4, set())
    assert "this folder of objects was not opened" in reasons(document)


def test_a_pipe_among_the_objects_is_not_waited_for(repository: Repository) -> None:
    two_versions(repository)
    pack = repository.folder / ".git" / "objects" / "pack"
    pack.mkdir(exist_ok=True)
    os.mkfifo(pack / f"pack-{'0' * 40}.idx")
    code, document = read(repository)
    assert code == 4
    assert str(pack) in unread(document)
    assert found(document)


def test_a_replaced_object_is_read_as_it_is(repository: Repository) -> None:
    at = two_versions(repository)
    blob = repository.run("rev-parse", f"{at}:a.log")
    repository.run("replace", blob, repository.blob(b"nothing here\n"))
    assert f"@{at}:a.log" in found(read(repository)[1])


@pytest.mark.parametrize(
    "name",
    [b"../../../escaped.log", b"a\nb.log", b"\x1b[31mred.log", b"/etc/passwd", b".git", b"a\xff.log", b"..", b"a!b@c:d.log", b"-rf"],
    ids=repr,
)  # fmt: skip
def test_a_name_in_a_tree_is_only_a_name(repository: Repository, tmp_path: Path, name: bytes) -> None:
    two_versions(repository)
    oid = repository.blob(line(3).encode())
    tree = repository.tree(("100644", oid, name))
    commit = repository.run("commit-tree", tree, "-m", "x")
    repository.run("update-ref", "refs/heads/x", commit)
    before = lie(tmp_path)
    _, document = scan(str(repository.folder), "--history", "--format", "json", out=tmp_path / "o.json")
    (tmp_path / "o.json").unlink()
    after = lie(tmp_path)
    assert {**after, str(tmp_path): ""} == {**before, str(tmp_path): ""}
    assert any(each["file"].startswith(f"{repository.folder}@{commit[:8]}:") for each in document["findings"])


def test_a_tree_of_ten_thousand_million_paths_is_read_once(repository: Repository) -> None:
    """Ten trees of ten entries, each of which is the tree below it."""
    oid = repository.tree(*(("100644", repository.blob(line(0).encode()), b"f%d.log" % n) for n in range(10)))
    for _ in range(10):
        oid = repository.tree(*(("40000", oid, b"d%d" % n) for n in range(10)))
    commit = repository.run("commit-tree", oid, "-m", "bomb")
    repository.run("update-ref", "refs/heads/main", commit)
    code, document = read(repository)
    assert (code, len(document["findings"])) == (3, 1)


def test_a_path_without_end_is_named_and_what_lies_below_is_read(repository: Repository) -> None:
    oid = repository.tree(("100644", repository.blob(line(0).encode()), b"a.log"))
    for _ in range(60):
        oid = repository.tree(("40000", oid, b"d" * 100))
    repository.run("update-ref", "refs/heads/main", repository.run("commit-tree", oid, "-m", "deep"))
    code, document = read(repository)
    assert (code, len(document["findings"])) == (4, 1)
    assert "4,096 signs" in reasons(document)


@pytest.mark.parametrize("kind", ["blob", "tree", "commit"])
def test_a_damaged_object_costs_a_line_and_the_others_are_read(repository: Repository, kind: str) -> None:
    at = repository.commit("1", {"in/a.log": line(0), "b.log": line(1)})
    repository.commit("2", {}, gone=["in/a.log", "b.log"])
    name = {"blob": f"{at}:in/a.log", "tree": f"{at}:in", "commit": at}[kind]
    oid = repository.run("rev-parse", name)
    path = repository.folder / ".git/objects" / oid[:2] / oid[2:]
    path.chmod(0o644)
    path.write_bytes(path.read_bytes()[:-12])
    code, document = read(repository)
    assert code == 4
    assert any(each.endswith("b.log") or kind == "commit" for each in found(document))
    assert document["targets"][0]["unread"]


def test_a_pack_cut_short_is_named(repository: Repository) -> None:
    two_versions(repository)
    repository.run("gc", "--quiet")
    [pack] = (repository.folder / ".git/objects/pack").glob("*.pack")
    pack.chmod(0o644)
    pack.write_bytes(pack.read_bytes()[:-40])
    code, document = read(repository)
    assert code == 4
    assert "objects" in unread(document)


@pytest.mark.parametrize("name", ["pack/tmp_pack_a", "pack/pack-12.pack", "00/tmp_obj_a", "incoming-1/x"])
def test_what_git_itself_would_not_read_is_named(repository: Repository, name: str) -> None:
    two_versions(repository)
    path = repository.folder / ".git" / "objects" / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(line(3))
    code, document = read(repository)
    assert code == 4
    assert str(path.parent if name.startswith("incoming") else path) in unread(document)


def test_an_object_that_lies_about_its_length_ends_no_scan(repository: Repository) -> None:
    at = two_versions(repository)
    oid = "ab" * 20
    path = repository.folder / ".git/objects" / oid[:2] / oid[2:]
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(zlib.compress(b"blob 9999999999999\0" + line(1).encode()))
    code, document = read(repository)
    assert code == 4
    assert f"@{at}:a.log" in found(document)


def test_what_is_large_is_streamed(repository: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever held it would read more at once than a piece."""
    from piiguard.read.history.process import Batch

    taken: list[int] = []
    take = Batch.take

    def counted(batch: Batch, count: int) -> bytes:
        data = take(batch, count)
        taken.append(len(data))
        return data

    monkeypatch.setattr(Batch, "take", counted)
    at = repository.commit("1", {"a.log": b"saved order\n" * 500_000 + line(0).encode()})
    repository.commit("2", {}, gone=["a.log"])
    assert f"@{at}:a.log" in found(read(repository)[1])
    assert max(taken) <= 1 << 16
