"""What a user installs: the wheel elsewhere, an editable install, and the module from the root."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
LEFT_OUT = shutil.ignore_patterns(
    ".git", ".venv*", "build", "*.egg-info", "mutants", "__pycache__", ".*_cache", "demo-*"
)


PATIENT = {"PIP_RETRIES": "10", "PIP_DEFAULT_TIMEOUT": "60"}  # with the package index


def run(*command: str | Path, cwd: Path, check: bool = True) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*map(str, command)], cwd=cwd, check=check, capture_output=True, text=True, env=os.environ | PATIENT
    )


@pytest.fixture(scope="module")
def sources(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the tree, so that a build leaves nothing behind in the checkout."""
    copy = tmp_path_factory.mktemp("sources") / "piiguard"
    for name in (
        "piiguard",
        "keys",
        "recognizers",
        "pyproject.toml",
        "README.md",
        "LICENSE",
        "docs/piiguard.1",
    ):
        source = ROOT / name
        (copy / name).parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, copy / name, symlinks=True, ignore=LEFT_OUT)
        else:
            shutil.copy(source, copy / name)
    return copy


@pytest.fixture(scope="module")
def wheel(sources: Path) -> Path:
    run(sys.executable, "-m", "pip", "wheel", "--no-deps", "--wheel-dir", "dist", ".", cwd=sources)
    (built,) = (sources / "dist").glob("*.whl")
    return built


@pytest.fixture(scope="module")
def plain_python(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The interpreter of an environment with ``pip install piiguard`` and no extra."""
    home = tmp_path_factory.mktemp("environment")
    venv.create(home, with_pip=True)
    python = home / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    run(python, "-m", "pip", "install", "--quiet", wheel, cwd=home)
    return python


def test_the_wheel_holds_real_files_and_no_top_level_keys(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    for wanted in (
        "keys/__init__.py",
        "recognizers/__init__.py",
        "py.typed",
        "demo/models.txt",
        "report/page/report.html",
    ):
        assert f"piiguard/{wanted}" in names
    (manual,) = (name for name in names if ".data/" in name)
    assert manual.endswith("/data/share/man/man1/piiguard.1")
    assert {name.split("/")[0] for name in names if ".dist-info" not in name} == {
        "piiguard",
        manual.split("/")[0],
    }


def test_every_data_file_is_in_the_wheel(wheel: Path) -> None:
    packed = set(zipfile.ZipFile(wheel).namelist())
    for folder, prefix in (
        ("piiguard", "piiguard"),
        ("keys", "piiguard/keys"),
        ("recognizers", "piiguard/recognizers"),
    ):
        for file in (ROOT / folder).rglob("*"):
            inner = file.relative_to(ROOT / folder)
            if (
                not file.is_file()
                or file.suffix == ".py"
                or "__pycache__" in inner.parts
                or inner.parts[0] in ("keys", "recognizers")
            ):
                continue
            assert f"{prefix}/{inner.as_posix()}" in packed


@pytest.mark.slow
def test_a_plain_install_runs_without_presidio(plain_python: Path, tmp_path: Path) -> None:
    code = "import sys, piiguard.keys, piiguard.orm, piiguard.protect; sys.exit('presidio_analyzer' in sys.modules)"
    run(plain_python, "-P", "-c", code, cwd=tmp_path)
    listed = run(plain_python, "-m", "pip", "list", cwd=tmp_path).stdout
    assert "presidio" not in listed
    assert "spacy" not in listed


@pytest.mark.slow
def test_a_plain_install_has_the_command(plain_python: Path, tmp_path: Path) -> None:
    assert "Usage: piiguard" in run(plain_python.with_name("piiguard"), "--help", cwd=tmp_path).stdout


@pytest.mark.parametrize("command", [("scan", "app.log"), ("redact", "app.log"), ("recognizers",)])
@pytest.mark.slow
def test_a_command_without_its_extra_says_what_to_install(
    plain_python: Path, tmp_path: Path, command: tuple[str, ...]
) -> None:
    (tmp_path / "app.log").write_text("nothing\n")
    ran = run(plain_python, "-m", "piiguard", *command, cwd=tmp_path, check=False)
    assert ran.returncode == 1
    assert "piiguard: hint: pip install 'piiguard[scan]'" in ran.stderr
    assert ran.stdout == ""


@pytest.mark.slow
def test_an_editable_install_follows_the_links(sources: Path, plain_python: Path, tmp_path: Path) -> None:
    home = tmp_path / "environment"
    venv.create(home, with_pip=False)
    python = home / plain_python.parent.name / plain_python.name
    pip = [sys.executable, "-m", "pip", "--python", str(python), "install", "--quiet", "--no-deps"]
    run(*pip, "--editable", sources, cwd=tmp_path)
    shown = run(python, "-P", "-c", "import piiguard.manifest as m; print(m.__file__)", cwd=tmp_path).stdout
    assert Path(shown.strip()).resolve() == (sources / "piiguard" / "manifest.py").resolve()
    for package in ("keys", "recognizers"):
        run(python, "-P", "-c", f"import piiguard.{package}", cwd=tmp_path)


def test_the_module_runs_from_the_root() -> None:
    assert run(sys.executable, "-m", "piiguard", "--version", cwd=ROOT).stdout.startswith("piiguard ")


def test_no_requirement_names_a_spacy_model() -> None:
    # What answers to ru-core-news-sm on a package index is a squatted name.
    for file in (ROOT / "pyproject.toml", *(ROOT / "piiguard" / "cli").glob("*.py")):
        text = file.read_text(encoding="utf-8")
        for mark in ("_core_news_", "_core_web_", "-core-news-", "-core-web-"):
            assert mark not in text
