"""The files in deploy/ say what is there: options of the command, folders of the tree, packages of the extras."""

from __future__ import annotations

import re
import shlex
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from piiguard.cli.main import cli

ROOT = Path(__file__).parents[1]
DEPLOY = ROOT / "deploy"
DOCKERFILE = (DEPLOY / "Dockerfile").read_text()
USER = "10001"


def loaded(name: str) -> Any:
    return yaml.safe_load((DEPLOY / name).read_text())


def job() -> Any:
    return loaded("kubernetes.yaml")["spec"]["jobTemplate"]["spec"]["template"]["spec"]


def commands() -> Iterator[tuple[str, list[str]]]:
    yield "compose.yaml", loaded("compose.yaml")["services"]["scan"]["command"]
    yield "kubernetes.yaml", job()["containers"][0]["args"]
    unit = (DEPLOY / "piiguard-scan.service").read_text()
    yield "piiguard-scan.service", shlex.split(re.findall("^ExecStart=(.*)$", unit, re.MULTILINE)[0])[1:]
    for line in re.findall(r"piiguard ((?:scan|--)[^|\n>]*)", DOCKERFILE):
        yield "Dockerfile", shlex.split(line)


@pytest.mark.parametrize("command", [pytest.param(args, id=name) for name, args in commands()])
def test_every_command_is_one_that_the_program_takes(command: list[str]) -> None:
    context = click.Context(cli, info_name="piiguard")
    name, found, rest = cli.resolve_command(context, command)
    assert found is not None
    found.make_context(name, rest, parent=context)


def test_what_is_copied_into_the_image_is_in_the_tree_and_let_through() -> None:
    let = set(re.findall("^!(.*)$", (DEPLOY / "Dockerfile.dockerignore").read_text(), re.MULTILINE))
    copied = {
        name
        for line in re.findall("^COPY (?!--from)(.*) [^ ]+$", DOCKERFILE, re.MULTILINE)
        for name in line.split()
    }
    assert copied == let
    assert not [name for name in copied if not (ROOT / name).exists()]


def test_the_image_gets_what_its_extras_ask_for_and_every_package_by_hash() -> None:
    text = (DEPLOY / "requirements.txt").read_text()
    blocks = re.split(r"\n(?=\S)", text)
    assert all("--hash=sha256:" in block for block in blocks)
    pinned = {canonicalize_name(block.split("==")[0]) for block in blocks}
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    asked = [*project["dependencies"], *(r for x in ("scan", "documents", "postgresql", "mysql") for r in project["optional-dependencies"][x])]  # fmt: skip
    assert not {canonicalize_name(Requirement(each).name) for each in asked} - pinned


def test_nothing_runs_as_root_or_writes_where_it_was_not_told_to() -> None:
    assert f"USER {USER}" in DOCKERFILE
    scan = loaded("compose.yaml")["services"]["scan"]
    assert scan["read_only"]
    assert scan["cap_drop"] == ["ALL"]
    assert loaded("compose.yaml")["networks"]["inside"]["internal"]
    assert job()["securityContext"]["runAsNonRoot"]
    assert str(job()["securityContext"]["runAsUser"]) == USER
    (container,) = job()["containers"]
    context = container["securityContext"]
    assert context["readOnlyRootFilesystem"]
    assert not context["allowPrivilegeEscalation"]
