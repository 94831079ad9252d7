"""The files in deploy/ say what is there: options of the command, folders of the tree, packages of the extras."""

from __future__ import annotations

import itertools
import re
import shlex
import shutil
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from piiguard.cli.exits import EXIT_FOUND, EXIT_INCOMPLETE
from piiguard.cli.main import cli
from piiguard.cli.scan_refusals import refuse

ROOT = Path(__file__).parents[1]
DEPLOY = ROOT / "deploy"
DOCKERFILE = (DEPLOY / "Dockerfile").read_text()
USER = "10001"


UNITS = sorted(path.name for path in DEPLOY.glob("*.service"))
JOBS = sorted(path.name for path in DEPLOY.glob("kubernetes*.yaml"))


def loaded(name: str) -> Any:
    return next(yaml.safe_load_all((DEPLOY / name).read_text()))


def pod(name: str) -> Any:
    return loaded(name)["spec"]["jobTemplate"]["spec"]["template"]["spec"]


def settings(name: str) -> dict[str, str]:
    """What a unit says, the last word on each."""
    return dict(re.findall(r"^(\w+)=(.*)$", (DEPLOY / name).read_text(), re.MULTILINE))


def written(command: list[str]) -> list[Path]:
    """The files that a command writes."""
    return [
        Path(value)
        for option, value in itertools.pairwise(command)
        if option in ("--since", "--metrics", "-o")
    ]


def commands() -> Iterator[tuple[str, list[str]]]:
    yield "compose.yaml", loaded("compose.yaml")["services"]["scan"]["command"]
    for name in JOBS:
        yield name, pod(name)["containers"][0]["args"]
    for name in UNITS:
        yield name, shlex.split(settings(name)["ExecStart"])[1:]
    for line in re.findall(r"piiguard ((?:scan|--)[^|\n>]*)", DOCKERFILE):
        yield "Dockerfile", shlex.split(line)


@pytest.mark.parametrize("command", [pytest.param(args, id=name) for name, args in commands()])
def test_every_command_is_one_that_the_program_takes(command: list[str]) -> None:
    context = click.Context(cli, info_name="piiguard")
    name, found, rest = cli.resolve_command(context, command)
    assert found is not None
    with found.make_context(name, rest, parent=context) as own:
        if name == "scan":  # options that are there, and would not be kept beside each other
            refuse(own.params["targets"], own.params)


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
    for name in JOBS:
        assert pod(name)["securityContext"]["runAsNonRoot"]
        assert str(pod(name)["securityContext"]["runAsUser"]) == USER
        (container,) = pod(name)["containers"]
        context = container["securityContext"]
        assert context["readOnlyRootFilesystem"]
        assert not context["allowPrivilegeEscalation"]
        assert context["capabilities"] == {"drop": ["ALL"]}
        places = [
            Path(mount["mountPath"]) for mount in container["volumeMounts"] if not mount.get("readOnly")
        ]
        assert all(file.parent in places for file in written(container["args"]))


@pytest.mark.parametrize("name", UNITS)
def test_a_unit_may_write_nothing_but_what_it_says(name: str) -> None:
    unit = settings(name)
    held = {"ProtectSystem": "strict", "CapabilityBoundingSet": ""}
    held |= dict.fromkeys(
        ("DynamicUser", "NoNewPrivileges", "PrivateTmp", "ProtectHome", "RestrictNamespaces"), "yes"
    )
    assert held.items() <= unit.items()
    places = {Path("/var/lib") / unit["StateDirectory"], Path(unit.get("ReadWritePaths", "/dev/null"))}
    files = [Path(unit["WorkingDirectory"]) / file for file in written(shlex.split(unit["ExecStart"]))]
    assert files
    assert {file.parent for file in files} <= places
    assert unit["SuccessExitStatus"].split() == [str(EXIT_FOUND), str(EXIT_INCOMPLETE)]
    assert (DEPLOY / name).with_suffix(".timer").exists()


def test_what_reads_a_share_alone_has_no_network() -> None:
    assert settings("piiguard-share.service")["PrivateNetwork"] == "yes"
    _, policy = yaml.safe_load_all((DEPLOY / "kubernetes-share.yaml").read_text())
    assert policy["spec"]["policyTypes"] == ["Ingress", "Egress"]
    assert not {"ingress", "egress"} & policy["spec"].keys()
    labels = loaded("kubernetes-share.yaml")["spec"]["jobTemplate"]["spec"]["template"]["metadata"]["labels"]
    assert policy["spec"]["podSelector"]["matchLabels"] == labels
    share = [volume for volume in pod("kubernetes-share.yaml")["volumes"] if volume["name"] == "share"]
    assert share[0]["persistentVolumeClaim"]["readOnly"]


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd is not installed")
@pytest.mark.parametrize("name", sorted(path.name for path in DEPLOY.glob("piiguard-*.*")))
def test_systemd_takes_each_unit(name: str, tmp_path: Path) -> None:
    for path in DEPLOY.glob(
        "piiguard-*.*"
    ):  # the program that they start is not where they say, on this machine
        (tmp_path / path.name).write_text(path.read_text().replace("/opt/piiguard/bin/piiguard", "/bin/true"))
    done = subprocess.run(
        ["systemd-analyze", "verify", str(tmp_path / name)], capture_output=True, text=True, check=False
    )
    assert [line for line in done.stderr.splitlines() if name.partition(".")[0] in line] == []
