"""What a user of Presidio is shown runs with its packages, and what is offered to it says what ours says."""

from __future__ import annotations

import importlib.util
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from presidio_analyzer import Pattern, PatternRecognizer

from piiguard.recognizers import bin, iin, passport, vehicle_plate
from piiguard.recognizers.base import Rule

ROOT = Path(__file__).parents[2]
PRESIDIO = ROOT / "examples" / "presidio"
UPSTREAM = PRESIDIO / "upstream"
IIN = "050312300015"


def load(file: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"example_presidio_{file.stem}", file)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def ran(*command: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *command], cwd=ROOT, env=os.environ | environment, capture_output=True, text=True, check=False
    )  # fmt: skip


def test_texts_are_hidden_and_shown_again(keyring_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIIGUARD_KEYRING", str(keyring_file))
    app = load(PRESIDIO / "anonymizer.py")
    hidden, shown = app.main()
    assert re.findall(r"<([A-Z_]+):1\.", hidden) == ["PERSON", "KZ_IIN", "KZ_PHONE"]
    assert shown == app.TEXT.replace("+7 701 123 45 67", "+77011234567")


def test_columns_of_a_frame_are_told_and_tagged() -> None:
    entities, frame = load(PRESIDIO / "structured.py").main()
    assert entities == {"клиент": "PERSON", "жсн": "KZ_IIN"}
    assert frame.to_dict("list") == {
        "клиент": ["<PERSON>"] * 2, "жсн": ["<KZ_IIN>"] * 2, "сумма": ["1 200", "900"],
    }  # fmt: skip


def test_the_command_of_presidio_finds_ours(tmp_path: Path) -> None:
    log = tmp_path / "app.log"
    log.write_text(f"start\nИИН {IIN}\n", encoding="utf-8")
    done = ran(str(PRESIDIO / "cli.py"), "-f", "parsable", str(log))
    found = [json.loads(line) for line in done.stdout.splitlines()]
    assert [(one["entity_type"], one["start"], one["end"]) for one in found] == [("KZ_IIN", 4, 16)]


def test_what_is_offered_is_what_our_data_gives() -> None:
    done = ran(str(UPSTREAM / "generate.py"), "--check")
    assert (done.returncode, done.stdout) == (0, "")


def test_what_is_offered_passes_its_own_tests_in_the_tree_of_presidio() -> None:
    done = ran(
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        "-p",
        "no:randomly",
        "--rootdir",
        str(UPSTREAM),
        str(UPSTREAM),
    )
    assert done.returncode == 0, done.stdout[-2000:]


def test_what_is_offered_needs_nothing_of_ours() -> None:
    for file in UPSTREAM.rglob("kazakhstan/*.py"):
        assert "piiguard" not in file.read_text(encoding="utf-8")


digits = st.text("0123456789", min_size=12, max_size=12)
# births and registrations that there are, with any serial number and check digit
likely = st.builds(
    lambda year, month, rest: f"{year:02}{month:02}{rest}",
    st.integers(0, 99), st.integers(1, 12), st.from_regex(r"[0-6][0-9][1-6][0-9]{5}", fullmatch=True),
)  # fmt: skip
letters = st.text("ABCEHKMOPTXYАВСЕНКМОРТХУ", min_size=2, max_size=3)
OFFERED: dict[str, tuple[Rule, st.SearchStrategy[str]]] = {
    "kz_iin_recognizer": (iin.RULE, digits | likely),
    "kz_bin_recognizer": (bin.RULE, digits | likely),
    "kz_passport_recognizer": (passport.RULE, st.from_regex(r"[NН][ №-]{0,2}([0-9])(\1{7}|[0-9]{7})", fullmatch=True)),
    "kz_vehicle_plate_recognizer": (
        vehicle_plate.RULE, st.builds("{:03} {} {:02}".format, st.integers(0, 999), letters, st.integers(0, 25)),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", OFFERED)
def test_what_is_offered_finds_what_the_same_patterns_of_ours_find(name: str) -> None:
    rule, values = OFFERED[name]
    folder = next(UPSTREAM.rglob("kazakhstan"))
    theirs: PatternRecognizer = getattr(load(folder / f"{name}.py"), rule.name)()
    chosen = {pattern.name for pattern in theirs.PATTERNS}  # type: ignore[attr-defined]
    assert chosen <= {pattern.name for pattern in rule.patterns}

    class Ours(PatternRecognizer):
        def validate_result(self, pattern_text: str) -> bool | None:
            return rule.check(pattern_text) if rule.check else None

    patterns = [Pattern(one.name, one.regex, one.score) for one in rule.patterns if one.name in chosen]
    ours = Ours(rule.entity, patterns=patterns, supported_language="kk")

    def spans(one: Any, text: str) -> set[tuple[int, int, float]]:
        return {(found.start, found.end, found.score) for found in one.analyze(text, [rule.entity])}

    @given(values, st.sampled_from(["{}", "№ {}.", "a {}, b", "{}-"]))
    def same(value: str, around: str) -> None:
        text = around.format(value)
        assert spans(theirs, text) == spans(ours, text)

    same()
