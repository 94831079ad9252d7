"""The words of positions in Russian, Kazakh and English, and what may stand before and behind them.

A position is a noun for somebody at work, with words of rank before it and the name of a department, a subject or a
field behind it. Source: the national classifier of occupations, as staff lists and job advertisements shorten it.
"""

from __future__ import annotations

import re

from piiguard.recognizers.checks.alternatives import one_of
from piiguard.recognizers.checks.letters import ANY

__all__ = [
    "ENDS_LINE",
    "LIKE_POSITION",
    "LIKE_POSITION_ANCHOR",
    "NO_FIELD",
    "POSITION",
    "POSITION_ANCHORS",
    "POSITION_HINTS",
]

GAP = "[ \u00a0]"
EDGE = f"(?<![{ANY}0-9_])"
END = f"(?![{ANY}0-9_])"

# Nouns by how they end when inflected; no plurals, since many people are nobody.
_MASCULINE_RU = (
    "директор|бухгалтер|инженер|программист|менеджер|юрист|юрисконсульт|экономист|специалист|начальник|оператор|администратор"
    "|кассир|механик|электрик|электромонтер|охранник|сторож|аналитик|разработчик|консультант|лаборант|методист|психолог|педагог|логопед"
    "|дефектолог|фармацевт|провизор|тренер|технолог|архитектор|дизайнер|журналист|редактор|переводчик|маркетолог|логист|сварщик"
    "|электрогазосварщик|повар|официант|бармен|диспетчер|инспектор|прокурор|нотариус|адвокат|ректор|проректор|декан|доцент|профессор"
    "|тьютор|завхоз|кладовщик|грузчик|машинист|тракторист|слесар|токар|маляр|штукатур|плотник|столяр|каменщик|монтажник"
    "|монтер|наладчик|крановщик|экскаваторщик|бульдозерист|проходчик|взрывник|геолог|геодезист|маркшейдер|эколог|агроном|зоотехник|ветеринар|врач"
    "|терапевт|хирург|педиатр|стоматолог|кардиолог|невролог|гинеколог|анестезиолог|рентгенолог|фельдшер|санитар|акушер|массажист"
    "|делопроизводител|архивариус|секретар|референт|помощник|ассистент|заместител|руководител|учител|преподавател|воспитател|водител|строител"
    "|библиотекар|следовател|председател|управляющ|эксперт|аудитор|контролер|приемщик|товаровед|мерчендайзер|супервайзер|промоутер"
    "|координатор|тестировщик|верстальщик|сисадмин|связист|пожарный|спасател|инструктор|дворник|курьер|пекар|кондитер|портной"
    "|парикмахер|косметолог|флорист|фотограф|видеооператор|звукорежиссер|хореограф|концертмейстер|аккомпаниатор|художник|артист"
    "|лесник|егер|кочегар|оценщик|риелтор|риэлтор|страхов[оа]й агент|торговый представител|бригадир|мастер|прораб|снабженец|кадровик|делопроизводитель"
    "|hr-менеджер|it-специалист|smm-менеджер|рекрутер|фермер|чабан|летчик|пилот|диктор|корреспондент|доктор|научный сотрудник|вахтер|истопник|судь[яиею]|экспедитор|обходчик|аппаратчик|геофизик|гидролог|топограф|командир|статистик|закупщик|учетчик|нормировщик|сметчик|стажер|ординатор|комплектовщик|упаковщик|сортировщик|фасовщик|разнорабоч|фрезеровщик|шлифовщик|прессовщик|формовщик"
    "|литейщик|плавильщик|сталевар|прокатчик|газорезчик|изолировщик|арматурщик|облицовщик|бурильщик|буровик|помбур|нефтяник|энергетик|теплотехник|метролог|картограф|землеустроител|зоолог|комбайнер|пчеловод|табунщик|охотовед"
    "|рентгенлаборант|оториноларинголог|офтальмолог|окулист|уролог|онколог|дерматолог|дерматовенеролог|психиатр|нарколог|эндокринолог|гастроэнтеролог|пульмонолог|инфекционист|фтизиатр|травматолог|реаниматолог|неонатолог|аллерголог"
    "|ревматолог|нефролог|реабилитолог|физиотерапевт|эпидемиолог|дезинфектор|режиссер|сценарист|костюмер|гример|балетмейстер|дирижер|экскурсовод|реставратор|корректор|пресс-секретар|сурдопереводчик|таможенник|пограничник|кондуктор"
    "|осмотрщик|штурман|авиадиспетчер|авиатехник|бортмеханик|таксист|автомеханик|шиномонтажник|инкассатор|операционист|ревизор|лингвист|археолог|физиолог|метеоролог|синоптик|ювелир|сапожник"
    "|телохранител|водолаз|визажист|мойщик|автомойщик|электросварщик|электрослесар|крепильщик|забойщик|лаборант-химик|продавец|продавц|каменщик|плиточник"
    "|сантехник|автослесар|автоэлектрик|шахтер|горнорабоч|дефектоскопист|стропальщик|весовщик|приемосдатчик|проводник|стюард|бортпроводник|дальнобойщик"
    "|тестомес|мясник|закройщик|портн|оленевод|пасечник|доя[рр]|бетонщик|кровельщик|отделочник|дорожник|оперуполномоченн|участков|дознавател|советник"
    "|кинолог|криминалист|судебный исполнител|регистратор|имам|тренер-преподавател|куратор|вожат|социолог|историк|биолог|химик|физик|математик|глав[аыеу]|атташе"
)
_FEMININE_RU = (
    "медсестр|медицинск(?:ая|ой|ую) сестр|уборщиц|санитарк|продавщиц|нян|технич(?:ка|ки|ку)|домохозяйк|акушерк|швея|швеи|горничн|буфетчиц|гардеробщиц"
    "|воспитательниц|учительниц|преподавательниц|секретарш"
)
_ADJECTIVES_RU = (
    "заведующ|управляющ|рабоч|дежурн|служащ|уполномоченн|ведущ(?:ий|ая) специалист|военнослужащ|участков"
)
_ENDING_M = "(?i:а|у|ю|я|ем|ом|ём|е|ь|ец|ца)?"
_RANK_RU = (
    "главн|генеральн|старш|младш|ведущ|исполнительн|коммерческ|финансов|техническ|первый|первого|помощник|системн|участков|медицинск"
    "|социальн|школьн|научн|судебн|административн|региональн|территориальн|операционн|производственн|клиентск|торгов|полевой|сменн"
    "|дежурн|штатн|художественн|музыкальн|спортивн|физическ|кредитн|страхов|налогов|государственн|почетн|заслуженн|ответственн|управляющ|наемн"
    "|графическ|процедурн|палатн|патронажн|ландшафтн|банковск|кадров|складск|сервисн|проектн"
    "|лечащ|частн|классн|рентген|детск|районн|городск|областн|участков"
    "|разъездн|выездн|врем[её]нн|личн"
)
_SHORT_RU = r"зам\.?|(?:гл|ст|вед|мл|пом|ген)\.|и\.? ?о\.?|врио|вр\.? ?и\.? ?о\.?|заместител[ьяюе]м?|помощник[ауе]?|ассистент[ауе]?|вице-?"
_UNIT_RU = (
    "отдел|кафедр|цех|департамент|управлени|филиал|служб|школ|центр|групп|склад|отделени|сектор|участк|лаборатори|проект|бюро"
    "|правлени|комитет|смен|производств|библиотек|аппарат|канцеляри|столов|кабинет|учебн|методическ|хозяйств|кадр|класс|палат|колледж|лице|завод"
    "|университет|института|больниц|поликлиник|акимат|материальн|общ|финансов|юридическ|продаж|закуп|бухгалтери|магазин|сет|поддержк|персонал"
    "|качеств|безопасност|охран|труд|образовани|здравоохранени|культур|математик|физик|хими|биологи|истори|географи|информатик|начальн"
    "|русск|казахск|английск|физкультур|музык|терапи|хирурги|приемн|сопровождени|развити|рк"
    "|погрузчик|кран|экскаватор|бульдозер|трактор|комбайн|автобус|тепловоз|электровоз|поезд|станк|станци|котл|насос(?!н)|скважин|установк|компрессор|лифт|карьер|рудник|шахт"
    "|данн|баз|детсад|детск|ясл|скла|взвод|роты|батальон|караул|экипаж|сборн|команд|клуб|секци|кружк|оркестр|ансамбл|театр|музе|фонд|совет|палаты|ассоциаци|штаб|маникюр|массаж|лесничеств|литератур|технологи|танц|шахмат|плавани|вокал"
    "|радио|газет|журнал|стройк|объект|комплекс|площадк|месторождени|промысл|хозяйств|котельн|пищеблок|общежити|интернат|диспансер|тыл|связи|автопарк|гараж|вагон"
)
_CASED = "[а-яё]{0,12}(?:ого|его|ой|ей|ых|их|ов|ев|ам|ям|аж|пок|ств|дров|ций|ний|рм|за|да|и|ы|а|я|у|е|ка)"
NO_FIELD = "ИИН|ЖСН|БИН|БСН|ИИК|БИК|ТЕЛ|МОБ|ТОО|АО|ИП|НАО|ООО|ОАО|ЗАО|ГКП|КГП|РГП|ГУ|КГУ|РГУ|ГККП|КГКП|РГКП|ЖШС|АҚ|КХ|ФХ"
# «… с окладом», «… с 1 марта»: on what terms and since when, and nothing of the position.
_TERMS = "оклад|испытат|зарплат|заработ|ставк|доплат|надбавк|сохранен|совмещ|март|апрел|июн|июл|август|сентябр|октябр|ноябр|декабр|январ|феврал|опытом|стажем|дополнит"
_BEHIND_RU = (
    rf"(?:{GAP}(?:(?:по|с|со){GAP}(?!{_TERMS})[а-яё]{{4,20}}(?:{GAP}[а-яё]{{4,20}}(?=[,.;)]|$|{GAP}[A-ZА-ЯӘҒҚҢӨҰҮҺІ_–—-]))?(?:{GAP}и{GAP}[а-яё]{{4,20}})?"
    rf"|{one_of(_UNIT_RU)}{_CASED}?{END}(?:{GAP}(?:и{GAP})?(?![а-яё]*[аиеыя]л[аио]?(?![а-яё]))[а-яё]{{3,14}}(?:ого|ой|ых|их|ов|ев|ия|ии|ий|аж|дров|пок|ги|ти|ки|да|а|ы)(?![а-яё])){{0,2}}"
    rf"|по{GAP}[А-ЯӘҒҚҢӨҰҮҺІ]{{2,6}}{END}|(?!(?:{NO_FIELD}){END})[А-ЯӘҒҚҢӨҰҮҺІ][А-ЯӘҒҚҢӨҰҮҺІи]{{1,5}}(?!{GAP}?[«\"A-ZА-ЯӘҒҚҢӨҰҮҺІ.])"
    rf"|[а-яё]{{4,20}}(?:ых|их|ого|ной){GAP}[а-яё]{{4,20}}(?:ок|ов|ей|ий|ия|та|да|ств|ин|ам){END}"
    rf"|(?i:[а-яё]{{4,20}}(?:ых|их)){GAP}(?i:[а-яё]{{4,20}}(?:ок|ов|ей|ий|ств|ин)){END}|[0-9](?:-?го)?{GAP}(?:разряд|категори|класс|курс)[а-я]{{0,2}}|(?:перв|втор|высш)[ое]й{GAP}категории|рк|акима{GAP}(?:район|город|област|округ|(?:сельского|городского){GAP}округ)[аи]{END})){{0,2}}"
)
_NOUN_RU = (
    rf"(?:{one_of(_MASCULINE_RU)}{_ENDING_M}|{one_of(_FEMININE_RU)}(?i:а|ы|е|у|ой|ою|я|и|ю|ей|ка|ки|ку|ая)?"
    rf"|{one_of(_ADJECTIVES_RU)}(?i:ий|ая|его|ей|ему|им|ую|ый|ого|ому|ым|ой|ем|ью)?)(?:-[{ANY}]{{3,20}})?"
)
_BEFORE_RU = rf"(?:{one_of(_RANK_RU)}(?i:ый|ий|ой|ая|ого|его|ому|ему|ым|им|ую|ей)|(?i:{_SHORT_RU}))"

_NOUN_KK = (
    "директор|бухгалтер|есепші|инженер|бағдарламашы|менеджер|мұғалім|оқытушы|дәрігер|мейірбике|мейіргер|заңгер|экономист|маман|басшы|бастығы|бастық"
    "|меңгеруші|орынбасар|жүргізуші|оператор|әкімші|хатшы|кассир|сатушы|тәрбиеші|психолог|әдіскер|кітапханашы|редактор|аудармашы|инспектор"
    "|тергеуші|ректор|декан|доцент|профессор|сарапшы|нұсқаушы|жаттықтырушы|аспаз|аспазшы|күзетші|лаборант|тәлімгер|зертханашы|жетекші|төраға"
    "|іс жүргізуші|қоймашы|тазалаушы|еден жуушы|дәнекерлеуші|слесарь|электрик|механик|токарь|құрылысшы|диспетчер|әлеуметтік педагог|педагог"
    "|логопед|дефектолог|кеңесші|көмекші|өкіл|бақылаушы|аудитор|талдаушы|әзірлеуші|дизайнер|журналист|тілші|фельдшер|акушер|фармацевт|провизор"
    "|прокурор|нотариус|адвокат|агроном|зоотехник|мал дәрігері|бригадир|шебер|тьютор|методист|администратор|әкімгер|жұмысшы|вахташы|үйлестіруші|бағалаушы|машинис|сот орындаушы|судья|төрайым|есепкерші|медбике|шаштараз|тігінші|бетоншы|қызмет көрсетуші|сылақшы|бұрғышы|кенші|өрт сөндіруші|рентгенолог|кардиолог|невролог|стоматолог|эндокринолог|офтальмолог|уролог|онколог|гинеколог|геолог|эколог|технолог|логист|программист|маркетолог|юрист|хореограф|тренер|экспедитор|тоңазытқышшы|бақташы|сауыншы|тракторшы|шопыр|емші|хирург|терапевт"
    "|педиатр|нотариус|имам|кинолог|ғалым|зерттеуші|тәртіп сақшысы|полицей"
)
_RANK_KK = "участкелік|отбасылық|емдеуші|кезекші|қалалық|аудандық|облыстық|балабақша|кітапхана|асхана|сынып|персонал|полиция|жалпы|учаске|бас|аға|кіші|жетекші|бірінші|атқарушы|коммерциялық|қаржы|мектеп|бөлім|бөлімше|жоба|кадр|кафедра|орталық|филиал|дүкен|цех|қойма|сату|оқу|учаскелік|жүйелік|ғылыми|әлеуметтік"
_GENITIVE_KK = (
    f"(?:(?:[{ANY}-]{{3,20}}{GAP})?(?i:бөлім|басқарма|департамент|орталы|қызмет|кафедра|сектор|топ)[{ANY}]{{1,6}}"
    f"|[{ANY}-]{{2,20}})(?i:ның|нің|дың|дің|тың|тің)"
)
_FOR_KK = f"(?:[{ANY}-]{{2,20}}{GAP}){{1,3}}(?:жөніндегі|бойынша)"
_SUFFIX_KK = "(?i:[сc]?[ыі](?:н[аеыі]?[нң]?|мен|н[ае]н)?|[гқкғ][ае]|[дтн][ыі]ң?|[дт][ае]н?|мен)?"
_SUBJECT_KK = rf"(?:[{ANY}-]{{3,20}}{GAP}){{0,2}}пән[іи](?:нің)?"  # «математика пәнінің», whose first word is no mathematician
_TAUGHT_KK = (
    f"(?i:(?:қазақ|орыс|ағылшын|шет|неміс){GAP}тілі(?:{GAP}мен{GAP}әдебиеті)?|математика|физика|химия|биология|тарих|география|информатика"
    f"|әдебиет|музыка|технология|дене{GAP}шынықтыру|дене{GAP}тәрбиесі|бастауыш{GAP}сынып)(?={GAP}(?:мұғалім|оқытушы|пән))"
)
_BEFORE_KK = rf"(?:{_SUBJECT_KK}|{_TAUGHT_KK}|{_GENITIVE_KK}|{_FOR_KK}|{one_of(_RANK_KK)}(?:і|ы)?)"
_ACTING_KK = rf"(?:{GAP}м\.{GAP}?а\.)?"

_NOUN_EN = (
    "engineer|manager|director|accountant|teacher|lecturer|doctor|physician|nurse|lawyer|economist|specialist|analyst|developer"
    "|programmer|consultant|driver|operator|administrator|secretary|cashier|designer|architect|officer|assistant|supervisor|technician"
    "|professor|auditor|clerk|inspector|editor|translator|president|founder|recruiter|scientist|researcher|coordinator|representative|advisor"
    "|adviser|partner|superintendent|foreman|electrician|mechanic|welder|plumber|carpenter|surgeon|pharmacist|dentist|therapist|librarian|tutor"
    "|instructor|trainer|coach|chef|cook|waiter|barista|receptionist|storekeeper|keeper|guard|cleaner|courier|dispatcher|geologist|surveyor"
    "|planner|buyer|merchandiser|teller|underwriter|broker|realtor|journalist|photographer|copywriter|marketer|tester|dean|rector|principal|head"
    "|ceo|cfo|cto|coo|cmo|chairman|trader|treasurer|radiologist|cardiologist|psychologist|neurologist|oncologist|radiographer|paramedic|midwife|nutritionist|veterinarian|agronomist|statistician|chemist|biologist|physicist|metallurgist|ecologist|driller|miner|seamstress|hairdresser|bookkeeper|interpreter|archivist|machinist|producer|firefighter|caretaker|janitor|housekeeper|stevedore|estimator|toolpusher|controller|paralegal|counsel|attorney|judge|prosecutor"
)
_RANK_EN = (
    "senior|junior|lead|leading|chief|head|general|deputy|principal|software|sales|hr|it|project|product|data|marketing|financial|finance|account|accounts"
    "|office|executive|regional|technical|quality|security|network|systems?|business|operations?|operating|commercial|legal|key|customer|support"
    "|service|human|resources|procurement|logistics|warehouse|school|medical|research|associate|assistant|vice|managing|first|staff|field|site"
    "|civil|mechanical|electrical|petroleum|process|maintenance|production|safety|hse|brand|content|web|front-?end|back-?end|full-?stack"
    "|devops|qa|test|graphic|english|mathematics|maths?|primary|secondary|class|admin|administrative|bank|credit|risk|tax|payroll|audit|supply|chain"
    "|night|shift|flight|rigging|team|area|branch|store|shop|front|desk|information|technology|development|public|relations|communications|training|laboratory|lab"
    "|truck|bus|delivery|training|planning|construction|drilling|design|database|cloud|mobile|android|ios|machine|learning|ai|bi|cleaning|personal|executive"
)
_BEHIND_EN = rf"(?:{GAP}(?:of|for){GAP}(?:the{GAP})?[A-Z][A-Za-z&-]+(?:{GAP}(?:[A-Z][A-Za-z&-]+|and)){{0,3}}|,?{GAP}[A-Z][a-z]+{GAP}Department)?"
_NOUN_LATIN = (
    r"[a-zäöüğñşıū]{4,18}(?:ush[iy]|uş[iıy])|esepshi|esepşi|mu[gğ]al[iıy]m|mū[gğ]al[iı]m|kuzetshi|küzetşi|kúzetshi|z?h?jur[gğ]izushi|zhurgizushi|jürgizuşi|d[aä]riger|därıger|maman|direktor(?:[yı]|[gğ]a)?|menedjer|menedzher"
    "|za[nñń]ger|zañger|oq[yı]tush[yı]|oqytuşy|okytushy|bas[sş]h?[yı]|basşy|inzhener|injener|buhgalter|bukhgalter|voditel|uchitel|vrach|ohrannik|okhrannik|nachalnik|prepodavatel"
    "|specialist|povar|kassir|prodavec|prodavets|operator|administrator|sekretar|uborshchitsa|medsestra|ekonomist|yurist|iurist|mekhanik|mehanik|elektrik|svarshchik|jetekshi|jetekşi|tarbieshi|tärbieşi|notarius|[zq]?h?[ay]?qoimash[iy]|quoimashy|jattyqtyrushy|sudia|sudya|yurist|slesar|svarshik|geolog"
)
_RANK_LATIN = "bas|a[gğ]a|glavn[yi]{1,2}i?|starshi[yi]|vedushchi[yi]|zamestitel|zam\\.?|generaln[yi]{1,2}"

_RUSSIAN = rf"(?i:зав|нач)\.{GAP}?{one_of(_UNIT_RU)}{_CASED}?(?:{GAP}[а-яё]{{4,20}}(?:ия|ии|ой|ов|ки|а))?|(?![{ANY}-]{{3,20}}{GAP}(?:мен{GAP}[{ANY}-]{{3,20}}{GAP})?(?:пән|мұғалім|оқытушы))(?:{_BEFORE_RU}{GAP}){{0,3}}{_NOUN_RU}"
_KAZAKH = rf"(?:{_BEFORE_KK}{GAP}){{0,3}}{one_of(_NOUN_KK)}{_SUFFIX_KK}(?:-[{ANY}]{{3,20}})?{_ACTING_KK}"
_ENGLISH = rf"(?:{one_of(_RANK_EN)}(?:{GAP}|/)(?:(?:and|&){GAP})?){{0,4}}{one_of(_NOUN_EN)}{END}"
_LATIN = rf"(?:{one_of(_RANK_LATIN)}{GAP}){{0,2}}{one_of(_NOUN_LATIN)}{END}"


# «HR-менеджер», "vice-president"; a word of Latin letters before a hyphen is else the name of a field: "Last-Translator:".
_PREFIX = (
    r"(?<![A-Za-z]-)(?:[A-Za-z]{2,5}-(?=[А-яЁёІіӘәҒғҚқҢңӨөҰұҮүҺһ])|(?i:vice|co|ex|sub|it|hr|pr|qa|web)-)?"
)
POSITION = rf"{EDGE}{_PREFIX}(?:{_RUSSIAN}{END}{_BEHIND_RU}|{_KAZAKH}|{_ENGLISH}{_BEHIND_EN}|{_LATIN}){END}"
"""A position in any case of letters; with a blank or a hyphen it says more than one noun: its rank, its field."""
_LIKE_RU = "ник|тель|щик|чик|ист|олог|граф|вед|атор|итор|онер|арь|ант|ент|ица"
_LIKE_KK = "шы|ші|гер|кер"
LIKE_POSITION = rf"(?i:[а-яё-]{{3,20}}(?:{_LIKE_RU})|[{ANY}-]{{3,20}}(?:{_LIKE_KK}))"
"""Ends as the words for people at work do: enough in a column of positions."""
_CAPITAL_EN = "|".join(each.capitalize() if len(each) > 3 else each.upper() for each in _NOUN_EN.split("|"))
POSITION_HINTS = rf"(?<![{ANY}])(?:(?i:зав|нач)\.(?={GAP}?[а-яё])|{one_of(f'{_MASCULINE_RU}|{_FEMININE_RU}|{_ADJECTIVES_RU}|{_NOUN_KK}')}|{one_of(_NOUN_EN)}(?![a-z])|{one_of(_NOUN_LATIN)})"
"""What a line with a position holds, for a quick look."""
_YO = re.compile(r"е(?![^\[]*\])")
_MOST = 40  # words of one pattern: the fast engines refuse longer ones


def _parted(words: str, head: str, tail: str = "") -> tuple[str, ...]:
    """One pattern for every few words."""
    listed = _YO.sub("[её]", words).split("|")
    parts = ("|".join(listed[first : first + _MOST]) for first in range(0, len(listed), _MOST))
    return tuple(f"{head}(?:{part}){tail}" for part in parts)


_FIRST = "(?<![а-яёәғқңөұүһі])"
ENDS_LINE = r"[ \t.,;]{0,2}(?=\n|\Z)"
"""What follows the last word of a line; a look for signs of ASCII, since to the fast engines a letter may be any byte."""
POSITION_ANCHORS = (
    *_parted(_MASCULINE_RU, _FIRST),
    rf"{_FIRST}(?:{_FEMININE_RU}|{_ADJECTIVES_RU})",
    rf"{_FIRST}(?:зав|нач)\.[ \u00a0]?[а-яё]",
    *_parted(_NOUN_KK, _FIRST),
    *_parted(_CAPITAL_EN, "(?<![A-Za-z])(?-i:", ")(?![A-Za-z])"),
    *_parted(_NOUN_EN, rf"(?:{_RANK_EN})[ \u00a0]", "(?![a-z])"),
    rf"(?<![a-z])(?:{_RANK_LATIN})[ \u00a0](?:{_NOUN_LATIN})",
    rf"(?<![^\W_])(?:{_NOUN_LATIN})(?:[ \u00a0:,\n]|\Z)",
    *_parted(_NOUN_EN, "(?<![A-Za-z])", ENDS_LINE),
)
LIKE_POSITION_ANCHOR = f"(?:{_LIKE_RU}|{_LIKE_KK})"
