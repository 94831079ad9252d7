"""Documentation that cannot fall behind: what is generated is regenerated and compared."""

from __future__ import annotations

import dataclasses
import re
import shutil
import subprocess
import sys
import tomllib
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import click
import pytest
import yaml

from piiguard.cli.main import cli
from piiguard.cli.scan_refusals import refuse
from piiguard.entities import BY_NAME
from piiguard.keys.codec import names
from piiguard.manifest import Manifest
from tests.transcripts import blocks, programs

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"


def test_generated_pages_are_up_to_date() -> None:
    ran = subprocess.run(
        [sys.executable, str(DOCS / "generate.py"), "--check"],
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert ran.stderr == ""
    assert ran.returncode == 0


def test_the_manual_page_is_sound_and_tells_every_command() -> None:
    from piiguard.cli.main import cli

    page = DOCS / "piiguard.1"
    if shutil.which("groff") is None:
        pytest.skip("NO groff: the manual page is not checked")
    command = ["groff", "-man", "-Kutf8", "-Tutf8", "-ww", str(page)]
    shown = subprocess.run(command, capture_output=True, text=True, check=True)
    assert shown.stderr == ""
    for name in cli.commands:
        assert f"piiguard {name}" in shown.stdout


def test_the_readme_is_short() -> None:
    for page in ROOT.glob("README*.md"):
        assert len(page.read_text(encoding="utf-8").splitlines()) <= 150


PAGES = [*sorted(ROOT.glob("*.md")), *sorted(DOCS.rglob("*.md"))]


def prose(page: Path) -> str:
    return re.sub(r"^```.*?^```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL | re.MULTILINE)


@cache
def anchors(page: Path) -> frozenset[str]:
    """The anchors of the headings, as GitHub and the site make them."""
    seen: Counter[str] = Counter()
    found = set()
    for title in re.findall(r"^#+ (.+)$", prose(page), flags=re.MULTILINE):
        shown = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", title)
        slug = re.sub(r"[^\w\- ]", "", shown.lower()).strip().replace(" ", "-")
        found.add(f"{slug}-{seen[slug]}" if seen[slug] else slug)
        seen[slug] += 1
    return frozenset(found)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_every_link_and_anchor_leads_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", prose(page)):
        if "://" in target or target.startswith("mailto:"):
            continue
        name, _, anchor = target.partition("#")
        there = page.parent / name if name else page
        assert there.exists(), f"{page.name} links to {target}"
        assert not anchor or anchor in anchors(there.resolve()), f"{page.name} links to {target}"


def settings() -> dict[str, Any]:
    """What the site is built by; the functions that it names are not made."""
    text = (ROOT / "mkdocs.yml").read_text(encoding="utf-8")
    found: dict[str, Any] = yaml.safe_load(re.sub(r"!!python/\S+", "", text))
    return found


def listed(nav: object) -> Iterator[str]:
    if isinstance(nav, str):
        yield nav
    for each in nav.values() if isinstance(nav, dict) else nav if isinstance(nav, list) else ():
        yield from listed(each)


def test_every_page_is_in_the_navigation_of_the_site_once() -> None:
    config = settings()
    pages = [page.relative_to(DOCS).as_posix() for page in DOCS.rglob("*.md")]
    assert sorted(listed(config["nav"])) == sorted(name for name in pages if "/decisions/" not in f"/{name}")
    decisions = (DOCS / "decisions.md").read_text(encoding="utf-8")
    assert all(f"({name})" in decisions for name in pages if name.startswith("decisions/"))


def test_the_site_asks_no_other_host() -> None:
    config = settings()
    assert config["theme"]["font"] is False
    assert not {"extra_css", "extra_javascript", "extra"} & config.keys()


def commands(page: Path) -> Iterator[list[str]]:
    for language, _, text in blocks(page.read_text(encoding="utf-8")):
        if language in ("sh", "console"):
            lines = text.splitlines()
            typed = [line for line in lines if line.startswith("$ ")] if language == "console" else lines
            yield from programs("\n".join(typed))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_every_command_of_the_documents_is_one_that_the_program_takes(
    page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".git" / "objects").mkdir(parents=True)  # ``scan . --history`` wants to be in a repository
    monkeypatch.chdir(tmp_path)
    context = click.Context(cli, info_name="piiguard")
    for words in commands(page):
        own, rest = context, [word for word in words if word != "…"]
        command: click.Command = cli
        while isinstance(command, click.Group) and rest and not rest[0].startswith("-"):
            name, found, rest = command.resolve_command(own, rest)
            assert found is not None
            own, command = click.Context(found, info_name=name, parent=own), found
        options = {name for param in command.params for name in (*param.opts, *param.secondary_opts)}
        options |= {"--help", "-h", "--version"}
        unknown = {word.partition("=")[0] for word in rest if re.match(r"--?[a-z]", word)} - options
        assert not unknown, f"{page.name}: piiguard {' '.join(words)}"
        if command.name == "scan":
            refuse_what_is_not_kept(command, rest, own)


def refuse_what_is_not_kept(command: click.Command, words: list[str], parent: click.Context) -> None:
    """Options that are there, and would not be kept beside each other."""
    with command.make_context("scan", list(words), parent=parent.parent) as own:
        refuse(own.params["targets"], own.params)


def test_the_manifest_of_the_page_is_one_and_shows_every_member() -> None:
    page = (DOCS / "encryption.md").read_text(encoding="utf-8").split("## The manifest")[1]
    (text,) = (text for language, _, text in blocks(page) if language == "toml")
    (column,) = Manifest.parse(text).columns
    assert all(getattr(column, field.name) is not None for field in dataclasses.fields(column))
    types = re.findall(r"\w+", re.search(r"^type = .*# (.*)$", text, re.MULTILINE)[1])  # type: ignore[index]
    assert set(types) == set(names())


def test_every_entity_has_its_row_in_the_recognizer_page() -> None:
    from piiguard.recognizers import kz_recognizers

    page = (DOCS / "recognizers.md").read_text(encoding="utf-8")
    for recognizer in kz_recognizers(languages=("ru",)):
        for entity in recognizer.supported_entities:
            assert f"`{entity}`" in page


@pytest.mark.parametrize("name", ["README.md", "README.ru.md", "README.kk.md"])
def test_every_entity_stands_in_each_readme(name: str) -> None:
    page = (ROOT / name).read_text(encoding="utf-8")
    assert [entity for entity in BY_NAME if f"`{entity}`" not in page] == []


def test_every_extra_stands_in_the_documents() -> None:

    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    pages = "".join(p.read_text(encoding="utf-8") for p in [ROOT / "README.md", *DOCS.glob("*.md")])
    for extra in project["optional-dependencies"]:
        assert f"piiguard[{extra}]" in pages or f"`{extra}`" in pages, extra


def test_every_decision_says_context_decision_and_consequence() -> None:
    pages = sorted((DOCS / "decisions").glob("*.md"))
    assert pages
    for page in pages:
        text = page.read_text(encoding="utf-8").lower()
        for word in ("context", "decision", "consequence"):
            assert word in text, f"{page.name} lacks {word}"


def test_the_commands_of_the_readme_are_targets_of_make_and_extras_of_the_package() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = re.findall(r"^make (\w+)", readme, flags=re.MULTILINE)
    assert targets == ["demo", "test"]
    for target in targets:
        assert re.search(rf"^{target}:", makefile, flags=re.MULTILINE)
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    for extras in re.findall(r"piiguard\[([a-z0-9,]+)\]", readme):
        assert set(extras.split(",")) <= set(project["optional-dependencies"])


def test_the_python_of_the_readme_runs(keyring_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from sqlalchemy import String, create_engine, select
    from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

    from piiguard.orm import EncryptedColumnError

    class Base(DeclarativeBase):
        pass

    monkeypatch.setenv("PIIGUARD_KEYRING", str(keyring_file))
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    (block,) = re.findall(r"```python\n(.*?)```", readme, flags=re.DOTALL)
    model, use = block.split("\n\n\nsession", 1)
    names = {
        "Base": Base,
        "Mapped": Mapped,
        "String": String,
        "mapped_column": mapped_column,
        "select": select,
    }
    exec(compile(model, "README.md", "exec", dont_inherit=True), names)  # noqa: S102 - our own README
    engine = create_engine("sqlite://")
    Base.metadata.create_all(engine)
    with Session(engine) as session:
        session.add(names["Student"](iin="050312300015"))  # type: ignore[operator]
        names["session"] = session
        found, refused = f"session{use}".strip().splitlines()
        exec(f"found = {found}", names)  # noqa: S102
        assert names["found"].one().iin == "050312300015"  # type: ignore[attr-defined]
        with pytest.raises(EncryptedColumnError, match="like"):
            exec(refused, names)  # noqa: S102
    engine.dispose()
