"""Kinds of names and of namesakes, each with several words of its own; lists of people are invented."""

from __future__ import annotations

import pytest

from piiguard.detect.engine import Engine
from piiguard.detect.escapes import Spelled

MEDIUM = 0.5


@pytest.fixture(scope="module")
def engine() -> Engine:
    return Engine(entities=["PERSON"])


def found(engine: Engine, text: str) -> list[str]:
    spelled = Spelled(text)
    spans = [spelled.span(m.start, m.end) for m in engine.find(spelled.view) if m.score >= MEDIUM]
    return [text[start:end] for start, end in spans]


def law(engine: Engine, marked: str) -> None:
    """What stands between angle quotes is found, and nothing else."""
    text = marked.replace("⟦", "").replace("⟧", "")
    wanted = [part.partition("⟧")[0] for part in marked.split("⟦")[1:]]
    assert found(engine, text) == wanted


@pytest.mark.parametrize(
    "marked",
    [
        "Выдать пропуск: ⟦Жаппасов Е.⟧ до пятницы",
        "кассир ⟦Тен О.⟧",
        "Смена: ⟦Дүйсен А.⟧; ⟦Оразай Б.⟧, ⟦Ким В.⟧",
        "Старший мастер ⟦Югай Р.⟧ согласовал",
        "Передать ⟦Бекенову Т.⟧ до обеда",
        "Кезекші ⟦Қуандық Б.⟧ журналға қол қойды.",
        "approved by ⟦Kim A.⟧, see the file",
        '"fio":"⟦Тестов Динара Ерланұлы⟧" ТОО «Үлгі 38»',
        '"fio":"⟦Тестов Динара Ерланұлы⟧" ЖШС "Үлгі"',
        "«Тестов Динара Ерланұлы» ЖШС",
        "Перевод ⟦Досжанова Айнур К.⟧, зачислено",
    ],
)
def test_a_surname_and_one_initial_are_a_name(engine: Engine, marked: str) -> None:
    law(engine, marked)


@pytest.mark.parametrize(
    "text",
    [
        *("Приложение А. Смета", "Раздел Б. Общие положения", "Таблица В. сводные данные", "Корпус Г. вход"),
        *(
            "Модуль Е. Лекции",
            "Витамин Е. Польза",
            "Қосымша А. Кесте",
            "Кесте Б. толық",
            "Appendix A. see below",
        ),
        *("CASE S. WHEN", "SELECT A.ID FROM USERS U", "LEFT JOIN ORDERS O ON O.ID"),
    ],
)
def test_what_is_lettered_is_none(engine: Engine, text: str) -> None:
    assert found(engine, text) == []


@pytest.mark.parametrize(
    "marked",
    [
        *(
            "ПТО ⟦Кусаинов М. Т.⟧",
            "ЦОН ⟦Мукашев Д. А.⟧ выдал",
            "Отдел АХО ⟦Досжанова Айнур⟧",
            "УКС ⟦Абилов С.⟧",
        ),
        *("ОТК ⟦Смагулов Е. К.⟧ подписал", "ҚБ ⟦Сейітов Н. Қ.⟧", "ГКП ⟦Ерлан Досаев⟧"),
        "подпись: ⟦ДОСАЕВ Ерлан⟧",
    ],
)
def test_an_abbreviation_in_capitals_is_no_surname(engine: Engine, marked: str) -> None:
    law(engine, marked)


@pytest.mark.parametrize(
    "marked",
    [
        "<familiya>⟦Рыбак⟧</familiya><imya>⟦Ботагөз⟧</imya>",
        "<lastName>⟦Бейсенов⟧</lastName><firstName>⟦Рахат⟧</firstName>",
        "<ns:FirstName>⟦Жібек⟧</ns:FirstName><middle_name>⟦Асанқызы⟧</middle_name>",
        "<tegi>⟦Таңатар⟧</tegi><aty>⟦Бибарыс⟧</aty>",
        "fam=⟦Дудин⟧&im=⟦Олег⟧&otch=⟦Львович⟧",
        '{"fam": "⟦Тлеубай⟧", "im": "⟦Данат⟧", "otch": "⟦Серикович⟧"}',
        '{"tegi":"⟦Шалқыма⟧","aty":"⟦Көктем⟧","akesinin_aty":"⟦Ерболұлы⟧"}',
        "INSERT INTO client (id, fam, im) VALUES (5, '⟦Кожемяка⟧', '⟦Айсулу⟧'), (6, '⟦Рыбак⟧', NULL);",
        'insert into "staff" ("first_name", "city", "surname") values (\'⟦Daulet⟧\', \'Almaty\', \'⟦Mukan⟧\')',
        "<td>⟦Сейтова&nbsp;Алия&nbsp;Ермековна⟧</td>",
        "<td>⟦Сейтова&#160;Алия⟧</td>",
        "⟦Досжанова, Айнур⟧",
        "2) ⟦Kusainov, Marat⟧",
        "Автор: ⟦Ахметов, Данияр Серикович⟧",
        "<td>⟦Досжанова, Айнур⟧</td>",
        "PAX ⟦DOSZHANOVA/AINUR⟧ MRS",
        "1.⟦KIM/ELENA⟧ MRS 2.⟦ISKAKOV/TIMUR⟧ MSTR",
    ],
)
def test_names_are_found_in_fields_and_records(engine: Engine, marked: str) -> None:
    law(engine, marked)


@pytest.mark.parametrize(
    "text",
    [
        *(
            "<city>Тараз</city>",
            "<title>Вишня</title>",
            "<name>Берёза",
            "im = Image",
            "HTTPS://WIKI.EXAMPLE/TEAMS",
        ),
        *(
            "В Астане, Марат согласился",
            "Казахстан, Алматы",
            "Париж, Лион",
            "INSERT INTO t (city) VALUES ('Тараз')",
        ),
    ],
)
def test_other_fields_hold_none(engine: Engine, text: str) -> None:
    assert found(engine, text) == []


@pytest.mark.parametrize(
    "text",
    [
        *(
            "БҰЛ ҚҰЖАТ ЕЛЕКТРОНДЫ ТҮРДЕ ЖАСАЛДЫ",
            "АСТАНА ҚАЛАСЫНЫҢ ТҰРҒЫНДАРЫ НАЗАРЫНА",
            "САБАҚ КЕСТЕСІ ӨЗГЕРДІ",
        ),
        *(
            "ЖАРЫСҚА ҚАТЫСУШЫЛАРДЫҢ ТІЗІМІ БЕКІТІЛДІ",
            "ҚЫЗМЕТТЕР ІСКЕ ҚОСУЛЫ",
            "ДЕРЕКТЕР ФАЙЛЫ",
            "МАҚСАТ ФАЙЛЫН ӨШІРУ",
        ),
        *("ПРИКАЗ О ПРИЁМЕ НА РАБОТУ", "ТАБЛИЦА СИМВОЛОВ", "ГРАФИК ОТПУСКОВ РАБОТНИКОВ", "НА ВЕРХНЕМ УРОВНЕ"),
        *(
            "В ИМЕНАХ ФАЙЛОВ",
            "ДОКУМЕНТ НЕ ЯВЛЯЕТСЯ ОСНОВНОЙ ЧАСТЬЮ",
            "LATIN CAPITAL LETTER ALPHA",
            "HANGUL JUNGSEONG O",
        ),
    ],
)
def test_words_in_capitals_are_no_names(engine: Engine, text: str) -> None:
    assert found(engine, text) == []


@pytest.mark.parametrize(
    "marked",
    [
        *("ПРИНЯТЬ ⟦КУСАИНОВА МАРАТА ТАЛГАТОВИЧА⟧ НА ДОЛЖНОСТЬ", "СПРАВКА ДАНА ⟦ИВАНОВОЙ АННЕ⟧ В ТОМ"),
        *("БҰЙЫРАМЫН: ⟦ДОСЖАНОВА АЙНУР МҰРАТҚЫЗЫ⟧", "УЧЕНИК ⟦КУСАИНОВ МАРАТ⟧ НАГРАЖДЁН", "⟦NURLAN ABENOV⟧"),
        "ДИРЕКТОР ⟦СЕРІКБАЕВ НҰРЛАН⟧ БҰЙЫРДЫ",
    ],
)
def test_names_in_capitals_are_found(engine: Engine, marked: str) -> None:
    law(engine, marked)


@pytest.mark.parametrize(
    "marked",
    [
        *(
            "Пригласили ⟦Ивана Озёрного⟧ на собрание",
            "К ⟦Петру Вольному⟧ подошли",
            "вместе с ⟦Андреем Крутым⟧",
        ),
        *("Встретились с ⟦Марией Подгорной⟧ вчера", "Звонил ⟦Олег Заречный⟧", "Благодарность ⟦Елене Мирной⟧"),
        *(
            "о ⟦Юлии Бедной⟧ писали",
            "Отзыв ⟦Дениса Холодного⟧",
            "⟦Тихий Павел Андреевич⟧",
            "Сообщила ⟦Анна Светлая⟧",
        ),
    ],
)
def test_an_adjective_that_agrees_with_a_given_name_is_its_surname(engine: Engine, marked: str) -> None:
    law(engine, marked)


@pytest.mark.parametrize("text", ["Анна Первая", "Красная Роза", "Новая Анна пришла"])
def test_other_adjectives_are_none(engine: Engine, text: str) -> None:
    assert found(engine, text) == []


@pytest.mark.parametrize(
    "marked",
    [
        *("звонил ⟦нұрлан есімұлы⟧", "⟦жұмабек ерлан қайратұлы⟧ келеді", "⟦пак наталья игоревна⟧ просила"),
        *(
            "пришла ⟦айнур муратовна⟧, спросила",
            "лера: ⟦асем кудайбердиева⟧, ей пиши",
            "звонила ⟦айнур муратовна⟧",
        ),
    ],
)
def test_names_in_small_letters_are_found(engine: Engine, marked: str) -> None:
    law(engine, marked)


@pytest.mark.parametrize(
    "marked",
    [
        *(
            "⟦Aigül Mūratqyzyna⟧ berildi",
            "⟦Nūrlan Esımūlynyñ⟧ ötınışı",
            "⟦Äsel Bolatqyzy⟧ keldi",
            "ornyma ⟦Daniiar Töken⟧ barady",
        ),
        *("⟦Ахметов К.С.-ның⟧ өтініші", "⟦Омарова А. Б.-ға⟧ берілсін", "⟦Сейітов Н.Қ.-тің⟧ баянаты"),
    ],
)
def test_kazakh_endings_belong_to_the_name(engine: Engine, marked: str) -> None:
    law(engine, marked)


@pytest.mark.parametrize(
    "marked",
    [
        *(
            "Базарда ⟦Айгүл Сынақова⟧ болды",
            "Ауылда Бақыт орнады",
            "Жиында Серік сөйледі",
            "Колледжде Дана оқиды",
        ),
        *(
            "Өтінішті Қарау мерзімі",
            "Жарыста Болат жеңді",
            "Қаулының Талаптары",
            "Үйде Ешкім жоқ",
            "Ақпанда Құрылыс басталады",
        ),
    ],
)
def test_a_kazakh_case_inside_is_the_end_of_another_word(engine: Engine, marked: str) -> None:
    law(engine, marked)


@pytest.mark.parametrize(
    "text",
    [
        *(
            "Аудитор «Эрнст энд Янг»",
            "компания Эрнст энд Янг проверила",
            "магазин Харли Дэвидсон",
            "Morgan Stanley said",
        ),
        *(
            "Университет имени Абая",
            "школа имени Ыбырая Алтынсарина",
            "роман «Анна Каренина»",
            "Дания Патшалығы",
        ),
        *("улица Розы Люксембург", "Мұхтар Әуезов атындағы театр", "Абай Құнанбаев көшесі"),
    ],
)
def test_namesakes_are_none(engine: Engine, text: str) -> None:
    assert found(engine, text) == []


@pytest.mark.parametrize(
    "marked",
    [
        '{"surname": "⟦Жаппас⟧", "name": "⟦Еркеш⟧"}',
        '{"name": "⟦Еркеш⟧", "patronymic": "⟦Мысалұлы⟧"}',
        "<name>⟦Erkesh⟧</name><surname>⟦Zhappas⟧</surname>",
        "surname=⟦Zhappas⟧&name=⟦Erkesh⟧",
        "firstname=⟦Erkesh⟧&lastname=⟦Zhappas⟧&middlename=⟦Mysaluly⟧",
        '{"lastname": "⟦Zhappas⟧", "firstname": "⟦Erkesh⟧"}',
        "Фамилия ⟦Жаппасов⟧ Имя ⟦Гүлнар⟧ Отчество ⟦Мысалқызы⟧",
        "ФАМИЛИЯ ⟦ЖАППАСОВ⟧ ИМЯ ⟦АЙДОС⟧",
        "Тегі ⟦Жаппасов⟧ Аты ⟦Айдос⟧ Әкесінің аты ⟦Мысалұлы⟧",
    ],
)
def test_fields_of_a_record_announce_one_another(engine: Engine, marked: str) -> None:
    law(engine, marked)


@pytest.mark.parametrize(
    "text",
    [
        '{"name": "Zabbix", "version": 3}',
        '{"name": "Жаскыр", "type": "module"}',
        '{"file_name": "Zhaskyr", "size": 12}',
        "Имя Айдос свободно для домена",
        "ФАМИЛИЯ ИМЯ ОТЧЕСТВО ТЕЛЕФОН",
        "Фамилия Имя Отчество Адрес Индекс",
        "Имя Фамилия Должность Отдел",
    ],
)
def test_a_bare_name_without_a_surname_beside_it_is_none(engine: Engine, text: str) -> None:
    assert found(engine, text) == []
