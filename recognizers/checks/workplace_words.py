"""The words of workplaces: legal forms, positions, degrees and titles, and what announces them.

Sources: the organisational forms of the Civil Code and of the business register of Kazakhstan in both
languages, and the degrees and titles that its diplomas and teachers' certificates print.
"""

from __future__ import annotations

from piiguard.recognizers.checks.letters import ANY, UPPER
from piiguard.recognizers.checks.position_words import (
    ENDS_LINE,
    LIKE_POSITION_ANCHOR,
    NO_FIELD,
    POSITION_ANCHORS,
)

__all__ = [
    "DEGREE",
    "DUTY",
    "DUTY_KK",
    "EMPLOYED",
    "EMPLOYED_KK",
    "INSTITUTION",
    "INSTITUTION_KK",
    "KEY",
    "MODEST_KEY",
    "OF_INSTITUTION",
    "ORGANISATION",
    "PREFILTER",
    "STAFF",
    "STAFF_KK",
    "TITLE",
]

GAP = "[ \u00a0]"
EDGE = f"(?<![{ANY}0-9_])"
END = f"(?![{ANY}0-9_])"

FORMS_BEFORE = (
    f"(?:(?:ТОО|АО|НАО|ОАО|ЗАО|ПАО|ООО|ОЮЛ|АОО|РГУ|РГКП|ГУ|КГУ|КГКП|ГККП|НУО|ЧУ|УО|ПК|КХ|ФХ|ИП|ШҚ|МБОУ|МФО|ОО|ОФ|LLP|JSC|NJSC|LLC|TOO|JSHS|ZhShS|ЖШС|АҚ)"
    f"|(?:РГП|КГП|ГКП)(?:{GAP}на{GAP}ПХВ)?)"
)
LONG_FORMS_BEFORE = (
    "(?:[Тт]овариществ[оа] с (?:ограниченной|дополнительной) ответственностью|(?:[Нн]екоммерческо(?:е|го) )?[Аа]кционерно(?:е|го)"
    " обществ[оа]|(?:[Кк]оммунальное |[Рр]еспубликанское )?[Гг]осударственное (?:казенное )?(?:учреждение|предприятие)"
    "|[Чч]астное учреждение|[Оо]бщественное объединение|[Ll]imited liability partnership)"
)
FORMS_AFTER = f"(?:ЖШС|КеАҚ|АҚ|РМҚК|РМК|РММ|КММ|КМҚК|МКҚК|МКК|МҚК|ММ|ШЖҚ{GAP}(?:РМК|МКК|КМК)|ҚБ|ҚҚ|ШҚ|ЖК|LLP|JSC|NJSC|LLC|Ltd\\.?|ZhShS|JShS|JŞS|AQ)"
LONG_FORMS_AFTER = (
    "(?:(?:коммерциялық емес )?акционерлік қоғам|жауапкершілігі шектеулі серіктестіг|(?:коммуналдық |республикалық )?мемлекеттік"
    " (?:қазыналық )?(?:мекеме|кәсіпорн|кәсіпорын)|жеке мекеме)"
)
OPEN, CLOSE = '«"“„', '»"”“'
QUOTED = rf"[{OPEN}][^{OPEN}{CLOSE}\n]{{2,90}}(?:[«\"“][^{OPEN}{CLOSE}\n]{{1,80}}[{CLOSE}]?)?[{CLOSE}]"
NAME = rf"[{UPPER}][{ANY}0-9-]{{1,40}}+(?:{GAP}[{UPPER}][{ANY}0-9-]{{1,40}}+){{0,3}}"
SCHOOL = "(?:[Шш]кол[аеы]|[Мм]ектеп|[Лл]ицей|[Гг]имнази[яи])"

ORGANISATION = (
    rf"(?:{EDGE}(?:{FORMS_BEFORE}|{LONG_FORMS_BEFORE}){GAP}?{QUOTED}"
    rf"|{EDGE}(?:{FORMS_BEFORE}|{LONG_FORMS_BEFORE}){GAP}{NAME}"
    rf"|{QUOTED}{GAP}?(?:{FORMS_AFTER}{END}(?:-?[нд][ыіае]ң?|-?[дт][ае])?|(?:[^{OPEN}{CLOSE}\n]{{0,60}}[ ])??{LONG_FORMS_AFTER}[{ANY}]{{0,6}})"
    rf"|{EDGE}{NAME}{GAP}(?:LLP|JSC|NJSC|LLC|ЖШС|КеАҚ|АҚ|JŞS){END})"
)

_STEMS_RU = (
    r"школ|гимнази|лице[йяею]|колледж|университет|институт|академи|больниц|поликлиник|амбулатори|детск(?:ий|ого|ом|им|ому) сад|ясли-сад|акимат"
    r"|министерств|департамент|управлени|комитет|прокуратур|суд(?:е|а|у)?(?![а-яё])|инспекци|банк|завод|фабрик|комбинат|музе[йяею]|театр|библиотек|аптек"
    r"|магазин|цон(?:е|а)?(?![а-яё])|полици|компани|фирм|предприяти|учреждени|организаци|агентств|столов|кафе(?![а-яё])|ресторан|гостиниц"
)
_STEMS_KK = (
    r"мектеп|мектеб|лицей|гимназия|колледж|университет|институт|аурухана|емхана|балабақша|әкімдіг|әкімдік|министрліг|басқарма|департамент|комитет"
    r"|прокуратура|сот(?=ы)|банк|зауыт|фабрика|кітапхана|дәріхана|дүкен|орталық|орталығ|мұражай|театр"
)
_STEMS_EN = (
    "School|University|College|Institute|Academy|Hospital|Clinic|Bank|Ministry|Department|Akimat|Court"
    "|Kindergarten|Library|Museum|Factory|Plant|Company|Agency|Center|Centre"
)
INSTITUTION_RU = (
    rf"{EDGE}(?:[А-ЯЁӘҒҚҢӨҰҮҺІа-яё][а-яёәғқңөұүһі-]{{3,20}}(?:ая|ой|ый|ий|ом|ое|ого|ем|ую|ей){GAP}){{0,3}}(?:№{GAP}?[0-9]{{1,3}}{GAP})?"
    rf"(?i:{_STEMS_RU})"
    rf"[а-яё-]{{0,14}}(?:-[а-яё]{{3,12}})?(?:{GAP}(?:№{GAP}?[0-9]{{1,3}}|[«\"][^«»\"\n]{{2,60}}[»\"]|(?:имени|им\.){GAP}?[{UPPER}][{ANY}.]{{1,20}}(?:{GAP}[{UPPER}][{ANY}]{{2,20}})?"
    rf"|[{UPPER}][{ANY}-]{{1,20}}|(?![а-яё]+[аиеыя]л[аио]?(?![а-яё]))[а-яё]{{4,20}}(?:ого|ой|ых|их|ов|ев|ия|ии|я|а|ы)(?![а-яё]))){{0,3}}{END}"
)
INSTITUTION_KK = (
    rf"{EDGE}(?!(?i:ол|мен|біз|сен|сіз|олар){END})(?:№{GAP}?[0-9]{{1,3}}{GAP})?(?:[{UPPER}][{ANY}-]{{1,20}}{GAP}|[«\"][^«»\"\n]{{2,60}}[»\"]{GAP}|[{ANY}-]{{3,20}}{GAP}){{0,3}}"
    rf"(?i:{_STEMS_KK})[{ANY}-]{{0,10}}{END}"
)
INSTITUTION_EN = rf"{EDGE}(?:the{GAP})?(?:[A-Z][A-Za-z'-]+{GAP}){{0,4}}(?:{_STEMS_EN})(?:{GAP}(?:No\.?{GAP}?[0-9]{{1,3}}|of{GAP}[A-Z][a-z]+(?:{GAP}[A-Z][a-z]+)?))?{END}"
# What a position goes on with: «… школы-гимназии № 4», «… СШ № 4», «… КазНУ им. …», «… детским садом «Сынақ»».
_NUMBERED = rf"{GAP}?№{GAP}?[0-9]{{1,3}}"
_ABBREVIATED = rf"{EDGE}(?!(?:{NO_FIELD}){END})(?:[А-ЯӘҒҚҢӨҰҮҺІ]{{2,6}}|[А-ЯӘҒҚҢӨҰҮҺІ][а-я]{{1,4}}[А-ЯӘҒҚҢӨҰҮҺІ]{{1,4}}){END}"
_NAMED = rf"{GAP}(?:имени|им\.){GAP}?[{UPPER}][{ANY}.-]{{1,20}}(?:{GAP}[{UPPER}][{ANY}]{{2,20}})?"
OF_INSTITUTION = rf"(?:{_ABBREVIATED}(?:{_NUMBERED}|{_NAMED}|{_NUMBERED}{_NAMED})?|{INSTITUTION_RU})"
INSTITUTION = rf"(?:{INSTITUTION_RU}|{INSTITUTION_KK}|{INSTITUTION_EN})"
STAFF = "(?i:сотрудни(?:к|ц)[а-яё]{0,3}|работни(?:к|ц)[а-яё]{0,3}|служащ(?:ий|ая|его|ему|ей)|employee of|staff of)"
STAFF_KK = f"(?i:қызметкер|жұмысшы|маман)[{ANY}]{{0,5}}"
DEGREE = (
    rf"{EDGE}(?:[кд]\.{GAP}?(?:ф|физ)\.?-?{GAP}?м\.{GAP}?н\.|[кд]\.{GAP}?[а-я]{{1,6}}\.{GAP}?н\."
    rf"|(?i:кандидат|доктор)[{ANY}]{{0,3}}{GAP}[{ANY}-]{{4,20}}(?:ских|ческих|ных|цинских){GAP}наук|[Pp][Hh]\.?D\.?"
    rf"|(?:[{ANY}]{{3,20}}{GAP})?ғылым(?:дар)?(?:ының)?{GAP}(?:кандидаты|докторы|магистрі)|философия{GAP}докторы"
    rf"|[Ққ]ауымдастырылған{GAP}профессор[{ANY}]{{0,3}}|[Аа]ссоциированн[{ANY}]{{2,3}}{GAP}профессор[{ANY}]{{0,3}}"
    rf"|(?i:доктор|кандидат){GAP}(?:PhD|наук)|(?i:PhD){GAP}докторы|(?i:заслуженный)[{ANY}]{{0,2}}{GAP}[{ANY}]{{5,20}}{GAP}(?:РК|Республики Казахстан)|[Пп]едагог-(?:сарапшы|зерттеуші|шебер|модератор|эксперт|исследователь|мастер)"
    rf"|(?i:магистр)[{ANY}]{{0,3}}{GAP}(?:[{ANY}-]{{4,20}}{GAP})?(?:наук|образования|права|бизнеса|педагогики|экономики|юриспруденции|филологии|техники и технологии|управления)|(?i:MBA|M\\.?Sc\\.?|B\\.?Sc\\.?)|(?i:master|bachelor){GAP}of{GAP}[A-Z][a-z]+)(?![{ANY}0-9_])"
)
# A value after these and a sign is a workplace, whatever its words.
KEY = (
    r"(?i:мест[ао][ _](?:уч[её]бы[ ]?[/(или, ]{1,6}[ ]?)?работы\)?(?:[ ]?[/,(и]{1,2}[ ]?(?:уч[её]бы|должность)\)?)?|место[ ]службы|должност[ьи](?:[ ]?[/,][ ]?место[ ]работы)?|работодатель|уч[её]н(?:ая|ой)[ _]степень"
    r"|уч[её]ное[ _]звание|професси[яи]|род[ ]занятий"
    r"|(?:наименование|название)[ _](?:организации|работодателя)|жұмыс[ ]орны(?:[ ]?[/,(][ ]?лауазымы\)?)?|лауазымы?(?:[ ]?[/,][ ]?жұмыс[ ]орны)?|ғылыми[ ]дәрежесі|ғылыми[ ]атағы|мамандығы|кәсібі"
    r"|ұйым[ ]атауы|mesto_?raboty|mesto[ ]raboty|dolzhnost|dolznost|doljnost|lauazymy?|[zj]h?umys[ _]orny|work_?place|employer(?:_?name)?|job[ _]?title"
    r"|place[ ]of[ ]work|occupation|designation|org_?name|organi[sz]ation_?name|company_?name|academic[ _]degree|uchenaya_?stepen|uchenoe_?zvanie)"
)
# After these it must also hold a word for a position or a degree: ``position: absolute`` does not.
MODEST_KEY = "(?i:position|title|job|степень|звание|дәрежесі|атағы|қызметі|role|post|stepen|zvanie|работа|опыт работы|стаж|жұмысы)"
# Only for people: «система работает на сервере» is no workplace, so what follows must be one.
DUTY = "(?i:(?:на|в|с|по|занима(?:ет|ю|л|ла|ющий|ющая)|освободить от) должност[иь])"
EMPLOYED = "(?i:(?:про)?работа(?:ет|ю|л|ла|ем|ют|ющ[а-я]{2,3})|труд(?:ится|ился|илась|ящ[а-я]{2,3}ся)|трудоустро(?:ен|ена|ился|илась)|устроил(?:ся|ась)|служ(?:ит|ил|ила)|(?:works?|worked|working|employed)(?= (?:as|at|for|in|by) ))"
EMPLOYED_KK = "(?i:(?:болып |қызметінде )?(?:жұмыс істе|істей|қызмет (?:ете|етеді|атқара|істе))|болып)"
DUTY_KK = "(?i:лауазым(?:ына|ында|ын|ынан)|қызметіне|қызметінен)"
# Titles that stand before a name.
TITLE = "(?i:доцент|профессор|академик|докторант|магистрант|педагог|директор|ректор|декан|учитель|мұғалім|оқытушы|преподаватель|врач|дәрігер)"

PREFILTER = (
    rf"(?-i:(?:{FORMS_BEFORE}){GAP}?[«\"“„{UPPER}])",
    rf"[»\"”“]{GAP}?(?-i:{FORMS_AFTER})",
    rf"{GAP}(?-i:LLP|JSC|NJSC|LLC|ЖШС|КеАҚ|АҚ)",
    "ответственностью|акционерно|государственное|частное учреждение|общественное объединение|liability partnership",
    "акционерлік|шектеулі|мемлекеттік|жеке мекеме",
    rf"{KEY}[\"']?[ \t\u00a0]{{0,2}}[:=|–—-]",
    rf"{MODEST_KEY}[\"']?[ \t\u00a0]{{0,2}}[:=|–—-]",
    "работа(?:ет|ю|л|ем|ющ)|труд(?:ится|ил|ящ)|трудоустро|устроил(?:ся|ась)|служ(?:ит|ил)|(?:works?|worked|working|employed) (?:as|at|for|in|by) ",
    "жұмыс істе|істей|болып|қызмет (?:ете|атқара|істе)|должност[иь] |лауазым(?:ына|ында|ын|ынан)|қызметіне",
    rf"[кд]\.{GAP}?(?:[а-я]{{1,6}}\.|(?:ф|физ)\.?-?{GAP}?м\.)",
    "кандидат|доктор|ph\\.?d|ғылым|философия|қауымдастырылған|ассоциированн|педагог-|магистр|заслуженн",
    r"(?-i:MBA|M\.?Sc|B\.?Sc)|(?:master|bachelor) of [a-z]",
    TITLE,
    # Whole lines of a few words.
    rf"{LIKE_POSITION_ANCHOR}(?: [^\W\d_]{{3,20}}){{0,2}}{ENDS_LINE}",
    rf"(?:{_STEMS_RU}|{_STEMS_KK})[^\W\d_]{{0,14}}(?: [^\W\d_]{{3,20}})?(?: № ?[0-9]{{1,3}})?{ENDS_LINE}",
    rf"(?-i:{_STEMS_EN})(?: No[.] ?[0-9]{{1,3}})?{ENDS_LINE}",
    f"(?:бакалавр|докторант|master|bachelor|doctor){ENDS_LINE}",
    *POSITION_ANCHORS,
)
