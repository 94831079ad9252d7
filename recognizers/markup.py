"""How a page shows a text: the name of a tag, its attributes' sizes, a style; what an element of XML is called says more."""

from __future__ import annotations

import re

__all__ = ["is_markup"]

_MARKUP = re.compile(
    r"""<\w{1,10} [^<>]*?(?<![\w-])(?:size=|style=(?:"[^"<>]*|'[^'<>]*))|</?span(?![\w-])|(?<![\w-])font-size""",
    re.IGNORECASE,
)


def is_markup(before: str, start: int, end: int) -> bool:
    """Tell whether a word belongs to how a page shows the text, not to what it says.

    >>> is_markup("<font size='3'>", 6, 10), is_markup("size=3 ", 0, 4)
    (True, False)
    """
    tag = max(before.rfind("<", 0, end), 0)
    return any(found.start() <= start and end <= found.end() for found in _MARKUP.finditer(before, tag))
