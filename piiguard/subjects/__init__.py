"""A person's data: where it lies, and that it goes when it must.

Everything is loaded on first use: what reads a manifest needs no database.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from piiguard.subjects.answer.answer import Answer
    from piiguard.subjects.answer.made import answer_subject
    from piiguard.subjects.correcting.correct import correct_subject
    from piiguard.subjects.erase import erase_subject, plan_erasure
    from piiguard.subjects.find import find_subject
    from piiguard.subjects.found import SubjectReport
    from piiguard.subjects.identifiers import Identifier
    from piiguard.subjects.receipt import Receipt
    from piiguard.subjects.replay import replay_subjects
    from piiguard.subjects.restricting.restrict import release_subject, restrict_subject

__all__ = [
    "Answer",
    "Identifier",
    "Receipt",
    "SubjectReport",
    "answer_subject",
    "correct_subject",
    "erase_subject",
    "find_subject",
    "plan_erasure",
    "release_subject",
    "replay_subjects",
    "restrict_subject",
]

_HOMES = {
    "Answer": "answer.answer",
    "Identifier": "identifiers",
    "Receipt": "receipt",
    "SubjectReport": "found",
    "answer_subject": "answer.made",
    "correct_subject": "correcting.correct",
    "erase_subject": "erase",
    "find_subject": "find",
    "plan_erasure": "erase",
    "release_subject": "restricting.restrict",
    "replay_subjects": "replay",
    "restrict_subject": "restricting.restrict",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
