"""KZ_DOCUMENT_DATE: when a document was issued and until when it is valid."""

from __future__ import annotations

from piiguard.recognizers.base import Pattern, Rule, moved
from piiguard.recognizers.checks import document_date
from piiguard.recognizers.dates import AFTER, BEFORE, forms
from piiguard.recognizers.labels import phrases

__all__ = ["RULE"]

_YEAR = "(?:199[2-9]|20[0-6][0-9])"


def _check(value: str) -> bool | None:
    """Refuse days that no calendar has and years in which no document was issued."""
    return None if document_date.is_valid(value) else False


RULE = Rule(
    entity="KZ_DOCUMENT_DATE",
    name="KzDocumentDateRecognizer",
    about="Finds dates of issue and validity beside their words; a word such as «выдан» needs a document beside it.",
    patterns=(
        *forms(_YEAR),
        Pattern("month and year", rf"{BEFORE}(?:0[1-9]|1[0-2])[/.]{_YEAR}{AFTER}", 0.1),
    ),
    context=phrases(
        "дата выдачи; выдачи; дата выдачи документа; срок действия; срок действия документа; дата окончания действия",
        "срок годности документа; берілген күні; берілген уақыты; берілген мерзімі; жарамдылық мерзімі; қолданылу мерзімі",
        "жарамдылық мерзім; қолданылу мерзім; berilgen kuni; jaramdylyq merzimi; zharamdylyk merzimi; qoldanylu merzimi",
        "issue date; date of issue; date issued; date of expiry; expiry date; doc date; date doc; document date; issued date; doc valid until; doc expiry; date vydachi; doc issued; doc issued at",
        "doc expires; doc expires at; id doc issued; id card issue date; data vydachi; kogda vydan; когда выдан; когда выдано; когда выдана; кем и когда выдан; кем и когда выдано; қашан берілді; қашан берілген",
        "dejstvitelen do; deistvitelen do; srok deistviya; srok dejstviya; document expiry; passport expiry; passport issued",
    ),
    hints=phrases(
        "выдан; выдано; выдана; выд.; от; действителен; действителен до; действительно до; действительно; годен до; до; по",
        "с; берілген; берілді; берген; дейін; жарамды; berilgen; berildi; jaramdy; issued; on; issued on; issued at; expires",
        "expires on; valid until; valid till; valid through; valid thru; valid to; expiry; expiration; exp; expiration date",
        "срок; srok; мерзімі; merzimi; vydan; vydano; vydana; deiin; deyin; do; begin date; end date; дата начала; дата окончания",
    ),
    against=phrases(
        "рождения; рожд.; род.; дата рождения; туған; туған күні; туған жылы; birth; born; dob; date of birth; birthday",
        "закон; приказ; постановление; кредит; заем; займ; ссуда; доверенность; лицензия; сертификат; диплом; справка",
        "заявление; создан; создано; изменен; обновлен; заключен; подписан; получен; принят; зарегистрирован; оплачен",
        "created; updated; modified; signed; expires in; бұйрық; заң; қаулы; несие; сенімхат; анықтама; өтініш; карта",
        "card; token; cookie; certificate; cert; license key; promo; акция; скидка; полис; страховка; гарантия; warranty",
        "пункт выдачи; пункты выдачи; доставлен; доставка; отгружен; права доступа; абонемент; пропуск",
    ),
    company=frozenset(
        {"KZ_ID_CARD", "KZ_PASSPORT", "KZ_DRIVER_LICENSE", "KZ_DOCUMENT_ISSUER", "KZ_DOCUMENT_DATE", "KZ_MRZ"}
    ),
    negatable=True,
    check=_check,
)
__getattr__ = moved("KzDocumentDateRecognizer")
