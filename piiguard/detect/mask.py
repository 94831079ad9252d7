"""Shows the shape of a value without the value: what stands in every report instead of it.

>>> mask("KZ_IIN", "050312 300015")
'05**** ******'
>>> mask("KZ_PHONE", "+7 (701) 123-45-67")
'+7 (7**) ***-**-**'
>>> mask("EMAIL_ADDRESS", "synaq@mail.example.kz"), mask("EMAIL_ADDRESS", "su@mail.kz")
('s****@************.kz', '**@****.kz')
"""

from __future__ import annotations

from piiguard import entities
from piiguard.entities import EMAIL_ADDRESS
from piiguard.recognizers.checks.later import later

__all__ = ["is_mask", "mask"]

_LONGEST = 40
_ALNUM = later(r"[^\W_]")
_AT = later(r"[@%(\[]")
_STARS = {
    code: "*" if chr(code).isalnum() else chr(code) if chr(code).isprintable() else " " for code in range(128)
}
_UNPRINTABLE = later(r"[^\w\x20-\x7e\u00a0-\uffff]|[\u2028\u2029\u200b-\u200f\u202a-\u202e]")


def mask(entity: str, value: str) -> str:
    """The value with all letters and digits but the first few of its kind replaced by ``*``.

    A value too short to lose anything is starred whole; line breaks become blanks; a long one is cut.
    """
    row = entities.BY_NAME.get(entity)
    kept = row.kept if row else 0
    head = value[:_LONGEST]
    stars = head.translate(_STARS) if head.isascii() else _ALNUM.sub("*", _UNPRINTABLE.sub(" ", head))
    place = 0
    if _own(entity, stars).count("*") >= 2 * kept + 2:
        while kept and place < len(head):
            kept -= head[place].isalnum()
            place += 1
    shown = "".join(c if c.isalnum() else star for c, star in zip(head[:place], stars, strict=False))
    text = shown + stars[place:]
    if len(value) > _LONGEST:
        text += "…"
    return _with_ending(text, value) if entity == EMAIL_ADDRESS else text


def _own(entity: str, text: str) -> str:
    """What must be long enough: of an address the part that names its owner, for the rest is often known."""
    return _AT.split(text, maxsplit=1)[0] if entity == EMAIL_ADDRESS else text


def _with_ending(text: str, value: str) -> str:
    """Keep the top-level domain and hide the inner dots: they tell employers apart."""
    name, at, domain = text.partition("@")
    ending = value.rpartition(".")[2]
    if not at or "." not in domain or not ending.isalpha() or len(value) > _LONGEST:
        return text
    return f"{name}@{'*' * (len(domain) - len(ending) - 1)}.{ending}"


def is_mask(entity: str, written: str) -> bool:
    """Whether a value is its own mask: nothing in it could be hidden any more.

    >>> is_mask("KZ_IIN", "05**********"), is_mask("KZ_IIN", "050312300015")
    (True, False)
    """
    return mask(entity, written) == written
