"""What the name of a column promises: a prior for its values, never a proof.

Names come in English, in Russian and Kazakh, in Cyrillic and in every transliteration, often mixed in one
schema. Both sides are folded: Cyrillic to Latin, ``ch = 4 = č = c`` and ``y = j = i``.

>>> sorted(hints("debtorIin")), sorted(hints("ЖСН")), sorted(hints("ot4estvo"))
(['KZ_IIN'], ['KZ_IIN'], ['PERSON'])
>>> sorted(hints("order_number"))
[]
>>> treated("iin_hmac"), treated("iin")
(True, False)
"""

from __future__ import annotations

import re
from functools import lru_cache

from piiguard import entities
from piiguard.entities import EMAIL_ADDRESS, KZ_ADDRESS, KZ_DOCUMENT_DATE, KZ_DOCUMENT_ISSUER, KZ_IIN

__all__ = [
    "EXACT",
    "context",
    "hints",
    "labelled",
    "last_name",
    "promised",
    "single_name",
    "treated",
    "words",
]

_CYRILLIC = str.maketrans(
    {
        **dict(zip("абвгдезийклмнопрстуфхыэ", "abvgdeziiklmnoprstufhie", strict=True)),
        **dict(zip("әғқңөұүһіё", "agknouuhie", strict=True)),
        "ж": "zh",
        "ц": "c",
        "ч": "c",
        "ш": "sh",
        "щ": "sh",
        "ю": "iu",
        "я": "ia",
        "ь": "",
        "ъ": "",
        **dict(zip("äáöóüúūñńşığǵčý", "aaoouuunnsiggcu", strict=True)),
    }
)
_CAMEL = re.compile(
    r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])|(?<=[а-яёәғқңөұүһі])(?=[А-ЯЁӘҒҚҢӨҰҮҺІ])"
)
_WORD = re.compile(r"[a-z]+[0-9]*")

_SINGLE = (
    "surname, last name, lastname, first name, firstname, middle name, middlename, given name, patronymic, "
)
_SINGLE += (
    "patronim, familiia, familia, famil, fam, imia, ima, otchestvo, otcestvo, otch, tegi, aty, second name"
)
# Longer words that begin like one of ours and mean something else.
_OTHER = (
    "ip address, mac address, wallet address, tech passport, tehpasport, "
    "mailing list, mail sent, shot at, screenshot, cell count, plate count, is mobile, telegram, mobile app, "
    "phone model, phone verified, email verified, email sent, position x, position y, bin size, bin id, "
    "karta sajta, product passport, fax enabled, mail server, mail host, panel, account number of, "
    "template, plated, microphone, positioning, iphone"
)
_TREATED = frozenset(
    [
        "enc",
        "encripted",
        "cipher",
        "ciphertext",
        "hash",
        "hashed",
        "hmac",
        "bidx",
        "index",
        "masked",
        "tokenized",
        "token",
        "digest",
        "md5",
        "sha1",
        "sha256",
        "sha512",
    ]
)
EXACT = frozenset(row.name for row in entities.ENTITIES if row.telling)
"""Entities whose column names are seldom used for anything else."""


def words(name: str) -> tuple[str, ...]:
    """The folded words of a column's name.

    >>> words("IDCardIssueDate"), words("моб_тел2")
    (('id', 'card', 'isue', 'date'), ('mob', 'tel2'))
    """
    split = _CAMEL.sub(" ", name).lower().translate(_CYRILLIC)
    return tuple(_fold(word) for word in _WORD.findall(split.replace("4", "c")))


def _fold(word: str) -> str:
    plain = word.replace("ch", "c").replace("y", "i").replace("j", "i")
    # familiya, familija and familia meet here; iin must keep both of its letters
    return re.sub(r"([a-z])\1+", r"\1", plain) if len(plain) > 4 else plain


def _parse(names: str) -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(_fold(w) for w in name.translate(_CYRILLIC).split()) for name in names.split(", "))


# Several words must stand in this order, side by side.
_TABLE = {row.name: _parse(row.columns) for row in entities.ENTITIES}
_ALONE = _parse(_SINGLE)
_EXCEPT = _parse(_OTHER)


def _same(word: str, wanted: str) -> bool:
    if len(wanted) >= 5:
        return word.startswith(wanted)
    return word.rstrip("0123456789") == wanted


def _holds(name: tuple[str, ...], wanted: tuple[str, ...]) -> bool:
    size = len(wanted)
    return any(all(map(_same, name[at : at + size], wanted)) for at in range(len(name) - size + 1)) or (
        size > 1 and len(name) == 1 and name[0].startswith("".join(wanted))
    )


def _by_beginning() -> dict[str, list[tuple[str, tuple[str, ...]]]]:
    """What names hold, by the letters that their first word begins with; nothing stands for what is an exception."""
    found: dict[str, list[tuple[str, tuple[str, ...]]]] = {}
    for entity, table in {"": _EXCEPT, **_TABLE}.items():
        for wanted in table:
            found.setdefault(wanted[0][:2], []).append((entity, wanted))
    return found


# A file may have as many names as lines: each is compared with the few that begin alike, not with all.
_BEGINNING = _by_beginning()


@lru_cache(maxsize=4096)
def hints(name: str) -> frozenset[str]:
    """The entities that a column of this name usually holds."""
    split = words(name)
    near = (
        row for beginning in {w[:n] for w in split for n in (1, 2)} for row in _BEGINNING.get(beginning, ())
    )
    found = {entity for entity, wanted in near if _holds(split, wanted)}
    if "" in found:
        return frozenset()
    if any(word.startswith("iin") or word.endswith("iin") for word in split):
        found.add(KZ_IIN)
    return frozenset(_narrow(found))


def _narrow(found: set[str]) -> set[str]:
    """A date or an issuer of a document names the document too; an address of mail is no street."""
    for special in (KZ_DOCUMENT_ISSUER, KZ_DOCUMENT_DATE):
        if special in found:
            return {special}
    if EMAIL_ADDRESS in found:
        found.discard(KZ_ADDRESS)
    return found


def single_name(name: str) -> bool:
    """Whether the column promises one word of a name: such values alone prove nothing."""
    split = words(name)
    return any(_holds(split, wanted) for wanted in _ALONE)


def treated(name: str) -> bool:
    """Whether the name says that its values are hashed, masked or encrypted."""
    return not _TREATED.isdisjoint(words(name))


def promised(column: str, path: str | None) -> frozenset[str]:
    """What the name of a place promises: of a JSON path its last two keys count."""
    keys = [key for key in (path or "").replace("[*]", "").split(".")[1:] if key != "*"]
    if not keys:
        return hints(column)
    return hints(keys[-1]) or hints(" ".join(keys[-2:]))


def last_name(column: str, path: str | None) -> str:
    """What a place is called: its last key, or its column."""
    return path.rpartition(".")[2] if path else column


def context(column: str, path: str | None, label: str = "") -> tuple[str, ...]:
    """The words that stand for a label: the column's name, the JSON path and the comment."""
    return tuple(part for part in (column, path and path.replace("[*]", "").replace(".", " "), label) if part)


@lru_cache(maxsize=4096)
def labelled(words: tuple[str, ...]) -> frozenset[str]:
    """The entities that these words are a label of, for the engine or for a reader of names of columns."""
    from piiguard.recognizers import evidence  # with it come all words, which a check of headers needs not

    return evidence.labelled(" | ".join(words)).union(*map(hints, words))
