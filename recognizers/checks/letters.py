"""Letters of the three scripts, as classes for patterns and as foldings for look-ups.

Patterns here spell their letters: ``\\w`` would take digits and every script of Unicode.
"""

from __future__ import annotations

import unicodedata

from piiguard.recognizers.checks.later import later

__all__ = ["ANY", "LOWER", "UPPER", "fold", "latin_key", "to_russian"]

# Precomposed letters first; the combining marks are those that й, ё and Kazakh Latin decompose into.
MARKS = "\u0301\u0306\u0307\u0308\u0327"
LATIN_UPPER = "A-ZÀ-ÖØ-ÞĀĂĆČĐĒĘĞĢĪİĶŁŃŅŇŊŌŐŘŚŞŠŪŮŰŹŻŽƏǴ"
LATIN_LOWER = "a-zß-öø-ÿāăćčđēęğģīıķłńņňŋōőřśşšūůűźżžəǵ"
UPPER = f"{LATIN_UPPER}А-ЯЁІӘҒҚҢӨҰҮҺ"
LOWER = f"{LATIN_LOWER}а-яёіәғқңөұүһ{MARKS}"
ANY = UPPER + LOWER

CYRILLIC = later("[а-яёіәғқңөұүһ]")
# What a keyboard without Kazakh letters leaves, and what other layouts put in their place.
LATIN_IN_CYRILLIC = str.maketrans("aceopxyihəkmtbn", "асеорхуіһәкмтвн")
RUSSIAN_KEYBOARD = str.maketrans("әғқңөұүһі", "агкноуухи")
TO_LATIN = str.maketrans(
    dict(zip("абвгдезийклмнопрстуфхыэіәғқңөұүһ", "abvgdeziiklmnoprstufhyeiagknouuh", strict=True))
    | {"ж": "zh", "ч": "ch", "ш": "sh", "щ": "shch", "ц": "ts", "ю": "iu", "я": "ia", "ъ": "", "ь": ""}
)
LATIN_SPELLINGS = [
    (later(pattern), spelling)
    for pattern, spelling in (
        ("shch|sch", "sh"),
        ("dzh|zh|j", "z"),  # Zhanar, Janar, Dzhanar; z itself stays z
        ("kh|h", "h"),
        ("gh|ğ|ǵ", "g"),
        ("q|c(?!h)", "k"),
        ("x", "ks"),
        ("w", "v"),
        ("[yij]+(?=[aeou])", ""),  # Aliya, Aliia, Alia
        ("[yıi]+", "i"),
        (r"(.)\1", r"\1"),
    )
]


def fold(word: str) -> str:
    """Spell a word for look-ups: composed, small, ё as е, look-alikes in the script of the word.

    >>> fold("Үлгi") == "үлгі"
    True
    """
    if not word.isascii():
        word = unicodedata.normalize("NFC", word)
    word = word.lower().replace("ё", "е")
    return word.translate(LATIN_IN_CYRILLIC) if not word.isascii() and CYRILLIC.search(word) else word


def to_russian(word: str) -> str:
    """Spell a folded Kazakh word as a Russian keyboard does.

    >>> to_russian("үлгі")
    'улги'
    """
    return word.translate(RUSSIAN_KEYBOARD)


def latin_key(word: str) -> str:
    """Give one key to all Latin spellings of a folded word, and to its Cyrillic original.

    >>> latin_key("zhansaya") == latin_key("жансая") == latin_key("jansaia")
    True
    """
    word = unicodedata.normalize("NFKD", word.translate(TO_LATIN).replace("ş", "sh"))
    word = "".join(
        c for c in word.replace("ə", "a").replace("ı", "i").replace("ŋ", "n") if not unicodedata.combining(c)
    )
    for pattern, spelling in LATIN_SPELLINGS:
        word = pattern.sub(spelling, word)
    return word
