"""The receipt of an erasure (акт об уничтожении, жою туралы акт): what went, where, when, by whom and by which rule, and
that a search found nothing after it. No value stands in it, and no key of a row.

``to_dict`` gives the document of ``docs/schema/receipt.schema.json``; ``text`` is for people, in three languages.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from piiguard.names import json_text
from piiguard.subjects.erasing.plan import Done

__all__ = ["LANGUAGES", "SCHEMA", "Erased", "Receipt"]

SCHEMA = "piiguard.receipt/1"
LANGUAGES = ("ru", "kk", "en")


@dataclass(frozen=True, slots=True)
class Erased:
    """What was done in one database; ``left`` is what the search after it found, ``unsure`` rows that may be another's."""

    target: str
    committed: str
    places: tuple[Done, ...]
    left: int
    unsure: int


@dataclass(frozen=True, slots=True)
class Receipt:
    """One erasure. ``by`` is the account that ran it, ``identifiers`` the kinds that the person was named by.

    ``trail`` is the number of the line in the audit trail that was written before anything was changed, None without a trail.
    """

    id: str
    started: str
    finished: str
    by: str
    identifiers: tuple[str, ...]
    databases: tuple[Erased, ...]
    files: tuple[str, ...] = ()
    trail: int | None = None
    tombstones: int = 0

    @property
    def erased(self) -> int:
        """The rows that went, or whose values went."""
        gone = ("delete", "null", "pseudonym")
        return sum(done.rows for one in self.databases for done in one.places if done.action in gone)

    @property
    def kept(self) -> int:
        return sum(done.rows for one in self.databases for done in one.places if done.action == "keep")

    def to_dict(self) -> dict[str, Any]:
        """The document, ready for :func:`json.dumps`."""
        return {
            "schema": SCHEMA,
            "id": self.id,
            "started": self.started,
            "finished": self.finished,
            "by": self.by,
            "identifiers": list(self.identifiers),
            "erased": self.erased,
            "kept": self.kept,
            "databases": [
                {
                    "target": one.target,
                    "committed": one.committed,
                    "places": [{**asdict(done), "columns": list(done.columns)} for done in one.places],
                    "left": one.left,
                    "unsure": one.unsure,
                }
                for one in self.databases
            ],
            "files": list(self.files),
            "trail": self.trail,
            "tombstones": self.tombstones,
        }

    @property
    def digest(self) -> str:
        """What the audit trail keeps of it: there is no value in it to guess."""
        return hashlib.sha256(json_text(self.to_dict()).encode()).hexdigest()

    def text(self, language: str = "ru") -> str:
        """The receipt for people."""
        said = _SAID[language]
        lines = [
            said["title"],
            "",
            f"{said['number']}: {self.id}",
            f"{said['started']}: {self.started}",
            f"{said['finished']}: {self.finished}",
            f"{said['by']}: {self.by}",
            f"{said['identifiers']}: {', '.join(said[kind] for kind in self.identifiers)}",
        ]
        for one in self.databases:
            lines += ["", f"{said['database']}: {one.target}", f"{said['committed']}: {one.committed}"]
            lines += [f"- {_line(done, said)}" for done in one.places] or [f"- {said['nothing']}"]
            lines.append(said["none left"] if not one.left else f"{said['left']}: {one.left}")
            lines += [f"{said['unsure']}: {one.unsure}"] if one.unsure else []
        lines += ["", f"{said['erased']}: {self.erased}", f"{said['kept']}: {self.kept}"]
        lines.append(said["no trail"] if self.trail is None else f"{said['trail']}: {self.trail}")
        return "\n".join([*lines, "", f"{said['signature']}: ____________________", ""])


def _line(done: Done, said: dict[str, str]) -> str:
    columns = f" ({', '.join(done.columns)})" if done.columns else ""
    law = f"; {said['law']}: {done.law}" if done.law else ""
    until = f"; {said['until']}: {done.until}" if done.until else ""
    return f"{done.table}{columns}: {said[done.action]}, {said['rows']}: {done.rows}{law}{until}"


def kinds_of(identifiers: Sequence[Any]) -> tuple[str, ...]:
    """The kinds of identifiers, each once."""
    return tuple(dict.fromkeys(one.kind for one in identifiers))


_KINDS = {"iin": "IIN", "phone": "phone", "email": "e-mail", "key": "key of a row"}
_SAID: dict[str, dict[str, str]] = {
    "en": {
        **_KINDS,
        "title": "RECEIPT: destruction of personal data",
        "number": "Number", "started": "Begun", "finished": "Finished", "by": "Carried out by",
        "identifiers": "The person was named by", "database": "Database", "committed": "Committed",
        "nothing": "nothing was there", "none left": "A search after it found nothing",
        "left": "A search after it found rows", "unsure": "Rows that may be another person's, left as they are",
        "erased": "Rows destroyed, in all", "kept": "Rows kept by law, in all", "trail": "Line of the audit trail",
        "no trail": "There is no audit trail", "signature": "Signature", "law": "law", "until": "until", "rows": "rows",
        "delete": "deleted", "null": "values removed", "pseudonym": "values replaced",
        "unlink": "reference removed", "keep": "kept",
    },
    "ru": {
        "iin": "ИИН", "phone": "телефон", "email": "электронная почта", "key": "ключ строки",
        "title": "АКТ об уничтожении персональных данных",
        "number": "Номер", "started": "Начато", "finished": "Завершено", "by": "Исполнитель",
        "identifiers": "Субъект указан по", "database": "База данных", "committed": "Зафиксировано",
        "nothing": "данных не было", "none left": "Повторный поиск: ничего не найдено",
        "left": "Повторный поиск: найдено строк", "unsure": "Строки, которые могут относиться к другому лицу, оставлены",
        "erased": "Всего уничтожено строк", "kept": "Всего сохранено по закону строк", "trail": "Строка журнала аудита",
        "no trail": "Журнал аудита не ведётся", "signature": "Подпись", "law": "основание", "until": "до", "rows": "строк",
        "delete": "удалено", "null": "значения удалены", "pseudonym": "значения обезличены",
        "unlink": "ссылка удалена", "keep": "сохранено",
    },
    "kk": {
        "iin": "ЖСН", "phone": "телефон", "email": "электрондық пошта", "key": "жол кілті",
        "title": "Дербес деректерді жою туралы АКТ",
        "number": "Нөмірі", "started": "Басталды", "finished": "Аяқталды", "by": "Орындаушы",
        "identifiers": "Субъект мына белгі бойынша көрсетілді", "database": "Дерекқор", "committed": "Бекітілді",
        "nothing": "деректер болған жоқ", "none left": "Қайта іздеу: ештеңе табылмады",
        "left": "Қайта іздеу: табылған жолдар", "unsure": "Басқа адамға қатысты болуы мүмкін жолдар қалдырылды",
        "erased": "Барлығы жойылған жолдар", "kept": "Заң бойынша сақталған жолдар", "trail": "Аудит журналының жолы",
        "no trail": "Аудит журналы жүргізілмейді", "signature": "Қолы", "law": "негізі", "until": "мерзімі", "rows": "жолдар",
        "delete": "жойылды", "null": "мәндері жойылды", "pseudonym": "мәндері иесіздендірілді",
        "unlink": "сілтеме жойылды", "keep": "сақталды",
    },
}  # fmt: skip
