import re
from datetime import date
from typing import List, Optional

from presidio_analyzer import Pattern, PatternRecognizer


class KzIinRecognizer(PatternRecognizer):
    """
    Recognize the individual identification number (ИИН / ЖСН) of Kazakhstan.

    Twelve digits, YYMMDD C SSSS K: date of birth, century and sex (1-6), serial
    number, check digit with two rows of weights.
    Source: Law of the Republic of Kazakhstan No. 223 of 12.01.2007 on national
    registers of identification numbers.

    One random number of twelve digits in 460 passes, so a passed check keeps the
    score of the pattern and does not raise it to 1.

    :param patterns: List of patterns to be used by this recognizer
    :param context: List of context words to increase confidence in detection
    :param supported_language: Language this recognizer supports
    :param supported_entity: The entity this recognizer can detect
    :param name: Name of this recognizer
    """

    COUNTRY_CODE = "kz"

    PATTERNS = [
        Pattern(
            "twelve digits",
            r"(?<![0-9A-Za-z\u0400-\u052f])(?<![0-9]\.)(?<![0-9a-f]{4}-)[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])[1-6][0-9]{2}[0-9]{2}[0-9](?![0-9A-Za-z\u0400-\u052f])(?!\.(?!0(?![0-9]))[0-9])(?!-[0-9a-f]{4})",  # noqa: E501
            0.5,
        ),
        Pattern(
            "grouped by meaning",
            r"(?<![0-9A-Za-z\u0400-\u052f])(?<![0-9]\.)(?<![0-9a-f]{4}-)[0-9]{2}[ \u0009\u00a0\u202f\u2007\u2009\u200b\u200c\u200d\ufeff\u00ad./()'\u2010\u2011\u2012\u2013\u2014\u2212-]{0,3}(?:0[1-9]|1[0-2])[ \u0009\u00a0\u202f\u2007\u2009\u200b\u200c\u200d\ufeff\u00ad./()'\u2010\u2011\u2012\u2013\u2014\u2212-]{0,3}(?:0[1-9]|[12][0-9]|3[01])[ \u0009\u00a0\u202f\u2007\u2009\u200b\u200c\u200d\ufeff\u00ad./()'\u2010\u2011\u2012\u2013\u2014\u2212-]{0,3}[1-6][ \u0009\u00a0\u202f\u2007\u2009\u200b\u200c\u200d\ufeff\u00ad./()'\u2010\u2011\u2012\u2013\u2014\u2212-]{0,3}[0-9]{2}[ \u0009\u00a0\u202f\u2007\u2009\u200b\u200c\u200d\ufeff\u00ad./()'\u2010\u2011\u2012\u2013\u2014\u2212-]{0,3}[0-9]{2}[ \u0009\u00a0\u202f\u2007\u2009\u200b\u200c\u200d\ufeff\u00ad./()'\u2010\u2011\u2012\u2013\u2014\u2212-]{0,3}[0-9](?![0-9A-Za-z\u0400-\u052f])(?!\.(?!0(?![0-9]))[0-9])(?!-[0-9a-f]{4})",  # noqa: E501
            0.4,
        ),
        Pattern(
            "in threes",
            r"(?<![0-9A-Za-z\u0400-\u052f])(?<![0-9]\.)(?<![0-9a-f]{4}-)[0-9]{3}(?:[ \u0009\u00a0\u202f\u2007\u2009\u200b\u200c\u200d\ufeff\u00ad./()'\u2010\u2011\u2012\u2013\u2014\u2212-]{1,2}[0-9]{3}){3}(?![0-9A-Za-z\u0400-\u052f])(?!\.(?!0(?![0-9]))[0-9])(?!-[0-9a-f]{4})",  # noqa: E501
            0.35,
        ),
        Pattern(
            "in fours",
            r"(?<![0-9A-Za-z\u0400-\u052f])(?<![0-9]\.)(?<![0-9a-f]{4}-)[0-9]{4}(?:[ \u0009\u00a0\u202f\u2007\u2009\u200b\u200c\u200d\ufeff\u00ad./()'\u2010\u2011\u2012\u2013\u2014\u2212-]{1,2}[0-9]{4}){2}(?![0-9A-Za-z\u0400-\u052f])(?!\.(?!0(?![0-9]))[0-9])(?!-[0-9a-f]{4})",  # noqa: E501
            0.35,
        ),
    ]

    CONTEXT = [
        "иин",
        "жсн",
        "и.и.н.",
        "ж.с.н.",
        "уин",
        "бин",
        "бсн",
        "jsn",
        "zhsn",
        "iin",
        "piin",
        "uin",
        "idn",
    ]

    def __init__(
        self,
        patterns: Optional[List[Pattern]] = None,
        context: Optional[List[str]] = None,
        supported_language: str = "kk",
        supported_entity: str = "KZ_IIN",
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
        number = re.sub("[^0-9]", "", pattern_text)
        if len(number) != 12 or number[6] not in "123456":
            return False
        try:
            date(2000, int(number[2:4]), int(number[4:6]))
            century = 1800 + 100 * ((int(number[6]) - 1) // 2)
            date(century + int(number[:2]), int(number[2:4]), int(number[4:6]))
        except ValueError:
            return False
        return None if self._check_digit(number[:11]) == int(number[11]) else False

    @staticmethod
    def _check_digit(body: str) -> Optional[int]:
        """Compute the twelfth digit; numbers that have none are not issued."""
        digits = [int(digit) for digit in body]
        for weights in (range(1, 12), (3, 4, 5, 6, 7, 8, 9, 10, 11, 1, 2)):
            rest = sum(digit * weight for digit, weight in zip(digits, weights)) % 11
            if rest < 10:
                return rest
        return None
