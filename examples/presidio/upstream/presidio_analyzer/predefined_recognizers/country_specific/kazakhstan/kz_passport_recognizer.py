import re
from typing import List, Optional

from presidio_analyzer import Pattern, PatternRecognizer


class KzPassportRecognizer(PatternRecognizer):
    """
    Recognize the number of the passport of Kazakhstan.

    The letter N, often typed in Cyrillic, and eight digits. There is no check digit
    outside of the machine-readable zone: without a word for a passport it is weak.

    :param patterns: List of patterns to be used by this recognizer
    :param context: List of context words to increase confidence in detection
    :param supported_language: Language this recognizer supports
    :param supported_entity: The entity this recognizer can detect
    :param name: Name of this recognizer
    """

    COUNTRY_CODE = "kz"

    PATTERNS = [
        Pattern(
            "N and eight digits",
            r"(?<![0-9A-Za-z\u0400-\u052f])[N\u041d][ \u0009\u00a0\u202f\u2007\u2009\u2116-]{0,3}[0-9]{8}(?![0-9A-Za-z\u0400-\u052f])(?!\.(?!0(?![0-9]))[0-9])(?!-[0-9a-f]{4})",  # noqa: E501
            0.25,
        ),
    ]

    CONTEXT = [
        "паспорт",
        "загранпаспорт",
        "паспортный",
        "төлқұжат",
        "паспорты",
        "серия",
        "pasport",
        "tolqujat",
        "tolkuzhat",
        "tolquzhat",
        "zagranpasport",
        "pasporta",
        "zagranpasporta",
        "passport",
        "ppt",
        "pp",
        "пасп",
        "пасп.",
        "загран",
        "загранник",
        "zagran",
    ]

    def __init__(
        self,
        patterns: Optional[List[Pattern]] = None,
        context: Optional[List[str]] = None,
        supported_language: str = "kk",
        supported_entity: str = "KZ_PASSPORT",
        name: Optional[str] = None,
    ) -> None:
        super().__init__(
            supported_entity=supported_entity,
            patterns=patterns if patterns else self.PATTERNS,
            context=context if context else self.CONTEXT,
            supported_language=supported_language,
            name=name,
        )

    def validate_result(self, pattern_text: str) -> Optional[bool]:
        """
        Drop what cannot be such a number.

        :param pattern_text: the text that a pattern matched
        :return: False to drop it, None to keep the score of the pattern
        """
        digits = re.sub("[^0-9]", "", pattern_text)
        return None if len(set(digits)) > 1 else False
