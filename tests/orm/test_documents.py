"""The Python blocks of the pages run, in order, as one program per page."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

DOCS = Path(__file__).parents[2] / "docs"


@pytest.mark.parametrize("page", ["encryption.md"])
def test_the_blocks_of_the_page_run(page: str, keyring_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIIGUARD_KEYRING", str(keyring_file))
    blocks = re.findall(r"```python\n(.*?)```", (DOCS / page).read_text(encoding="utf-8"), re.DOTALL)
    assert len(blocks) >= 3
    names: dict[str, Any] = {"__name__": "page"}
    for block in blocks:
        exec(compile(block, page, "exec", dont_inherit=True), names)  # noqa: S102 - our own page
    assert names["student"].iin == "050312300015"
    names["engine"].dispose()


def test_every_public_name_of_the_layer_stands_in_the_page() -> None:
    import piiguard.orm

    text = (DOCS / "encryption.md").read_text(encoding="utf-8")
    assert [name for name in piiguard.orm.__all__ if name not in text and name != "TruncationPlan"] == []
