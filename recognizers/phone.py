"""KZ_PHONE: telephone numbers of Kazakhstan."""

from __future__ import annotations

import re

from piiguard.recognizers.base import Pattern, Rule, moved
from piiguard.recognizers.checks import phone, phone_plan
from piiguard.recognizers.checks.characters import BLANKS, DASHES, INVISIBLE, is_decimal, is_digits
from piiguard.recognizers.checks.later import later
from piiguard.recognizers.labels import phrases
from piiguard.recognizers.shapes import AFTER_PERCENT, LETTERS, NOT_AFTER

__all__ = ["RULE"]

_SEPARATOR = rf"[{BLANKS}{INVISIBLE}.(){DASHES[1:]}-]"
_AREA = phone_plan.AREA
_REST = rf"(?:{_SEPARATOR}{{0,2}}[0-9]){{7}}"
_BEFORE = rf"(?<![0-9{LETTERS}+])(?<![0-9][.-])(?<![0-9a-f]{{4}}-)"
_BEFORE_SHORT = rf"(?<![0-9{LETTERS}+(])(?<![0-9][{BLANKS}.()-])(?<![0-9a-f]{{4}}-)"
_AFTER = rf"(?![0-9])(?!(?!доб|вн|ішкі|ext)[{LETTERS}])(?!-[0-9{LETTERS}]{{4}})(?!\.[0-9])"
_MOBILE = "7(?:0[0-25-8]|47|7[15-8])"  # those that people have: 760-764 and 785 are lines of networks
# A bare number as the value of a key, the segment of a path or beside another long number is an identifier;
# so are most among Latin words alone, that is in logs, unless a word before it leads to a person.
_KEY = later(rf"[0-9A-Za-z_\])][\"']?[{BLANKS}]?[=:][{BLANKS}]?[\"'(\[]?$|[/#_=№][{BLANKS}]?$")
_LONG_BEFORE = later(r"[0-9]{9}[^0-9A-Za-zЀ-ԯ]{1,3}$")
_LONG_AFTER = later(r"[^0-9A-Za-zЀ-ԯ]{1,3}[0-9]{9}")
_LEADS_TO_PERSON = later(
    r"\b(?:to|from|on|at|me|us|him|her|user|username|login|client|customer|recipient|subscriber|driver|dial|ring|text|reach"
    r"|message|otp)[\"']?[ =:]{1,2}[\"'+]?$",
    re.IGNORECASE,
)
_CYRILLIC = later("[Ѐ-ԯ]")
_GROUP = later("[0-9]+")


def _check(value: str) -> bool | None:
    """Keep the pattern's score for an allotted prefix and a grouping that people write."""
    if is_decimal(value) or len(_GROUP.findall(value)) > 7:
        return False
    return None if len(value) < 10 or phone.is_valid(value) else False


def _doubt(value: str) -> tuple[float, str] | None:
    """Eleven digits in a row are written for mobile numbers; areas have half of all prefixes."""
    if len(value) == 11 and is_digits(value) and phone.parse(value).kind == "landline":
        return 0.15, "a landline in bare digits"
    return None


def _misplaced(value: str, before: str, after: str) -> tuple[float, str] | None:
    """Half a percent of all eleven-digit identifiers reads as a mobile number."""
    if len(value) != 11 or not is_digits(value) or not (before.strip() or after.strip()):
        return None
    if _LEADS_TO_PERSON.search(before):
        return None
    if _KEY.search(before) or _LONG_BEFORE.search(before) or _LONG_AFTER.match(after):
        return 0.15, "stands where identifiers stand"
    return None if _CYRILLIC.search(before) or _CYRILLIC.search(after) else (0.15, "bare digits in a log")


# Bare digits are weak evidence: one ten-digit number that begins with 7 in four has a valid prefix.
RULE = Rule(
    entity="KZ_PHONE",
    name="KzPhoneRecognizer",
    about="Finds Kazakh numbers however they are grouped; Russian ones share ``+7`` but not the prefixes.",
    patterns=(
        Pattern(
            "country code", rf"(?<![0-9+])(?:\+|%2B)[ ]?7{_SEPARATOR}{{0,3}}{_AREA}{_REST}{_AFTER}", 0.65
        ),
        Pattern(
            "international prefix",
            rf"{_BEFORE}(?:007|8[{BLANKS}~-]{{0,3}}10[{BLANKS}-]{{0,3}}7){_SEPARATOR}{{0,3}}{_AREA}{_REST}{_AFTER}",
            0.6,
        ),
        Pattern("prefix apart", rf"{_BEFORE}[78](?!\.){_SEPARATOR}{{1,3}}{_AREA}{_REST}{_AFTER}", 0.6),
        # so are versions: words still speak against it
        Pattern("parted by a dot", rf"{_BEFORE}[78]\.{_SEPARATOR}{{0,2}}{_AREA}{_REST}{_AFTER}", 0.55),
        Pattern("eleven digits", rf"{_BEFORE}[78]{_AREA}{_REST}{_AFTER}", 0.5),
        Pattern("percent-encoded sign before it", rf"{AFTER_PERCENT}[78]{_AREA}[0-9]{{7}}(?![0-9])", 0.5),
        Pattern(
            "ten digits, grouped",
            rf"{_BEFORE_SHORT}{_MOBILE}(?:[{BLANKS}][0-9]{{3}}[{BLANKS}][0-9]{{2}}[{BLANKS}]|-[0-9]{{3}}-[0-9]{{2}}-)[0-9]{{2}}{_AFTER}(?![{BLANKS}-][0-9])",
            0.5,
        ),
        Pattern("ten digits", rf"{_BEFORE_SHORT}[(]?{_AREA}{_REST}{_AFTER}", 0.25),
        Pattern(
            "without its area code",
            rf"{_BEFORE_SHORT}(?:[2-9][0-9]{{2}}|[2-9][0-9])-[0-9]{{2}}-[0-9]{{2}}{NOT_AFTER}(?![.-])",
            0.1,
        ),
        Pattern("spreadsheet float", rf"{_BEFORE}[78]?{_AREA}[0-9]{{7}}(?=\.0(?![0-9]))", 0.25),
    ),
    context=phrases(
        "тел; телефон; т.; телефонный; моб.; моб; мобильный; мобильник; сотовый; сот.; сот; сотка; дом. тел; раб. тел",
        "городской; факс; whatsapp; ватсап; вотсап; звонить; звоните; позвонить; позвоните; перезвонить; абонент",
        "контактный; контакты; смс; sms; ұялы; ұялы телефон; үй тел; жұмыс тел; байланыс; хабарласу; хабарласыңыз",
        "қоңырау; telefon; uialy; uyaly; bailanys; jumys tel; phone; tel; mobile; mob; cell; cellphone; fax",
        "contact; contacts; msisdn; telephone; viber; telegram; caller; callee; call; dst; sotovyi; sotovyy; mob tel",
        "мой номер; моего номера; моим номером; ваш номер; твой номер; его номер; на номер; по номеру; номерим; менің нөмірім",
        "нөмірім; номерім; нөміріңіз; my number; your number; набери; наберите; позвони; перезвони; звони; звякни; дозвониться",
        "хабарлас; қоңырау шал; вацап; уатсап; вайбер; телеграм; мобилка; phone number; phoneno; номер для связи; каспи; kaspi",
        "dom tel; rab tel; wa me; home phone; work phone; номер телефона; телефон нөмірі",
    ),
    against=phrases("id; ids; uid; cid; key; value; lsn; cursor; code; index"),
    company=frozenset({"PERSON", "KZ_IIN", "EMAIL_ADDRESS"}),
    negatable=True,
    sure=0.6,
    check=_check,
    doubt=_doubt,
    misplaced=_misplaced,
)
__getattr__ = moved("KzPhoneRecognizer")
