"""KZ_DOCUMENT_DATE: when a document was issued and until when it is valid."""

from __future__ import annotations

from piiguard.recognizers.base import Pattern, Rule, moved
from piiguard.recognizers.checks import document_date
from piiguard.recognizers.checks.characters import BLANKS
from piiguard.recognizers.labels import phrases
from piiguard.recognizers.shapes import LETTERS

__all__ = ["RULE"]

_S = f"[{BLANKS}]{{0,2}}"
_DAY = "[0-3]?[0-9]"
_MONTH = "[01]?[0-9]"
_YEAR = "(?:199[2-9]|20[0-6][0-9])"
_RU = "(?:янв|фев|мар|апр|ма[йя]|июн|июл|авг|сен|окт|ноя|дек)[а-яё]{0,6}[.]?"
_KK = (
    "(?:қаңтар|кантар|ақпан|акпан|наурыз|сәуір|сауир|мамыр|маусым|шілде|шилде|тамыз|қыркүйек|кыркуйек|қазан|казан"
    "|қараша|караша|желтоқсан|желтоксан|qantar|aqpan|nauryz|sauir|mamyr|mausym|shilde|tamyz|qyrkuiek|qazan|qarasha"
    "|jeltoqsan|zheltoqsan)[а-яәғқңөұүһіa-z]{0,4}"
)
_EN = "(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}[.]?"
# A hyphen after a year in full joins two dates; a slash may follow the number of a document.
_BEFORE = rf"(?<![0-9{LETTERS}])(?<![0-9][.:])(?<!(?<![0-9]{{4}})[0-9]/)(?:(?<![0-9]-)|(?<=[.][0-9]{{4}}-))"
_NUMERIC = rf"{_DAY}(?:[.]{_S}{_MONTH}[.]{_S}|[/]{_MONTH}[/]|[-]{_MONTH}[-]){_YEAR}"
_SHORT = rf"{_DAY}[./]{_MONTH}[./][0-9]{{2}}"
_ISO = (
    rf"{_YEAR}(?:-(?:0[1-9]|1[0-2])-|[.](?:0[1-9]|1[0-2])[.]|/(?:0[1-9]|1[0-2])/)(?:0[1-9]|[12][0-9]|3[01])"
)
# A date with a time of day is an event of a log, not of a document.
_AFTER = (
    r"(?![0-9A-Za-z])(?![./:][0-9])(?!-(?![0-9]{1,2}[.])[0-9])(?!T[0-9])(?![ \t,]{1,2}[0-2]?[0-9]:[0-5][0-9])"
)
_YEAR_WORD = f"(?:[{BLANKS}](?:года|жылы|жыл))?"
_QUOTE = '[«"“„]?'
_UNQUOTE = '[»"”“]?'


def _check(value: str) -> bool | None:
    """Refuse days that no calendar has and years in which no document was issued."""
    return None if document_date.is_valid(value) else False


RULE = Rule(
    entity="KZ_DOCUMENT_DATE",
    name="KzDocumentDateRecognizer",
    about="Finds dates of issue and validity beside their words; a word such as «выдан» needs a document beside it.",
    patterns=(
        Pattern("day, month, year", rf"{_BEFORE}{_NUMERIC}{_AFTER}", 0.25),
        Pattern("year, month, day", rf"{_BEFORE}{_ISO}{_AFTER}", 0.25),
        Pattern("two-digit year", rf"{_BEFORE}{_SHORT}{_AFTER}", 0.14),
        Pattern(
            "month in words",
            rf"{_BEFORE}{_DAY}{_S}[{BLANKS}/-]{{0,2}}(?:{_RU}|{_KK}|{_EN}),?[{BLANKS}/-]{{0,2}}{_YEAR}{_YEAR_WORD}{_AFTER}",
            0.25,
        ),
        Pattern(
            "day in quotation marks",
            rf"[«\"“„]{_S}{_DAY}{_S}[»\"”“]{_S}(?:{_RU}|{_KK}),?{_S}{_YEAR}{_YEAR_WORD}{_AFTER}",
            0.25,
        ),
        Pattern("month first", rf"{_BEFORE}{_EN}[{BLANKS}]{_DAY},?[{BLANKS}]{_YEAR}{_AFTER}", 0.25),
        Pattern(
            "year first",
            rf"{_BEFORE}{_YEAR}{_S}(?:жыл[а-яіғң]{{0,4}}|ж[.]?){_S}{_QUOTE}{_DAY}{_UNQUOTE}{_S}{_KK}",
            0.25,
        ),
        Pattern("month and year", rf"{_BEFORE}(?:0[1-9]|1[0-2])/{_YEAR}{_AFTER}", 0.1),
    ),
    context=phrases(
        "дата выдачи; выдачи; дата выдачи документа; срок действия; срок действия документа; дата окончания действия",
        "срок годности документа; берілген күні; берілген уақыты; берілген мерзімі; жарамдылық мерзімі; қолданылу мерзімі",
        "жарамдылық мерзім; қолданылу мерзім; berilgen kuni; jaramdylyq merzimi; zharamdylyk merzimi; qoldanylu merzimi",
        "issue date; date of issue; date issued; date of expiry; expiry date; doc date; date doc; document date; issued date; doc valid until; doc expiry; data vyda4i; vyda4i; date vydachi; doc issued; doc issued at",
        "doc expires; doc expires at; id doc issued; id card issue date; data vydachi; data vyda4i; kogda vydan",
        "dejstvitelen do; deistvitelen do; srok deistviya; srok dejstviya; document expiry; passport expiry; passport issued",
    ),
    hints=phrases(
        "выдан; выдано; выдана; выд.; от; действителен; действителен до; действительно до; действительно; годен до; до; по",
        "с; берілген; берілді; берген; дейін; жарамды; berilgen; berildi; jaramdy; issued; on; issued on; issued at; expires",
        "expires on; valid until; valid till; valid through; valid thru; valid to; expiry; expiration; exp; expiration date",
    ),
    against=phrases(
        "рождения; рожд.; род.; дата рождения; туған; туған күні; туған жылы; birth; born; dob; date of birth; birthday",
        "закон; приказ; постановление; кредит; заем; займ; ссуда; доверенность; лицензия; сертификат; диплом; справка",
        "заявление; создан; создано; изменен; обновлен; заключен; подписан; получен; принят; зарегистрирован; оплачен",
        "created; updated; modified; signed; expires in; бұйрық; заң; қаулы; несие; сенімхат; анықтама; өтініш; карта",
        "card; token; cookie; certificate; cert; license key; promo; акция; скидка; полис; страховка; гарантия; warranty",
    ),
    company=frozenset(
        {"KZ_ID_CARD", "KZ_PASSPORT", "KZ_DRIVER_LICENSE", "KZ_DOCUMENT_ISSUER", "KZ_DOCUMENT_DATE", "KZ_MRZ"}
    ),
    negatable=True,
    # Log lines begin with a date and a time: what is followed by a time need not be looked at.
    prefilter=(
        *(
            rf"{date}{after}"
            for date in (_NUMERIC, _ISO, _SHORT, rf"(?:0[1-9]|1[0-2])/{_YEAR}")
            for after in (
                "$",
                r"[^0-9A-Za-z \t,:./-]",
                r"[./:-][^0-9]",
                r"-[0-9]{1,2}[.]",
                r"[./:-]$",
                r"[ \t,][^0-9 \t]",
                r"[ \t,]{1,2}[^0-9]",
                r"[ \t,]{1,2}[0-9]{1,2}[^:0-9]",
                r"[ \t,]{1,2}[0-9]{3}",
            )
        ),
        rf"{_DAY}{_S}{_UNQUOTE}[{BLANKS}/-]{{0,2}}(?:{_RU}|{_KK}|{_EN}),?[{BLANKS}/-]{{0,2}}{_YEAR}",
        rf"{_EN}[{BLANKS}]{_DAY},?[{BLANKS}]{_YEAR}",
        rf"{_YEAR}{_S}(?:жыл[а-яіғң]{{0,4}}|ж[.]?){_S}{_QUOTE}{_DAY}{_UNQUOTE}{_S}{_KK}",
    ),
    check=_check,
)
__getattr__ = moved("KzDocumentDateRecognizer")
