"""The files of ``examples/ci``: each is YAML of the shape that its host wants, and its commands gate."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as Tree

import pytest
import yaml

from piiguard import __version__
from piiguard.cli import main
from tests.tables import fill_table

FOLDER = Path(__file__).parents[2] / "examples" / "ci"


def parsed(name: str) -> Any:
    return yaml.safe_load((FOLDER / name).read_text("utf-8"))


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with a model, a baseline that knows nothing, and a database."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "app").mkdir()
    (tmp_path / "app/models.py").write_text(
        'class Person(Base):\n    __tablename__ = "people"\n    iin = mapped_column(String)\n', "utf-8"
    )
    (tmp_path / ".piiguard").mkdir()
    (tmp_path / ".piiguard/known.json").write_text('{"schema": "piiguard.baseline/1"}', "utf-8")
    fill_table(f"sqlite:///{tmp_path}/crm.db")
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path}/crm.db")
    return tmp_path


def run(line: str) -> int:
    """A line of a script that is one plain command, as a shell would read it."""
    assert not set(line) & set("|&;<>`("), line
    program, *words = shlex.split(os.path.expandvars(line))
    assert program == "piiguard"
    return main.run(words)


def ours(lines: list[str]) -> str:
    [line] = [line for line in lines if line.startswith("piiguard ")]
    return line


def test_the_workflow_of_github_shows_what_is_new_at_its_model(repository: Path) -> None:
    workflow = parsed("github.yml")
    assert {"name", "permissions", "jobs", True} == set(workflow)  # YAML 1.1 reads "on" as a truth
    assert workflow["permissions"]["security-events"] == "write"
    steps = workflow["jobs"]["scan"]["steps"]
    line = ours([step["run"] for step in steps if "run" in step])
    [upload] = [
        step["with"] for step in steps if step.get("uses", "").startswith("github/codeql-action/upload-")
    ]
    assert run(line) == 3
    [result, *_] = [
        result
        for result in json.loads((repository / upload["sarif_file"]).read_text("utf-8"))["runs"][0]["results"]
        if result["ruleId"] == "KZ_IIN"
    ]
    where = result["locations"][0]["physicalLocation"]
    assert (where["artifactLocation"]["uri"], where["region"]["startLine"]) == ("app/models.py", 3)


def test_what_was_accepted_once_fails_no_job_again(repository: Path) -> None:
    line = ours(parsed("gitlab-ci.yml")["personal-data"]["script"])
    baseline = line.replace("--baseline", "--write-baseline")
    assert (run(line), run(baseline), run(line)) == (3, 3, 0)
    report = parsed("gitlab-ci.yml")["personal-data"]["artifacts"]["reports"]["junit"]
    root = Tree.parse(repository / report).getroot()  # noqa: S314 - our own
    assert (root.get("failures"), len(list(root.iter("skipped")))) == ("0", 3)


def test_a_commit_with_a_number_is_stopped_and_an_empty_file_is_not(repository: Path) -> None:
    [hook] = parsed("pre-commit-config.yaml")["repos"][0]["hooks"]
    (repository / "fixture.csv").write_text("iin\n" + "050312300015\n" * 3, "utf-8")
    (repository / "notes.txt").write_text("ИИН 050312300015\n", "utf-8")
    (repository / "empty.py").touch()
    assert run(f"{hook['entry']} notes.txt empty.py") == 3
    assert run(f"{hook['entry']} empty.py app/models.py") == 0


ROOT = Path(__file__).parents[2]


def test_the_hook_of_this_repository_is_that_of_the_example() -> None:
    [offered] = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text("utf-8"))
    [example] = parsed("pre-commit-config.yaml")["repos"][0]["hooks"]
    assert {key: offered[key] for key in ("id", "entry", "types")} == {
        key: example[key] for key in ("id", "entry", "types")
    }


@pytest.fixture
def action(repository: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """The last step of the action, run by a shell with the inputs as the host gives them."""
    steps = yaml.safe_load((ROOT / "deploy/action/action.yml").read_text("utf-8"))["runs"]["steps"]
    folder = repository / "bin"
    folder.mkdir()
    (folder / "piiguard").write_text(f'#!/bin/sh\nexec "{sys.executable}" -m piiguard "$@"\n', "utf-8")
    (folder / "piiguard").chmod(0o755)

    def step(**inputs: str) -> subprocess.CompletedProcess[str]:
        given = dict.fromkeys(steps[-1]["env"], "") | {"SARIF": "found.sarif"} | inputs
        return subprocess.run(
            ["bash", "-e", "-c", steps[-1]["run"]],
            env=os.environ | given | {"PATH": f"{folder}:{os.environ['PATH']}"},
            cwd=repository, capture_output=True, text=True, timeout=120, check=False,
        )  # fmt: skip

    return step


def test_the_action_scans_every_target_and_shows_it_at_its_model(
    action: Callable[..., subprocess.CompletedProcess[str]], repository: Path
) -> None:
    (repository / "a log.txt").write_text("ИИН 050312300015\n", "utf-8")
    done = action(
        TARGETS="sqlite:///crm.db\na log.txt\n", SOURCES="app/models.py", BASELINES=".piiguard/known.json"
    )
    assert done.returncode == 3, done.stderr
    results = json.loads((repository / "found.sarif").read_text("utf-8"))["runs"][0]["results"]
    places = {one["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for one in results}
    assert places == {"app/models.py", "a%20log.txt"}


@pytest.mark.parametrize("name", ["TARGETS", "NAME", "BASELINES", "POLICY", "SOURCES", "SARIF"])
def test_no_input_of_the_action_is_read_as_a_command(
    action: Callable[..., subprocess.CompletedProcess[str]], repository: Path, name: str
) -> None:
    attack = '"; touch taken; $(touch taken) `touch taken` --write-baseline=taken'
    done = action(**{"TARGETS": "app/models.py"} | {name: attack})
    assert done.returncode in (0, 1, 2, 4)
    assert not (repository / "taken").exists()


@pytest.mark.parametrize(
    "file", sorted((ROOT / ".github" / "workflows").glob("*.yml")), ids=lambda file: file.stem
)
def test_a_workflow_may_no_more_than_it_says_and_takes_no_words_of_strangers(file: Path) -> None:
    """A title of a pull request in a script would be run."""
    workflow = yaml.safe_load(file.read_text("utf-8"))
    assert workflow["permissions"] == {"contents": "read"}
    for job in workflow["jobs"].values():
        for step in job["steps"]:
            assert not re.search(r"\$\{\{\s*(github|inputs)\.", step.get("run", ""))
            assert "uses" not in step or "@" in step["uses"]


def test_only_the_tag_of_the_version_is_released() -> None:
    jobs = yaml.safe_load((ROOT / ".github/workflows/release.yml").read_text("utf-8"))["jobs"]
    [line] = [step["run"] for step in jobs["build"]["steps"] if step.get("name") == "The tag is the version"]

    def released(tag: str) -> bool:
        return not subprocess.run(
            ["bash", "-e", "-c", line], check=False, env=os.environ | {"GITHUB_REF_NAME": tag}, cwd=ROOT
        ).returncode

    assert released(f"v{__version__}")
    assert not released("v9.9.9")
