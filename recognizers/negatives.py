"""Words that say what a number is when it is none of ours: an order, a contract, a request, an amount.

Papers and codes have numbers, some of which begin with a date and look like ours. What people and programs do, such as a
request, has a number too, but is mostly spoken of for its own sake: an everyday word says nothing against a form that
is proven, unless it is a key or a number sign follows it.
"""

from __future__ import annotations

from piiguard.recognizers.labels import phrases

__all__ = ["EVERYDAY", "NEGATIVE", "UNITS"]

NEGATIVE = phrases(
    "заказ; договор; контракт; накладная; накл.; счет-фактура; счет фактура; чек; квитанция; акт",
    "талон; артикул; арт.; штрихкод; штрих-код; штрих код; серийный; сер.; инв.; инвентарный; тендер; лот",
    "закупка; трек; трек-номер; посылка; сумма; баланс; остаток; версия; сборка; транзакция",
    "като; кадастровый; рка; окэд; оквэд; окпо; инн; снилс; огрн; кпп; рнн; imei; iccid",
    "сим-карта; симкарта; лицензия; сертификат; код товара; каталог; протокол; рейс; вагон; контейнер; билет; полис",
    "тапсырыс; шарт; келісімшарт; келісім-шарт; жүкқұжат; түбіртек; сериялық; сома; нұсқа; сауда",
    "тапсырыс нөмірі; шарт нөмірі; штрихкоды; билет нөмірі; сомасы; келісімшарт нөмірі; shart; tapsyrys",
    "order; contract; invoice; trace; trace id; request id; session id; transaction; txn; tx; correlation",
    "sku; barcode; ean; upc; isbn; serial; version; build; revision; commit; hash; checksum; timestamp; ts; epoch",
    "nanos; millis; duration; elapsed; size; bytes; offset; tid; thread; span; ticket; tracking; parcel; batch; terminal; rrn; stan",
    "amount; total; price; sum; uuid; guid; nonce; seq; sequence; port; ip; inn; kato; reference; ref; zakaz; dogovor",
    "shtrihkod; schet faktura; nakladnaya; order id; order no; article; lot; sensor",
    "pointer; address of; memory; node; cluster; shard; partition; counter",
)

EVERYDAY = phrases(
    "заявка; обращение; товар; платеж; операция; сессия; запрос; өтінім; тауар; request; req; session; payment; auth",
    "product; item; job; task; device; object; process; pid; block; page; row; line",
)

UNITS = phrases(
    "тенге; тг; тг.; тыс; тыс.; млн; млрд; руб; руб.; кг; шт; шт.; теңге; мың; kzt; usd; rub; eur; ms; ns; us; sec",
    "bytes; kb; mb; gb; rows; records; тонн; штук; дана",
)
"""Words that make a quantity of the number before them."""
