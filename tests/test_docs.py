"""Documentation that cannot fall behind: what is generated is regenerated and compared."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

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
    assert len((ROOT / "README.md").read_text(encoding="utf-8").splitlines()) <= 150


@pytest.mark.parametrize(
    "page", [ROOT / "README.md", *sorted(DOCS.rglob("*.md"))], ids=lambda page: page.name
)
def test_every_link_to_a_file_leads_somewhere(page: Path) -> None:
    text = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    for target in re.findall(r"\]\(([^)#]+)[^)]*\)", text):
        if "://" not in target and not target.startswith("mailto:"):
            assert (page.parent / target).exists(), f"{page.name} links to {target}"


def test_every_entity_has_its_row_in_the_recognizer_page() -> None:
    from piiguard.recognizers import kz_recognizers

    page = (DOCS / "recognizers.md").read_text(encoding="utf-8")
    for recognizer in kz_recognizers(languages=("ru",)):
        for entity in recognizer.supported_entities:
            assert f"`{entity}`" in page


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


@pytest.mark.slow
def test_the_quickstart_runs_from_top_to_bottom(tmp_path: Path) -> None:
    page = (DOCS / "quickstart.md").read_text(encoding="utf-8")
    bin_path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment = {k: v for k, v in os.environ.items() if not k.startswith("PIIGUARD_")} | {"PATH": bin_path}
    script = ["cd " + shlex.quote(str(tmp_path))]
    for language, block in re.findall(r"```(sh|python)\n(.*?)```", page, flags=re.DOTALL):
        if language == "sh":
            lines = (line for line in block.splitlines() if not line.startswith("pip install"))
            # There is no terminal here to ask on.
            script += [re.sub(r"^(piiguard encrypt \S+ \S+)", r"\1 --yes", line) for line in lines]
        else:
            script.append(f"python - <<'PYTHON'\n{block}PYTHON")
    # A scan that finds something exits with 3: only a wrong usage, an error or an incomplete job stops this.
    checked = "\n".join(f"{step}\n[ $? -eq 0 ] || [ $? -eq 3 ] || exit 1" for step in script[1:])
    checked = f"{script[0]}\n" + checked.replace(
        "[ $? -eq 0 ] || [ $? -eq 3 ]", "code=$?; [ $code -eq 0 ] || [ $code -eq 3 ]"
    )
    ran = subprocess.run(
        ["sh"], input=checked, capture_output=True, text=True, env=environment, timeout=600, check=False
    )
    assert ran.returncode == 0, ran.stderr
    assert "registered, phone" in ran.stderr
    assert "+7 701 123 45 67" not in ran.stderr
