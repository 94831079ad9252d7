"""KZ_BIRTH_DATE: when a person was born."""

from __future__ import annotations

from piiguard.recognizers.base import Pattern, Rule, moved
from piiguard.recognizers.checks import birth_date
from piiguard.recognizers.dates import BEFORE, forms, iso
from piiguard.recognizers.labels import phrases
from piiguard.recognizers.shapes import DAY, MONTH, NUMBER_AFTER, NUMBER_BEFORE

__all__ = ["RULE"]

_YEAR = "(?:1[89][0-9]{2}|20[0-2][0-9])"
# Papers of Kazakhstan begin in 1992; what is dated before that, right behind a name, is the person.
_OLDEST, _SIGNED = 1900, 1992
# Databases give a day its first moment, which is part of the value; any other time of day is that of an event. It has
# a pattern of its own, so that the lines of a log, which begin with a date and a time, are not looked at.
_FIRST_MOMENT = r"[ T]00:00(?::00(?:[.]0{1,9})?)?Z?(?![0-9:.])"


def _check(value: str) -> bool | None:
    """Refuse days that no calendar has, and stamps that no day begins with."""
    return None if birth_date.is_valid(value) else False


def _agrees(value: str, beside: str) -> bool:
    """Tell whether an IIN begins with the date, or whether a name is no signature: nobody signs with a day so long ago."""
    if any(map(str.isdigit, beside)):
        return birth_date.agrees(value, beside)
    return birth_date.is_valid(value) and _OLDEST <= birth_date.parse(value).year < _SIGNED


RULE = Rule(
    entity="KZ_BIRTH_DATE",
    name="KzBirthDateRecognizer",
    about="Finds dates beside words for birth, and dates with which an IIN beside them begins.",
    patterns=(
        *forms(_YEAR),
        Pattern("first moment of a day", rf"{BEFORE}{iso(_YEAR)}{_FIRST_MOMENT}", 0.25),
        Pattern("digits of a date", rf"{NUMBER_BEFORE}{_YEAR}{MONTH}{DAY}{NUMBER_AFTER}", 0.1),
        Pattern("field of a pension payment", rf"(?<=/DT/){_YEAR}{MONTH}{DAY}{NUMBER_AFTER}", 0.7),
        Pattern("before 1970", rf"(?<![0-9A-Za-z.-])-[1-9][0-9]{{7,12}}{NUMBER_AFTER}", 0.05),
        Pattern(
            "since 1970", rf"{NUMBER_BEFORE}(?:[1-9][0-9]{{8}}|1[0-3][0-9]{{8}})(?:000)?{NUMBER_AFTER}", 0.05
        ),
    ),
    context=phrases(
        "дата рождения; даты рождения; датой рождения; дату рождения; день рождения; дата рожд.; дата и место рождения; рожд.; род.; рождения",
        "родился; родилась; родились; родившийся; родившаяся; рождён; год рождения; года рождения; г.р.; г. р.; г.рожд.; д.р.",
        "туған күні; туған күн; туған жылы; туған уақыты; туған; туғанмын; туған күні мен жері; туылған; туылған күні; дүниеге келген; дүниеге келді; т.ж.; ж.т.; ж. т.",
        "tugan kuni; tugan kun; tugan jyly; tugan zhyly; tugan; tuylgan; tuylgan kuni; tuilgan kuni",
        "birth date; birthdate; birth dt; birth day; birthday; bday; bdate; date of birth; birth; born; born on; dob; d.o.b.",
        "data rozhdeniya; data rozhdeniia; data rozhdenija; data rozhdenia; data rozhd; data rozd; data rojdeniya; den rozhdeniya; rozhd",
    ),
    against=phrases(
        "дата выдачи; выдан; выдано; выдана; выд.; срок действия; действителен до; дата окончания; берілген күні; берілген; берілді",
        "жарамдылық мерзімі; issued; issue date; date of issue; valid until; expires; expiry date; expiration; место рождения",
        "свидетельство о рождении; закон; приказ; постановление; протокол; умер; умерла; смерти; дата смерти; қайтыс болған",
        "died; date of death; death; принят; уволен; приема; приёма; создан; обновлен; created; updated; modified; бұйрық; заң",
        "birth certificate; certificate; marriage; married; admitted; discharged; поступил; поступила; выписан; выписана; брак; брака",
        "госпитализирован; госпитализирована; түскен; неке; некеге",
    ),
    hints=phrases("др"),
    company=frozenset({"KZ_IIN"}),
    close={"PERSON": 0.3},
    parts=frozenset({"KZ_ID_CARD", "KZ_PASSPORT", "KZ_DRIVER_LICENSE", "KZ_DOCUMENT_ISSUER"}),
    agrees=_agrees,
    gain=0.5,
    company_gain=0.5,
    negatable=True,
    check=_check,
)
__getattr__ = moved("KzBirthDateRecognizer")
