"""The acts on a person take the same options; one that is none is refused, as a question with a slip would be asked of nobody."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from piiguard.keys import Keyring
from piiguard.subjects import erase_subject, release_subject, replay_subjects, restrict_subject
from tests.subjects import schools
from tests.subjects.test_find import IIN
from tests.subjects.test_restrict import given


def replay(url: str, whom: Any, **options: Any) -> Any:
    return replay_subjects(url, **options)


@pytest.mark.parametrize("act", [erase_subject, restrict_subject, release_subject, replay])
@pytest.mark.parametrize("option", ["agree", "leave_keep", "dry_run"])
def test_an_option_with_a_slip_changes_nothing(
    act: Callable[..., Any], option: str, sqlite_url: str, keyring: Keyring
) -> None:
    schools.build(sqlite_url, keyring)
    before = schools.contents(sqlite_url)
    with pytest.raises(TypeError, match=option):
        act(sqlite_url, [IIN], **given(keyring), **{option: False})
    assert schools.contents(sqlite_url) == before
