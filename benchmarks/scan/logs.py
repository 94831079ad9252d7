"""Synthetic application logs: by seed, any size, any share of lines with personal data."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator

PLAIN = (
    "{time} INFO [http-nio-{small}] kz.uni.portal.RequestFilter - GET /api/v2/students/{hex}/courses?page={small}&size=50 200 {small}ms trace={hex}{hex}",
    "{time} DEBUG [worker-{small}] o.h.SQL - select s.id, s.status, s.updated_at from enrolments s where s.term_id={big} and s.state in (?, ?, ?) limit 200 offset {big}",
    '{{"ts":"{time}","level":"info","logger":"billing.sync","msg":"batch finished","batch":"{uuid}","rows":{big},"elapsed_ms":{big},"host":"app-{small}.internal"}}',
    "{time} WARN [scheduler-1] Очередь выгрузки растёт: задач {big}, обработано {big}, повторов {small}; следующая попытка через {small} с, узел app-{small}",
    "{time} INFO [sync] Кезек өңделді: тапсырма {big}, қайталау {small}, орындалу уақыты {big} мс, түйін app-{small}, нұсқа 4.{small}.{small}",
    '10.{small}.{small}.{small} - - [{time}] "POST /login HTTP/1.1" 302 {big} "https://portal.example.kz/start" "Mozilla/5.0 (X11; Linux x86_64) Gecko/20100101 Firefox/{small}.0" rt=0.{small}',
    "{time} ERROR [pool-{small}] java.net.SocketTimeoutException: Read timed out after {big} ms at com.zaxxer.hikari.pool.ProxyConnection.commit(ProxyConnection.java:{small}) id={uuid}",
    "{time} INFO [audit] session={hex}{hex} order={order} status=DELIVERED warehouse={small} items={small} total={big}.00 KZT checksum={hex}{hex}{hex}{hex}",
)
PERSONAL = (
    "{time} INFO [registry] Заявка {order} принята, ИИН {iin}, статус черновик, источник портал, смена {small}, узел app-{small}",
    "{time} INFO [registry] Өтініш {order} қабылданды, ЖСН: {iin}, телефоны {phone}, түйін app-{small}, кезек {small}",
    '{{"ts":"{time}","level":"info","msg":"profile updated","student":{{"iin":"{iin}","email":"{email}","phone":"{phone}"}},"trace":"{uuid}"}}',
    "{time} DEBUG [sms] sending code to {phone} template=login retry={small} provider=kz-{small} trace={hex}{hex}",
    "{time} INFO [mail] delivered to {email} queue={big} size={big} relay=10.{small}.{small}.{small} dsn=2.0.0 status=sent",
    "{time} INFO [pay] card {card} authorised amount={big}.00 KZT rrn={order} terminal={big}",
    "{time} INFO [pay] перевод на счёт {iban}, сумма {big}.00 KZT, назначение оплата обучения, документ {order}",
    "{time} WARN [kyc] удостоверение личности № {document} не прошло проверку, ИИН {iin}, попытка {small}",
)
NAMED = (
    "{time} INFO [registry] Студент {name}, ИИН {iin}, зачислен приказом {order}, факультет {small}, узел app-{small}",
    "{time} INFO [delivery] Адрес доставки: г. Алматы, ул. Үлгілік, д. {small}, кв. {small}; получатель {name}, тел. {phone}",
)
NAMES = (
    "Сынақов Үлгі Мысалұлы",
    "Мысалова Дана Үлгіқызы",
    "Примеров Олжас Тестович",
    "Үлгіева Сымбат Сынаққызы",
)

Fill = Callable[[random.Random], str]


def log(size: int, *, personal: float, names: bool = False, seed: int = 1) -> bytes:
    """Make about ``size`` bytes of log, of whose lines this share holds personal data."""
    dice = random.Random(seed)
    return "".join(_lines(dice, size, personal, PERSONAL + NAMED if names else PERSONAL)).encode()


def _lines(dice: random.Random, size: int, personal: float, templates: tuple[str, ...]) -> Iterator[str]:
    made = 0
    while made < size:
        chosen = templates if dice.random() < personal else PLAIN
        line = dice.choice(chosen).format_map(Fields(dice)) + "\n"
        made += len(line.encode())
        yield line


class Fields(dict[str, str]):
    def __init__(self, dice: random.Random) -> None:
        super().__init__()
        self._dice = dice

    def __missing__(self, field: str) -> str:
        return FIELDS[field](self._dice)


def _time(dice: random.Random) -> str:
    return f"2026-11-{dice.randint(1, 28):02}T{dice.randint(0, 23):02}:{dice.randint(0, 59):02}:{dice.randint(0, 59):02}.{dice.randint(0, 999):03}"


def _hex(dice: random.Random) -> str:
    return f"{dice.getrandbits(32):08x}"


def _uuid(dice: random.Random) -> str:
    return f"{_hex(dice)}-{dice.getrandbits(16):04x}-4{dice.getrandbits(12):03x}-8{dice.getrandbits(12):03x}-{dice.getrandbits(48):012x}"


def _iin(dice: random.Random) -> str:
    """Births of 1900 to 1909, with the right check digit."""
    while True:
        body = f"0{dice.randint(0, 9)}{dice.randint(1, 12):02}{dice.randint(1, 28):02}{dice.randint(3, 4)}{dice.randint(0, 9999):04}"
        control = _control(body, range(1, 12))
        control = _control(body, (3, 4, 5, 6, 7, 8, 9, 10, 11, 1, 2)) if control == 10 else control
        if control < 10:
            return f"{body}{control}"


def _control(body: str, weights: range | tuple[int, ...]) -> int:
    return sum(int(digit) * weight for digit, weight in zip(body, weights, strict=True)) % 11


def _phone(dice: random.Random) -> str:
    code, tail = dice.choice(("701", "702", "705", "707", "747", "777")), dice.randint(0, 9_999_999)
    a, b, c = f"{tail:07}"[:3], f"{tail:07}"[3:5], f"{tail:07}"[5:]
    return dice.choice(
        (f"+7 {code} {a} {b} {c}", f"+7{code}{tail:07}", f"8 ({code}) {a}-{b}-{c}", f"7{code}{tail:07}")
    )


def _card(dice: random.Random) -> str:
    body = f"4400{dice.randint(0, 99_999_999_999):011}"
    doubled = sum(sum(divmod(int(digit) * (2 - place % 2), 10)) for place, digit in enumerate(body))
    number = f"{body}{-doubled % 10}"
    return number if dice.random() < 0.3 else " ".join(number[place : place + 4] for place in range(0, 16, 4))


def _iban(dice: random.Random) -> str:
    account = f"{dice.choice(('722', '948', '601', '826'))}{dice.randint(0, 9_999_999_999_999):013}"
    check = 98 - int(f"{account}203500") % 97
    return f"KZ{check:02}{account}"


FIELDS: dict[str, Fill] = {
    "time": _time,
    "hex": _hex,
    "uuid": _uuid,
    "small": lambda dice: str(dice.randint(1, 99)),
    "big": lambda dice: str(dice.randint(1000, 99_999)),
    "order": lambda dice: str(dice.randint(10_000_000, 99_999_999)),
    "iin": _iin,
    "phone": _phone,
    "email": lambda dice: (
        f"user{dice.randint(1, 9999)}@{dice.choice(('mail.example.kz', 'uni.example.kz', 'example.com'))}"
    ),
    "card": _card,
    "iban": _iban,
    "document": lambda dice: f"0{dice.randint(10_000_000, 99_999_999)}",
    "name": lambda dice: dice.choice(NAMES),
}
