"""The words of workplaces: legal forms, positions, degrees and titles, and what announces them.

Sources: the organisational forms of the Civil Code and of the business register of Kazakhstan in both
languages, and the degrees and titles that its diplomas and teachers' certificates print.
"""

from __future__ import annotations

from piiguard.recognizers.checks.letters import ANY, UPPER

__all__ = [
    "CYRILLIC_HINTS",
    "DEGREE",
    "EMPLOYED",
    "EMPLOYED_KK",
    "FORM_HINTS",
    "KEY",
    "LATIN_HINTS",
    "MODEST_KEY",
    "ORGANISATION",
    "POSITION",
    "PREFILTER",
    "TITLE",
]

GAP = "[ \u00a0]"
EDGE = f"(?<![{ANY}0-9_])"
END = f"(?![{ANY}0-9_])"

FORMS_BEFORE = (
    f"(?:(?:ТОО|АО|НАО|ОАО|ЗАО|ПАО|ООО|ОЮЛ|АОО|РГУ|РГКП|ГУ|КГУ|КГКП|ГККП|НУО|ЧУ|УО|ПК|КХ|МБОУ|LLP|JSC|NJSC|LLC|TOO|JSHS|ZhShS|ЖШС|АҚ)"
    f"|(?:РГП|КГП|ГКП)(?:{GAP}на{GAP}ПХВ)?)"
)
LONG_FORMS_BEFORE = (
    "(?:[Тт]овариществ[оа] с (?:ограниченной|дополнительной) ответственностью|(?:[Нн]екоммерческо(?:е|го) )?[Аа]кционерно(?:е|го)"
    " обществ[оа]|(?:[Кк]оммунальное |[Рр]еспубликанское )?[Гг]осударственное (?:казенное )?(?:учреждение|предприятие)"
    "|[Чч]астное учреждение|[Оо]бщественное объединение|[Ll]imited liability partnership)"
)
FORMS_AFTER = f"(?:ЖШС|КеАҚ|АҚ|РМҚК|РМК|РММ|КММ|КМҚК|МКҚК|МКК|МҚК|ММ|ШЖҚ{GAP}(?:РМК|МКК|КМК)|ҚБ|ҚҚ|LLP|JSC|NJSC|LLC|Ltd\\.?|ZhShS|JShS)"
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
    rf"|{QUOTED}{GAP}?(?:{FORMS_AFTER}{END}(?:-?[нд][ыі]ң)?|(?:[^{OPEN}{CLOSE}\n]{{0,60}}[ ])??{LONG_FORMS_AFTER}[{ANY}]{{0,6}})"
    rf"|{EDGE}{NAME}{GAP}(?:LLP|JSC|NJSC|LLC|ЖШС|КеАҚ|АҚ){END})"
)

_NOUNS_RU = (
    "директор|бухгалтер|инженер|программист|менеджер|учител|преподавател|врач|медсестр|юрист|экономист|специалист|начальник"
    "|руководител|заведующ|водител|оператор|администратор|секретар|кассир|продавец|продавц|механик|электрик|охранник|аналитик"
    "|разработчик|консультант|лаборант|методист|воспитател|психолог|библиотекар|фармацевт|провизор|тренер|бухгалтер|технолог"
    "|архитектор|дизайнер|журналист|редактор|переводчик|маркетолог|логист|сварщик|слесар|строител|повар|официант|диспетчер"
    "|инспектор|следовател|прокурор|судь[яиею]|нотариус|адвокат|ректор|проректор|декан|доцент|профессор|научный сотрудник|тьютор"
)
_NOUNS_KK = (
    "директор|бухгалтер|есепші|инженер|бағдарламашы|менеджер|мұғалім|оқытушы|дәрігер|мейірбике|заңгер|экономист|маман|басшы"
    "|меңгеруші|орынбасар|жүргізуші|оператор|әкімші|хатшы|кассир|сатушы|тәрбиеші|психолог|әдіскер|кітапханашы|редактор|аудармашы"
    "|инспектор|тергеуші|ректор|декан|доцент|профессор|сарапшы|нұсқаушы|жаттықтырушы|аспаз|күзетші|лаборант|тәлімгер"
)
_NOUNS_EN = (
    "engineer|manager|director|accountant|teacher|lecturer|doctor|physician|nurse|lawyer|economist|specialist|analyst|developer"
    "|programmer|consultant|driver|operator|administrator|secretary|cashier|designer|architect|officer|assistant|head of"
    "|chief|supervisor|technician|professor|auditor|clerk|inspector|editor|translator|president|founder|recruiter|scientist"
)
_BEFORE_NOUN = (
    "главн|генеральн|старш|младш|ведущ|исполнительн|коммерческ|финансов|техническ|заместител[ьяю]|зам\\.|и\\.?о\\.|помощник|бас|аға|кіші"
    "|жетекші|атқарушы|коммерциялық|қаржы|бөлім|бөлімше|мектеп|кафедра|senior|junior|lead|chief|general|deputy|principal|software|sales"
)
POSITION = (
    rf"{EDGE}(?:(?i:{_BEFORE_NOUN})[{ANY}]{{0,8}}{GAP}){{0,2}}(?:(?i:{_NOUNS_RU}|{_NOUNS_KK}|(?:{_NOUNS_EN})s?(?![a-z])))[а-яёіәғқңөұүһ]{{0,8}}(?:-[{ANY}]{{3,20}})?"
    rf"(?:{GAP}(?:отдела|кафедры|цеха|департамента|управления|филиала|службы|школы|центра|группы|склада|по[ ][{ANY}]{{3,20}}))?{END}"
)
DEGREE = (
    rf"{EDGE}(?:[кд]\.{GAP}?(?:ф|физ)\.?-?{GAP}?м\.{GAP}?н\.|[кд]\.{GAP}?[а-я]{{1,6}}\.{GAP}?н\."
    rf"|(?i:кандидат|доктор)[{ANY}]{{0,3}}{GAP}[{ANY}-]{{4,20}}(?:ских|ческих|ных|цинских){GAP}наук|[Pp][Hh]\.?D\.?"
    rf"|(?:[{ANY}]{{3,20}}{GAP})?ғылым(?:дар)?(?:ының)?{GAP}(?:кандидаты|докторы|магистрі)|философия{GAP}докторы"
    rf"|[Ққ]ауымдастырылған{GAP}профессор[{ANY}]{{0,3}}|[Аа]ссоциированн[{ANY}]{{2,3}}{GAP}профессор[{ANY}]{{0,3}}"
    rf"|[Пп]едагог-(?:сарапшы|зерттеуші|шебер|модератор|эксперт|исследователь|мастер)"
    rf"|(?i:магистр)[{ANY}]{{0,3}}{GAP}(?:[{ANY}-]{{4,20}}{GAP})?(?:наук|образования|права|бизнеса|педагогики|экономики))(?![{ANY}0-9_])"
)
# A value after these and a sign is a workplace, whatever its words.
KEY = (
    r"(?i:место[ _]работы|мест[ао][ _]работы|должност[ьи]|работодатель|ученая[ ]степень|ученое[ ]звание|степень|звание"
    r"|(?:наименование|название)[ ]организации|жұмыс[ ]орны|лауазымы?|қызметі|ғылыми[ ]дәрежесі|дәрежесі|ғылыми[ ]атағы|атағы"
    r"|ұйым[ ]атауы|mesto_?raboty|dolzhnost|dolznost|lauazymy?|jumys[ _]orny|zhumys[ _]orny|work_?place|employer|job[ _]?title"
    r"|place[ ]of[ ]work|occupation|org_?name|organi[sz]ation_?name|company_?name|academic[ _]degree)"
)
# After these it must also hold a word for a position: ``position: absolute`` does not.
MODEST_KEY = "(?i:position|title|job)"
EMPLOYED = "(?i:(?:на|в|занима(?:ет|ю|л|ла|ющий|ющая)) должност[иь]|работа(?:ет|ю|л|ла|ем|ют|ющий|ющая)|трудоустроена?|устроил(?:ся|ась)|(?:works?|worked|working|employed)(?= (?:as|at|for|in|by) ))"
EMPLOYED_KK = (
    "(?i:(?:болып |қызметінде )?(?:лауазым(?:ына|ында|ын|ынан)|жұмыс істе|қызмет (?:ете|атқара|істе)))"
)
# Titles that stand before a name.
TITLE = "(?i:доцент|профессор|академик|докторант|магистрант|педагог|директор|ректор|декан|учитель|мұғалім|оқытушы|преподаватель|врач|дәрігер)"

# At least one of these stands in every line with a workplace; the first as written, the others in small letters.
FORM_HINTS = (
    *(
        "ТОО",
        "АО",
        "ООО",
        "ОЮЛ",
        "РГ",
        "ГУ",
        "ГП",
        "ГККП",
        "НУО",
        "ЧУ",
        "УО",
        "ПК",
        "КХ",
        "МБОУ",
        "ЖШС",
        "АҚ",
        "РМ",
        "КМ",
        "МҚК",
    ),
    *("МК", "ММ", "ҚБ", "ҚҚ", "LLP", "JSC", "LLC", "TOO", "ShS", "JSHS", "Ltd"),
)
LATIN_HINTS = (
    *(
        "works ",
        "work ",
        "worked ",
        "working ",
        "employe",
        "workplace",
        "work_place",
        "place of work",
        "title",
        "occupation",
    ),
    *(
        "org_name",
        "orgname",
        "organization",
        "organisation",
        "company_name",
        "companyname",
        "degree",
        "position",
        "job",
        "ph.d",
        "phd",
    ),
    *("dolzhnost", "dolznost", "lauazym", "orny", "raboty"),
)
CYRILLIC_HINTS = (
    *(
        "ответств",
        "акционер",
        "государст",
        "учреждение",
        "объединение",
        "шектеулі",
        "мемлекеттік",
        "мекеме",
        "работ",
        "должност",
    ),
    *(
        "степень",
        "звание",
        "организации",
        "орны",
        "лауазым",
        "қызмет",
        "дәреже",
        "атағы",
        "атауы",
        "трудоустро",
        "устроил",
        "жұмыс",
    ),
    *(
        ".н.",
        ". н.",
        ".\u00a0н.",
        "кандидат",
        "доктор",
        "ғылым",
        "философия",
        "қауымдас",
        "ассоциир",
        "педагог",
        "магистр",
        "доцент",
        "профессор",
    ),
    *(
        "академик",
        "директор",
        "ректор",
        "декан",
        "учитель",
        "мұғалім",
        "оқытушы",
        "преподаватель",
        "врач",
        "дәрігер",
    ),
)
PREFILTER = (
    rf"(?-i:(?:{FORMS_BEFORE}){GAP}?[«\"“„{UPPER}])",
    rf"[»\"”“]{GAP}?(?-i:{FORMS_AFTER})",
    rf"{GAP}(?-i:LLP|JSC|NJSC|LLC|ЖШС|КеАҚ|АҚ)",
    "ответственностью|акционерно|государственное|частное учреждение|общественное объединение|liability partnership",
    "акционерлік|шектеулі|мемлекеттік|жеке мекеме",
    rf"{KEY}[\"']?[ \t\u00a0]{{0,2}}[:=|–—-]",
    rf"{MODEST_KEY}[\"']?[ \t\u00a0]{{0,2}}[:=|–—-]",
    "работа(?:ет|ю|л|ем|ющ)|трудоустроен|устроил(?:ся|ась)|(?:works?|worked|working|employed) (?:as|at|for|in|by) ",
    "жұмыс істе|қызмет (?:ете|атқара|істе)|должност[иь] |лауазым(?:ына|ында|ын|ынан)",
    rf"[кд]\.{GAP}?(?:[а-я]{{1,6}}\.|(?:ф|физ)\.?-?{GAP}?м\.)",
    "кандидат|доктор|ph\\.?d|ғылым|философия|қауымдастырылған|ассоциированн|педагог-|магистр",
    TITLE,
)
