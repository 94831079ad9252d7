"""Words that say what a number is when it is none of ours: an order, a contract, a request, an amount."""

from __future__ import annotations

from piiguard.recognizers.labels import phrases

__all__ = ["NEGATIVE", "UNITS"]

NEGATIVE = phrases(
    "заказ; договор; контракт; накладная; накл.; счет-фактура; счет фактура; чек; квитанция; акт; заявка; обращение",
    "талон; артикул; арт.; товар; штрихкод; штрих-код; штрих код; серийный; сер.; инв.; инвентарный; тендер; лот",
    "закупка; трек; трек-номер; посылка; сумма; баланс; остаток; версия; сборка; транзакция; платеж",
    "операция; сессия; запрос; като; кадастровый; рка; окэд; оквэд; окпо; инн; снилс; огрн; кпп; рнн; imei; iccid",
    "сим-карта; симкарта; лицензия; сертификат; код товара; каталог; протокол; рейс; вагон; контейнер; билет; полис",
    "тапсырыс; шарт; келісімшарт; келісім-шарт; жүкқұжат; түбіртек; өтінім; тауар; сериялық; сома; нұсқа; сауда",
    "тапсырыс нөмірі; шарт нөмірі; штрихкоды; билет нөмірі; сомасы; келісімшарт нөмірі; shart; tapsyrys",
    "order; contract; invoice; trace; trace id; request; request id; req; session; transaction; txn; tx; correlation",
    "sku; barcode; ean; upc; isbn; serial; version; build; revision; commit; hash; checksum; timestamp; ts; epoch",
    "nanos; millis; duration; elapsed; size; bytes; offset; pid; tid; thread; span; ticket; tracking; parcel; batch; payment; terminal; rrn; stan; auth",
    "amount; total; price; sum; uuid; guid; nonce; seq; sequence; port; ip; inn; kato; reference; ref; zakaz; dogovor",
    "shtrihkod; schet faktura; nakladnaya; order id; order no; product; item; article; lot; job; task; device; sensor",
    "object; pointer; address of; memory; process; block; page; row; line; node; cluster; shard; partition; counter",
)

UNITS = phrases(
    "тенге; тг; тг.; тыс; тыс.; млн; млрд; руб; руб.; кг; шт; шт.; теңге; мың; kzt; usd; rub; eur; ms; ns; us; sec",
    "bytes; kb; mb; gb; rows; records; тонн; штук; дана",
)
"""Words that make a quantity of the number before them."""
