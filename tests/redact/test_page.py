"""The Python blocks of ``docs/redaction.md`` run, and the policy in ``docs/reports.md`` is one."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from piiguard.scan.policy import Policy

DOCS = Path(__file__).parents[2] / "docs"
BLOCKS = re.findall(r"```python\n(.*?)```", (DOCS / "redaction.md").read_text(encoding="utf-8"), re.DOTALL)


@pytest.fixture
def unchanged_logging() -> Iterator[None]:
    """What a block does to the loggers of the process is undone."""
    import sentry_sdk
    import structlog
    from loguru import logger

    before = list(logging.getLogger().handlers), [list(h.filters) for h in logging.getLogger().handlers]
    yield
    logging.getLogger().handlers, filters = before
    for handler, kept in zip(logging.getLogger().handlers, filters, strict=True):
        handler.filters = kept
    structlog.reset_defaults()
    logger.configure(patcher=lambda record: None)
    sentry_sdk.init(dsn=None)


@pytest.mark.usefixtures("unchanged_logging")
@pytest.mark.parametrize("block", BLOCKS, ids=range(len(BLOCKS)))
def test_python_of_the_page_runs(block: str) -> None:
    exec(compile(block, "redaction.md", "exec"), {})  # noqa: S102 - our own page


def test_policy_of_the_page_is_a_policy() -> None:
    [text] = re.findall(r"```toml\n(.*?)```", (DOCS / "reports.md").read_text(encoding="utf-8"), re.DOTALL)
    policy = Policy.parse(text)
    assert policy.term("iin") is not None
    assert policy.declared["iin"].where == ("students.*", "logs/*.log")
